import {
  CoreV1Api,
  CustomObjectsApi,
  KubeConfig,
  type KubernetesObject,
  ListWatch,
  makeInformer,
  type V1ConfigMap,
  Watch,
} from '@kubernetes/client-node';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { type ApiServer, createApiServer } from '../../src/sandbox/server.ts';
import { widget, widgetCrd } from '../sandbox/api/support.ts';
import { eventually } from './support/processes.ts';

const path = '/api/v1/namespaces/default/configmaps';

describe("the field's own JavaScript client on the sandbox", () => {
  let server: ApiServer;
  let endpoint: HttpEndpoint;
  let config: KubeConfig;
  let core: CoreV1Api;

  beforeEach(async () => {
    server = createApiServer({ clock: realClock(), random: random(1) });
    server.installCrd(widgetCrd());
    endpoint = await serveHttp(server);
    config = new KubeConfig();
    config.loadFromClusterAndUser(
      { name: 'sandbox', server: endpoint.url, skipTLSVerify: true },
      { name: 'nobody' },
    );
    core = config.makeApiClient(CoreV1Api);
  });
  afterEach(() => endpoint.close());

  const settings = (name: string, labels = {}): V1ConfigMap => ({
    metadata: { name, labels },
    data: { a: '1' },
  });
  const create = (body: V1ConfigMap) => core.createNamespacedConfigMap({ namespace: 'default', body });

  test('an informer lists, hears of every change, and goes on after its version was forgotten', async () => {
    await create(settings('old'));
    const heard: string[] = [];
    const informer = makeInformer(config, path, () => core.listNamespacedConfigMap({ namespace: 'default' }));
    for (const verb of ['add', 'update', 'delete'] as const) {
      informer.on(verb, ({ metadata }) => void heard.push(`${verb} ${metadata?.name}`));
    }
    let isOver = false;
    informer.on('error', () => {
      if (!isOver) void informer.start();
    });
    await informer.start();
    await create(settings('new'));
    await core.patchNamespacedConfigMap({
      name: 'new',
      namespace: 'default',
      body: [{ op: 'replace', path: '/data/a', value: '2' }],
    });
    await core.deleteNamespacedConfigMap({ name: 'old', namespace: 'default' });
    await eventually('four things to be heard', async () => heard.length === 4);
    expect(heard).toEqual(['add old', 'add new', 'update new', 'delete old']);
    expect(informer.list().map(({ data }) => data)).toEqual([{ a: '2' }]);
    server.store.compact();
    await create(settings('later'));
    await eventually('the later one to be heard', async () => heard.includes('add later'));
    isOver = true;
    await informer.stop();
  });

  test('a cache with a selector forgets what leaves the selection', async () => {
    await create(settings('in', { app: 'shop' }));
    const cache = new ListWatch<V1ConfigMap>(
      path,
      new Watch(config),
      () => core.listNamespacedConfigMap({ namespace: 'default', labelSelector: 'app=shop' }),
      false,
      'app=shop',
    );
    await cache.start();
    expect(cache.list('default').map(({ metadata }) => metadata?.name)).toEqual(['in']);
    await core.patchNamespacedConfigMap({
      name: 'in',
      namespace: 'default',
      body: [{ op: 'replace', path: '/metadata/labels/app', value: 'other' }],
    });
    await eventually('the cache to be empty', async () => cache.list('default').length === 0);
    await cache.stop();
  });

  test('a watch that lists first ends its list with a bookmark', async () => {
    const api = config.makeApiClient(CustomObjectsApi);
    const type = { group: 'example.com', version: 'v1', namespace: 'default', plural: 'widgets' };
    await api.createNamespacedCustomObject({ ...type, body: widget('w') });
    const lines: string[] = [];
    const query = {
      sendInitialEvents: true,
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: true,
    };
    const watching = await new Watch(config).watch(
      '/apis/example.com/v1/namespaces/default/widgets',
      query,
      (phase, { metadata }: KubernetesObject) => void lines.push(`${phase} ${metadata?.name ?? ''}`.trim()),
      () => {},
    );
    await eventually('the list to end', async () => lines.includes('BOOKMARK'));
    await api.createNamespacedCustomObject({ ...type, body: widget('x') });
    await eventually('a change', async () => lines.length === 3);
    expect(lines).toEqual(['ADDED w', 'BOOKMARK', 'ADDED x']);
    watching.abort();
  });
});
