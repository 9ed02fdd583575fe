import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import { pinoLog } from '../../src/operator/pino-log.ts';
import { notesOnPlugins, tellOfPlugins } from '../../src/operator/plugins.ts';

const gateway = '- name: argoproj-labs/gatewayAPI\n  location: https://example.com/plugin\n';

describe('the ConfigMap of plugins', () => {
  test.each<[string, Record<string, string>, string[]]>([
    ['nothing', {}, []],
    ['an empty list', { stepPlugins: '[]', metricProviderPlugins: '' }, []],
    [
      'the router that is built in',
      { trafficRouterPlugins: gateway },
      ['trafficRouterPlugins argoproj-labs/gatewayAPI works: the router is built in'],
    ],
    [
      'another router',
      { trafficRouterPlugins: `${gateway}- name: acme/edge\n` },
      [
        'trafficRouterPlugins argoproj-labs/gatewayAPI works: the router is built in',
        'trafficRouterPlugins acme/edge is not run: Rollouts that route by it are refused; name a router that is built in',
      ],
    ],
    [
      'a metric provider of a router’s name',
      { metricProviderPlugins: gateway },
      [
        'metricProviderPlugins argoproj-labs/gatewayAPI is not run: metrics that ask it are refused; name a provider that is built in, such as web or job',
      ],
    ],
    [
      'a step that is disabled',
      { stepPlugins: '- { name: acme/migrate, disabled: true }' },
      [
        'stepPlugins acme/migrate is not run: Rollouts with a step of it are refused; use an analysis step with a job or web metric',
      ],
    ],
    [
      'no list',
      { stepPlugins: 'name: acme/migrate' },
      ['stepPlugins undefined is not run: must be a list of plugins'],
    ],
    [
      'no YAML',
      { stepPlugins: '- [' },
      [expect.stringMatching(/^stepPlugins undefined is not run: is no YAML: /) as unknown as string],
    ],
    [
      'an unknown key',
      { plugins: '[]' },
      [
        'plugins undefined is not run: is no key of plugins: trafficRouterPlugins, metricProviderPlugins, stepPlugins',
      ],
    ],
  ])('tells what becomes of %s', (_, data, told) => {
    const notes = notesOnPlugins(data).map(
      ({ key, plugin, isBuiltIn, reason }) =>
        `${key} ${plugin} ${isBuiltIn ? 'works' : 'is not run'}: ${reason}`,
    );
    expect(notes).toEqual(told);
  });

  const linesOf = async (get: (ref: ObjectRef) => Promise<KubeObject | undefined>) => {
    const lines: string[] = [];
    const log = pinoLog({ level: 'info', format: 'json', write: (line) => lines.push(line) });
    await tellOfPlugins({ get }, 'sluice', log);
    return lines.map((line) => JSON.parse(line) as object);
  };

  test('is looked for in the controller’s namespace, and need not be there', async () => {
    const asked: ObjectRef[] = [];
    const get = async (ref: ObjectRef) => {
      asked.push(ref);
      return undefined;
    };
    expect(await linesOf(get)).toEqual([]);
    expect(asked).toEqual([
      { type: resources.configMaps, namespace: 'sluice', name: 'argo-rollouts-config' },
    ]);
  });

  test('makes a warning of each plugin that is not run, and none of the one that is built in', async () => {
    const data = { trafficRouterPlugins: gateway, stepPlugins: '- name: acme/migrate' };
    const lines = await linesOf(
      async () => ({ metadata: { name: 'argo-rollouts-config' }, data }) as unknown as KubeObject,
    );
    expect(lines).toMatchObject([
      { level: 'info', message: 'A plugin is not fetched.', plugin: 'argoproj-labs/gatewayAPI' },
      {
        level: 'warn',
        message: 'A plugin is not run.',
        configMap: 'argo-rollouts-config',
        key: 'stepPlugins',
        plugin: 'acme/migrate',
      },
    ]);
  });

  test('that may not be read is a warning, and stops nothing', async () => {
    const get = () => Promise.reject(new Error('forbidden'));
    expect(await linesOf(get)).toMatchObject([
      { level: 'warn', message: 'The ConfigMap of plugins could not be read.', reason: 'forbidden' },
    ]);
  });
});
