// npm run bench:reaction [-- --runs N]: how long after the metrics server has given the first bad answer does the
// VirtualService send the canary no traffic? On the cluster of KUBECONFIG, else on the embedded one.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { KubeObject } from '../src/api/meta.ts';
import { type ResourceType, resources } from '../src/api/resources.ts';
import type { Rollout } from '../src/api/v1alpha1/rollout.ts';
import { startController } from './support/controller.ts';
import { machine, quantile, sleep } from './support/figures.ts';
import { openPlace, type Place } from './support/place.ts';

/** What this benchmark asks for on an idle machine, in milliseconds. The peer: 65 and 117 (`design/product.md`). */
const budget = { median: 20, p95: 40 };

const { values } = parseArgs({ options: { runs: { type: 'string', default: '30' } } });
const runs = Number(values.runs);
const now = () => performance.timeOrigin + performance.now();

/** Answers well until it is told otherwise, and remembers when its first bad answer left. */
const source = { isBad: false, badAt: 0 };
const metrics = createServer((_request, response) => {
  if (source.isBad && source.badAt === 0) source.badAt = now();
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ ok: source.isBad ? 0 : 1 }));
});
await new Promise<void>((resolve) => metrics.listen(0, '127.0.0.1', resolve));
const url = `http://127.0.0.1:${(metrics.address() as AddressInfo).port}/`;

const place = await openPlace('sluice-bench-reaction');
const controller = startController(place.kubeconfig);
const times: number[] = [];
try {
  await put(place, resources.analysisTemplates, template());
  for (let run = 0; run < runs; run += 1) {
    times.push(await breach(place, `shop-${run}`));
    process.stderr.write(`\r${run + 1} of ${runs} `);
  }
} finally {
  await controller.stop();
  await place.close();
  metrics.close();
}
const [median, p95] = [quantile(times, 0.5), quantile(times, 0.95)];
console.log(
  `\nbad answer → canary at weight 0, ${runs} runs, ms: median ${median.toFixed(1)}, 95th percentile ${p95.toFixed(1)}`,
);
console.log(`budget on an idle machine: ${budget.median} and ${budget.p95}`);
console.log(`measured on ${place.name}; ${machine()}`);
process.exit(0);

/** One release up to a weight of 50, a breach there, and the milliseconds until the canary has no traffic. */
async function breach(at: Place, name: string): Promise<number> {
  source.isBad = false;
  source.badAt = 0;
  for (const role of ['stable', 'canary'])
    await put(at, resources.services, service(`${name}-${role}`, name));
  await put(at, resources.virtualServices, virtualService(name));
  await put(at, resources.rollouts, rollout(name));
  const ref = { type: resources.rollouts, namespace: at.namespace, name };
  await until(async () => ((await at.cluster.get(ref)) as Rollout | undefined)?.status?.phase === 'Healthy');
  await at.cluster.patch(ref, {
    kind: 'merge',
    body: { spec: { template: { metadata: { annotations: { version: '2' } } } } },
  });
  const route = { type: resources.virtualServices, namespace: at.namespace, name };
  await until(async () => canaryWeight(await at.cluster.get(route)) === 50);
  await sleep(1500 + Math.random() * 1000); // good samples first, and no rhythm with the interval
  const shut = whenShut(at, name);
  await sleep(200);
  source.isBad = true;
  const shutAt = await shut;
  await at.cluster.delete(ref);
  const took = shutAt - source.badAt;
  source.isBad = false;
  await sleep(1500); // answers are shared for a second: the next run must not be told this one's bad answer
  return took;
}

/** Resolves with the moment at which a watch tells of weight 0 after the breach. */
async function whenShut(at: Place, name: string): Promise<number> {
  const stop = AbortSignal.timeout(30_000);
  const { resourceVersion } = await at.cluster.list(resources.virtualServices, { namespace: at.namespace });
  const events = at.cluster.watch(
    resources.virtualServices,
    { namespace: at.namespace, resourceVersion },
    stop,
  );
  for await (const event of events) {
    const seenAt = now();
    if (event.type === 'BOOKMARK' || event.object.metadata.name !== name) continue;
    if (source.badAt > 0 && canaryWeight(event.object) === 0) return seenAt;
  }
  throw new Error(`${name}: the canary kept its traffic for 30 s`);
}

function canaryWeight(object: KubeObject | undefined): number | undefined {
  const { spec } = (object ?? {}) as {
    spec?: { http: { route: { destination: { host: string }; weight?: number }[] }[] };
  };
  return spec?.http[0]?.route.find(({ destination }) => destination.host.endsWith('-canary'))?.weight;
}

async function put(at: Place, type: ResourceType, object: KubeObject): Promise<void> {
  const placed = { ...object, metadata: { ...object.metadata, namespace: at.namespace } };
  await at.cluster.create(placed, type);
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = now() + 60_000;
  while (!(await holds())) {
    if (now() > deadline) throw new Error('the release did not get there within a minute');
    await sleep(100);
  }
}

function template(): KubeObject {
  const provider = { web: { url, jsonPath: '{$.ok}' } };
  const metric = { name: 'ok', interval: '1s', failureLimit: 0, successCondition: 'result == 1', provider };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name: 'ok' },
    spec: { metrics: [metric] },
  } as KubeObject;
}

function service(name: string, app: string): KubeObject {
  const spec = { selector: { app }, ports: [{ port: 80 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec } as KubeObject;
}

function virtualService(name: string): KubeObject {
  const route = [
    { destination: { host: `${name}-stable` }, weight: 100 },
    { destination: { host: `${name}-canary` }, weight: 0 },
  ];
  return {
    apiVersion: 'networking.istio.io/v1alpha3',
    kind: 'VirtualService',
    metadata: { name },
    spec: { hosts: [name], http: [{ name: 'primary', route }] },
  } as KubeObject;
}

function rollout(name: string): KubeObject {
  const canary = {
    stableService: `${name}-stable`,
    canaryService: `${name}-canary`,
    trafficRouting: { istio: { virtualService: { name, routes: ['primary'] } } },
    analysis: { templates: [{ templateName: 'ok' }] },
    steps: [{ setWeight: 50 }, { pause: {} }],
  };
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'app', image: 'shop:v1' }] },
      },
      strategy: { canary },
    },
  } as KubeObject;
}
