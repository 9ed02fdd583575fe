import { readdirSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { parseManifests } from '../../src/cli/manifests.ts';
import { packagedObjects } from '../../src/cli/package-files.ts';
import { sandboxKubeconfig } from '../../src/cli/sandbox/kubeconfig.ts';
import { startSandbox } from '../../src/cli/sandbox/start-sandbox.ts';
import { exampleNames } from '../../src/cli/verbs/example.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { noon, rollout } from '../support/builders.ts';
import { crds } from '../support/settings.ts';
import { terminal } from './terminal.ts';

describe('the sandbox', () => {
  test('has the operator in it: a rollout becomes healthy, and the command shows it', async () => {
    const clock = virtualClock(noon);
    const starting = startSandbox({ crds: crds(), clock, random: random(1), log: silentLog });
    await clock.advanceBy(1);
    const { world, stop } = await starting;
    const { cluster } = world;
    const { uid: _, generation: __, ...metadata } = rollout().metadata;
    await cluster.create({ ...rollout(), metadata }, resources.rollouts);
    await clock.advanceBy(60);
    const ref = { type: resources.rollouts, namespace: 'default', name: 'shop' };
    expect(((await cluster.get(ref)) as Rollout).status?.phase).toBe('Healthy');
    const shell = terminal({ cluster, clock });
    expect(await shell.run('status shop')).toEqual({ code: 0, out: 'Healthy\n', err: '' });
    expect((await shell.run('get rollout shop')).out.match(/□ shop-.*✔ Running/g)).toHaveLength(4);
    await stop();
  });

  test('writes a kubeconfig that kubectl reads as it is', () => {
    const config = parse(sandboxKubeconfig('http://127.0.0.1:8001'));
    const name = config['current-context'];
    const cluster = { server: 'http://127.0.0.1:8001', 'insecure-skip-tls-verify': true };
    expect(config.clusters).toEqual([{ name, cluster }]);
    expect(config.contexts).toEqual([{ name, context: { cluster: name, user: name, namespace: 'default' } }]);
  });

  test('does not take the kubeconfig away from a sandbox that is running', async () => {
    const asked: string[] = [];
    const shell = terminal({
      readFile: async () => sandboxKubeconfig('http://127.0.0.1:8001'),
      isListening: async (url) => asked.push(url) > 0,
    });
    expect((await shell.run('sandbox')).err.split('\n')[0]).toBe(
      'Error: .sluice/kubeconfig leads to a sandbox that is running at http://127.0.0.1:8001; end it, or name another file with --kubeconfig',
    );
    expect(asked).toEqual(['http://127.0.0.1:8001']);
  });

  test.each([
    ['sandbox --port 70000', '--port must be a port from 0 to 65535, not "70000"'],
    ['sandbox --prometheus-port x', '--prometheus-port must be a port from 0 to 65535, not "x"'],
    ['sandbox --speed 0', '--speed must be a number from 0.01 to 1000, not "0"'],
    [
      'sandbox --kubeconfig own.yaml',
      'own.yaml exists and was not written by a sandbox; name another file with --kubeconfig',
    ],
  ])('%s is refused before anything starts', async (line, message) => {
    const written: string[] = [];
    const shell = terminal({
      readFile: async () => 'apiVersion: v1\nkind: Config\ncurrent-context: production\n',
      writeFile: async (path) => void written.push(path),
    });
    const ended = await shell.run(line);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err.split('\n')[0]).toBe(`Error: ${message}`);
    expect(written).toEqual([]);
  });
});

describe('the examples that come with the program', () => {
  const shell = terminal();

  test('are those of the folder `examples`', async () => {
    const folders = readdirSync('examples').filter((name) => statSync(`examples/${name}`).isDirectory());
    expect([...exampleNames].sort()).toEqual(folders.sort());
    expect((await shell.run('example')).out.split('\n').slice(0, -1)).toEqual(exampleNames);
  });

  test.each(exampleNames)('%s is printed for kubectl, as one text of all its files', async (name) => {
    const { code, out } = await shell.run(`example ${name}`);
    expect(code).toBe(0);
    expect(parseManifests(out, name)).toEqual(packagedObjects(`examples/${name}`));
  });

  test('one that does not exist is refused with the names of those that do', async () => {
    const { code, err } = await shell.run('example istio');
    expect(code).toBe(1);
    expect(err.split('\n')[0]).toBe(`Error: there are the examples ${exampleNames.join(', ')}, not "istio"`);
  });
});
