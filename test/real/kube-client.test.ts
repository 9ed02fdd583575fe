import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import type { Cluster, WatchEvent } from '../../src/ports/cluster.ts';
import { informer } from '../../src/shell/informer.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import type { RequestFacts } from '../../src/shell/kube-client/transport.ts';
import { lead } from '../../src/shell/leader-election.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { eventually } from './support/processes.ts';

const type = resources.configMaps;
const configMap = (name: string, data: Record<string, string> = {}): KubeObject & { data: unknown } => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
});
const ref = (name: string) => ({ type, namespace: 'default', name });

describe('our client on a real API server', () => {
  let plane: ControlPlane;
  let connection: Connection;
  let cluster: Cluster;
  let dir: string;
  const counted: RequestFacts[] = [];
  const open = (file: string, limits = { perSecond: 1000, burst: 1000 }) =>
    connect(
      { file },
      { clock: realClock(), random: random(1), limits, onRequest: (facts) => counted.push(facts) },
    );

  beforeAll(async () => {
    plane = await startControlPlane();
    dir = mkdtempSync(join(tmpdir(), 'sluice-client-'));
    connection = await open(plane.kubeconfig);
    cluster = connection.cluster;
  });
  afterAll(async () => {
    await connection?.close();
    await plane?.stop();
    if (dir !== undefined) rmSync(dir, { recursive: true, force: true });
  });

  test('reads, writes, patches in every way, and deletes', async () => {
    expect(connection).toMatchObject({ namespace: 'default', server: plane.url, context: 'real' });
    expect(await cluster.get(ref('none'))).toBeUndefined();
    const created = await cluster.create(configMap('a', { one: '1' }), type);
    await expect(cluster.create(configMap('a'), type)).rejects.toMatchObject({
      status: 409,
      reason: 'AlreadyExists',
    });
    const merged = await cluster.patch(ref('a'), { kind: 'merge', body: { data: { one: null, two: '2' } } });
    expect(merged).toMatchObject({ data: { two: '2' } });
    await expect(cluster.replace({ ...created }, type)).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
    });
    const stale = { metadata: { resourceVersion: created.metadata.resourceVersion }, data: { three: '3' } };
    await expect(cluster.patch(ref('a'), { kind: 'merge', body: stale })).rejects.toMatchObject({
      status: 409,
      reason: 'Conflict',
    });
    const json = [{ op: 'add', path: '/data/three', value: 'größe 😀' }];
    expect(await cluster.patch(ref('a'), { kind: 'json', body: json })).toMatchObject({
      data: { two: '2', three: 'größe 😀' },
    });
    const strategic = { metadata: { labels: { app: 'a' } } };
    await cluster.patch(ref('a'), { kind: 'strategic', body: strategic });
    await cluster.patch(ref('b'), { kind: 'apply', body: configMap('b', { applied: 'yes' }) });
    const { items } = await cluster.list(type, { namespace: 'default', labelSelector: 'app=a' });
    expect(items).toMatchObject([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]);
    await expect(cluster.delete(ref('a'), { uid: 'another' })).rejects.toMatchObject({ status: 409 });
    await cluster.delete(ref('a'), { uid: created.metadata.uid ?? '' });
    expect(await cluster.get(ref('a'))).toBeUndefined();
    expect(counted.filter(({ verb, status }) => verb === 'patch' && status === 200).length).toBe(3);
  });

  test('reads a long list page by page', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `page-${String(index).padStart(2, '0')}`);
    await Promise.all(names.map((name) => cluster.create(configMap(name), type)));
    const found: string[] = [];
    let continueToken: string | undefined;
    do {
      const page = await cluster.list(type, {
        namespace: 'default',
        limit: 10,
        ...(continueToken !== undefined && { continueToken }),
      });
      found.push(...page.items.map(({ metadata }) => metadata.name));
      continueToken = page.continueToken;
    } while (continueToken !== undefined);
    expect(found.filter((name) => name.startsWith('page-'))).toEqual(names);
  });

  test('watches, and ends when it is told', async () => {
    const { resourceVersion } = await cluster.list(type, { namespace: 'default', limit: 1 });
    const stopping = new AbortController();
    const events: WatchEvent[] = [];
    const watching = (async () => {
      const options = { namespace: 'default', resourceVersion };
      for await (const event of cluster.watch(type, options, stopping.signal)) events.push(event);
    })();
    await cluster.create(configMap('watched', { text: 'größe 😀'.repeat(5000) }), type);
    await cluster.delete(ref('watched'));
    await eventually('both events', async () => events.length >= 2);
    stopping.abort();
    await watching;
    expect(events.map((event) => event.type)).toEqual(['ADDED', 'DELETED']);
    expect(events[0]).toMatchObject({
      object: { kind: 'ConfigMap', data: { text: 'größe 😀'.repeat(5000) } },
    });
  });

  test('an informer follows', async () => {
    const stopping = new AbortController();
    const own = await open(plane.kubeconfig);
    const configMaps = informer({
      cluster: own.cluster,
      type,
      clock: realClock(),
      random: random(2),
      log: silentLog,
      signal: stopping.signal,
      namespace: 'default',
    });
    await configMaps.synced;
    expect(configMaps.cache.get('default', 'page-00')?.metadata.managedFields).toBeUndefined();
    await cluster.create(configMap('followed'), type);
    await eventually('the new object', async () => configMaps.cache.get('default', 'followed') !== undefined);
    await cluster.delete(ref('followed'));
    await eventually('its end', async () => configMaps.cache.get('default', 'followed') === undefined);
    stopping.abort();
    await own.close();
  });

  test('a type that the server does not know is empty', async () => {
    const stopping = new AbortController();
    const unknown = informer({
      cluster,
      type: resources.virtualServices,
      clock: realClock(),
      random: random(2),
      log: silentLog,
      signal: stopping.signal,
    });
    await unknown.synced;
    expect(unknown.cache.size).toBe(0);
    stopping.abort();
  });

  test('leads by a real Lease', async () => {
    const stopping = new AbortController();
    const options = { cluster, clock: realClock(), random: random(1), log: silentLog, namespace: 'default' };
    const first = await lead(
      { ...options, name: 'lock', identity: 'one', retrySeconds: 0.1 },
      stopping.signal,
    );
    await first?.release();
    const second = await lead(
      { ...options, name: 'lock', identity: 'two', retrySeconds: 0.1 },
      stopping.signal,
    );
    const lease = await cluster.get({ type: resources.leases, namespace: 'default', name: 'lock' });
    expect(lease?.spec).toMatchObject({ holderIdentity: 'two', leaseTransitions: 2 });
    await second?.release();
  });

  const withUser = (user: object): string => {
    const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
    config.users[0].user = user;
    const file = join(dir, `kubeconfig-${Math.floor(performance.now())}`);
    writeFileSync(file, JSON.stringify(config));
    return file;
  };

  test('a wrong token is refused, and says so', async () => {
    const wrong = await open(withUser({ token: 'wrong' }));
    await expect(wrong.cluster.list(type)).rejects.toMatchObject({ status: 401, reason: 'Unauthorized' });
    await wrong.close();
  });

  test('a server whose certificate is not the one in the kubeconfig gets no request', async () => {
    const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
    delete config.clusters[0].cluster['certificate-authority-data'];
    const file = join(dir, 'untrusting');
    writeFileSync(file, JSON.stringify(config));
    const untrusting = await open(file);
    await expect(untrusting.cluster.list(type)).rejects.toMatchObject({
      status: 0,
      message: expect.stringContaining('certificate'),
    });
    await untrusting.close();
  });

  test('asks an exec plugin for a token', async () => {
    const credential = {
      apiVersion: 'client.authentication.k8s.io/v1',
      kind: 'ExecCredential',
      status: { token: 'admin-token' },
    };
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: 'echo',
      args: [JSON.stringify(credential)],
    };
    const asked = await open(withUser({ exec }));
    expect((await asked.cluster.list(resources.namespaces)).items.length).toBeGreaterThan(0);
    await asked.close();
  });

  test('a server that is not there is an error, not a wait', async () => {
    const config = JSON.parse(readFileSync(plane.kubeconfig, 'utf8'));
    config.clusters[0].cluster.server = 'https://127.0.0.1:1';
    const file = join(dir, 'nowhere');
    writeFileSync(file, JSON.stringify(config));
    const nowhere = await open(file);
    await expect(nowhere.cluster.list(type)).rejects.toMatchObject({
      status: 0,
      message: expect.stringContaining('ECONNREFUSED'),
    });
    await nowhere.close();
  });
});
