// npm run bench:memory: what 10,000 objects cost the embedded cluster in memory, and what watches cost each other.
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../src/api/meta.ts';
import { packagedCrds, packagedObjects } from '../src/cli/package-files.ts';
import { instant } from '../src/kernel/instant.ts';
import { random } from '../src/kernel/random.ts';
import { type ApiServer, createApiServer } from '../src/sandbox/server.ts';

/** Fails above them: what the sandbox promises. */
const objects = 10_000;
const mostMegabytes = 200;

const now = instant(Date.parse('2026-01-01T00:00:00Z'));
const clock = { now: () => now, schedule: () => () => {} };

function newServer(): ApiServer {
  const server = createApiServer({ clock, random: random(1) });
  for (const crd of packagedCrds()) server.installCrd(crd);
  return server;
}

function send(server: ApiServer, method: string, path: string, body?: unknown): void {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
  const headers = { 'content-type': type, 'user-agent': 'bench/1' };
  const response = server.execute({ method, path, query: new URLSearchParams(), headers, body });
  if (response.status >= 400) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`);
}

const rollout = packagedObjects('examples/canary-istio').find(({ kind }) => kind === 'Rollout') as KubeObject;
const template = (rollout.spec as { template: { metadata?: object; spec: object } }).template;

/** Of ten objects: six pods, a ReplicaSet, a Rollout, a Service and a ConfigMap, each changed once after it was made. */
function fill(server: ApiServer): void {
  const core = '/api/v1/namespaces/default';
  for (let index = 0; index < objects / 10; index += 1) {
    const metadata = (name: string) => ({ name: `${name}-${index}`, labels: { app: `shop-${index}` } });
    const make = (collection: string, object: { metadata: { name: string }; [member: string]: unknown }) => {
      send(server, 'POST', collection, object);
      const path = `${collection}/${object.metadata.name}`;
      send(server, 'PATCH', path, { metadata: { annotations: { changed: 'once' } } });
    };
    for (let pod = 0; pod < 6; pod += 1) {
      make(`${core}/pods`, { ...typed('v1', 'Pod'), metadata: metadata(`pod-${pod}`), spec: template.spec });
    }
    const selector = { matchLabels: { app: `shop-${index}` } };
    const pods = { ...template, metadata: { labels: { app: `shop-${index}` } } };
    make('/apis/apps/v1/namespaces/default/replicasets', {
      ...typed('apps/v1', 'ReplicaSet'),
      metadata: metadata('set'),
      spec: { replicas: 6, selector, template: pods },
    });
    make('/apis/argoproj.io/v1alpha1/namespaces/default/rollouts', {
      ...rollout,
      metadata: metadata('rollout'),
    });
    make(`${core}/services`, {
      ...typed('v1', 'Service'),
      metadata: metadata('service'),
      spec: { selector: selector.matchLabels, ports: [{ port: 80 }] },
    });
    make(`${core}/configmaps`, {
      ...typed('v1', 'ConfigMap'),
      metadata: metadata('settings'),
      data: { index: String(index) },
    });
  }
}

const typed = (apiVersion: string, kind: string) => ({ apiVersion, kind });

async function megabytesInUse(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('run it with node --expose-gc');
  await setImmediate();
  globalThis.gc();
  return process.memoryUsage().heapUsed / 1024 / 1024;
}

/** Milliseconds that one change costs when so many watches hear of it, each of them read to the end. */
async function changeCostMs(watches: number): Promise<number> {
  const server = newServer();
  const path = '/api/v1/namespaces/default/configmaps';
  send(server, 'POST', path, { ...typed('v1', 'ConfigMap'), metadata: { name: 'a' }, data: { n: '0' } });
  const changes = 2000;
  const heard = Array.from({ length: watches }, async () => {
    const query = new URLSearchParams({ watch: 'true' });
    const response = server.execute({ method: 'GET', path, query, headers: {} });
    let lines = 0;
    for await (const _line of response.stream ?? []) {
      lines += 1;
      if (lines === changes + 1) break;
    }
    return lines;
  });
  const startedAt = performance.now();
  for (let change = 1; change <= changes; change += 1) {
    send(server, 'PATCH', `${path}/a`, { data: { n: String(change) } });
    await setImmediate();
  }
  await Promise.all(heard);
  return (performance.now() - startedAt) / changes;
}

const before = await megabytesInUse();
const server = newServer();
fill(server);
const used = (await megabytesInUse()) - before;
const count = ['pods', 'replicasets.apps', 'rollouts.argoproj.io', 'services', 'configmaps']
  .map((table) => server.store.table(table).size())
  .reduce((sum, size) => sum + size, 0);
console.log(`${count} objects, each changed once: ${used.toFixed(0)} MB`);
const alone = await changeCostMs(1);
const crowded = await changeCostMs(100);
console.log(
  `a change that 100 watches hear of costs ${(crowded / alone).toFixed(1)} times one that a single watch hears of`,
);
if (used > mostMegabytes) throw new Error(`that is more than ${mostMegabytes} MB`);
