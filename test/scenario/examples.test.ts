import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { crds, objectsIn } from '../support/settings.ts';

const namespace = 'default';

/** The example's own manifests, applied as they are, with its first version at rest. */
async function example(
  folder: string,
): Promise<{ simulation: Simulation; name: string; rollout(): Rollout }> {
  const simulation = await createSimulation({ crds: crds() });
  const objects = objectsIn(`examples/${folder}`);
  await simulation.apply(...objects);
  const name = objects.find(({ kind }) => kind === 'Rollout')?.metadata.name ?? '';
  const rollout = () => simulation.get({ type: resources.rollouts, namespace, name }) as Rollout;
  await simulation.advance(120);
  expect(rollout().status).toMatchObject({ phase: 'Healthy' });
  return { simulation, name, rollout };
}

async function release(
  simulation: Simulation,
  rollout: Rollout,
  annotations: Record<string, string>,
): Promise<void> {
  const containers = rollout.spec.template?.spec?.containers.map((container) => ({
    ...container,
    image: 'registry.example.com/app:v2',
  }));
  await simulation.user.patch(
    { type: resources.rollouts, namespace, name: rollout.metadata.name },
    { kind: 'merge', body: { spec: { template: { metadata: { annotations }, spec: { containers } } } } },
  );
  await simulation.advance(1800);
}

const good = { 'sandbox.sluice.dev/error-rate': '0.001' };
const failing = { 'sandbox.sluice.dev/error-rate': '0.3' };
const slow = { 'sandbox.sluice.dev/latency-ms': '900' };

/** Each row: the folder, how the new version behaves, and how its release ends. */
const rows: readonly [string, string, Record<string, string>, 'Healthy' | 'Degraded', RegExp][] = [
  ['canary-basic', 'good', good, 'Healthy', /^$/],
  ['canary-istio', 'good', good, 'Healthy', /^$/],
  ['canary-istio', 'failing', failing, 'Degraded', /Background analysis.*"error-rate" assessed Failed/],
  ['canary-istio', 'slow', slow, 'Degraded', /Step-based analysis.*"p95-latency" assessed Failed/],
  ['canary-gateway-api', 'good', good, 'Healthy', /^$/],
  ['canary-alb', 'good', good, 'Healthy', /^$/],
  ['canary-alb', 'failing', failing, 'Degraded', /Background analysis.*"http-error-rate" assessed Failed/],
  ['canary-alb', 'slow', slow, 'Degraded', /Step-based analysis.*"http-p95-latency" assessed Failed/],
  ['experiment', 'good', good, 'Healthy', /^$/],
  ['experiment', 'failing', failing, 'Degraded', /Experiment analysis.*"more-errors" assessed Failed/],
  ['blue-green', 'good', good, 'Healthy', /^$/],
  [
    'blue-green',
    'failing',
    failing,
    'Degraded',
    /pre-promotion analysis.*"preview-error-rate" assessed Failed/,
  ],
];

/** Where the customers' requests arrive; those to a preview are no customers'. */
const entrances: Readonly<Record<string, string>> = {
  'canary-istio': 'shop',
  'canary-gateway-api': 'store',
  'canary-alb': 'checkout',
  experiment: 'search',
  'blue-green': 'ledger-active',
};

/** Requests of customers that found no ready pod. */
function lostRequests({ world }: Simulation, folder: string): number {
  const host = entrances[folder];
  return host === undefined ? 0 : world.traffic.totals({ namespace, host }).failedForLackOfPods;
}

describe('the examples, applied as they are and played to their end', () => {
  test.each(rows)('%s: a %s version', async (folder, _, behaviour, phase, message) => {
    const { simulation, rollout } = await example(folder);
    const first = rollout().status?.stableRS;
    const lostBefore = lostRequests(simulation, folder); // requests before the first pod was ready
    await release(simulation, rollout(), behaviour);
    const { status } = rollout();
    expect(status?.phase).toBe(phase);
    expect(status?.message ?? '').toMatch(message);
    expect(status?.stableRS === first).toBe(phase === 'Degraded');
    expect(status?.canary?.weights?.canary.weight ?? 0).toBe(0);
    expect(simulation.violations).toEqual([]);
    expect(lostRequests(simulation, folder)).toBe(lostBefore);
    await simulation.stop();
  });

  test('canary-gateway-api: a router that does not carry out the weights pauses the release', async () => {
    const { simulation, rollout } = await example('canary-gateway-api');
    simulation.world.traffic.faults = [{ delaySeconds: 3600 }];
    await release(simulation, rollout(), good);
    const { status } = rollout();
    expect(status?.phase).toBe('Paused');
    expect(status?.canary?.observedSplit).toMatchObject({ state: 'SplitDiffers' });
    expect(status?.canary?.weights?.canary.weight).toBe(10);
    await simulation.stop();
  });

  test('every object of the examples is of a kind that the program knows', () => {
    const kinds = new Set(Object.values(resources).map(({ kind }) => kind as string));
    const objects: KubeObject[] = [...new Set(rows.map(([folder]) => folder))].flatMap((folder) =>
      objectsIn(`examples/${folder}`),
    );
    expect(objects.filter(({ kind }) => !kinds.has(kind))).toEqual([]);
  });
});
