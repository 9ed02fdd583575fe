import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { parseBody } from '../../src/sandbox/body.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { pauseFor, rollout, setWeight } from '../support/builders.ts';
import { crds } from '../support/settings.ts';

/** A request as `kubectl argo rollouts` sends it: the type of its body and every byte of it. */
interface Sent {
  readonly to?: 'status';
  readonly type?: string;
  readonly body: string;
}

const merge = 'application/merge-patch+json';
const group = '/apis/argoproj.io/v1alpha1/namespaces/default';

async function send(simulation: Simulation, path: string, { to, type = merge, body }: Sent): Promise<void> {
  const answer = await simulation.world.server.handle({
    method: 'PATCH',
    path: `${group}/${path}${to === undefined ? '' : `/${to}`}`,
    query: new URLSearchParams(),
    headers: { 'content-type': type, accept: 'application/json', 'user-agent': 'kubectl-argo-rollouts' },
    ...parseBody(new TextEncoder().encode(body), type),
  });
  expect([answer.status, 'body' in answer ? answer.body : '']).toEqual([200, expect.anything()]);
}

/** `shop` in front of the pause after its first step, or wherever the case brings it from there. */
async function stage() {
  const simulation = await createSimulation({ crds: crds() });
  const steps = [setWeight(25), pauseFor(), setWeight(50), pauseFor()];
  const apply = (image: string) => {
    const metadata = { name: 'shop', namespace: 'default' }; // as it stands in git
    return simulation.apply({ ...rollout({ replicas: 4, image, canary: { steps } }), metadata });
  };
  await apply('shop:v1');
  await simulation.advance(60);
  await apply('shop:v2');
  await simulation.advance(60);
  const shop = () =>
    simulation.get({ type: resources.rollouts, namespace: 'default', name: 'shop' }) as Rollout;
  return { simulation, shop, apply };
}

type Stage = Awaited<ReturnType<typeof stage>>;

interface Case {
  readonly verb: string;
  readonly before?: (stage: Stage) => Promise<void>;
  readonly sends: readonly Sent[];
  readonly becomes: object;
}

const abortIt: Sent = { to: 'status', body: '{"status":{"abort":true}}' };
const sendShop =
  (sent: Sent) =>
  async ({ simulation }: Stage) => {
    await send(simulation, 'rollouts/shop', sent);
    await simulation.advance(30);
  };

/** What the peer's plugin writes for each verb (its version of August 2026), and what must come of it. */
const cases: readonly Case[] = [
  {
    verb: 'abort',
    sends: [abortIt],
    becomes: { phase: 'Degraded', abort: true, currentStepIndex: 0 },
  },
  {
    verb: 'retry rollout',
    before: sendShop(abortIt),
    sends: [{ to: 'status', body: '{"status":{"abort":false}}' }],
    becomes: { phase: 'Paused', currentStepIndex: 1, abort: undefined },
  },
  {
    verb: 'promote, at a pause, as its patch of pause conditions',
    sends: [{ to: 'status', body: '{"status":{"pauseConditions":null}}' }],
    becomes: { phase: 'Paused', currentStepIndex: 3 },
  },
  {
    verb: 'promote, as its patch that also moves the index',
    sends: [{ to: 'status', body: '{"status":{"currentStepIndex":2,"pauseConditions":null}}' }],
    becomes: { phase: 'Paused', currentStepIndex: 3 },
  },
  {
    verb: 'promote, of one that is paused by its spec: status first, then spec',
    before: sendShop({ body: '{"spec":{"paused":true}}' }),
    sends: [
      { to: 'status', body: '{"status":{"pauseConditions":null}}' },
      { body: '{"spec":{"paused":false}}' },
    ],
    becomes: { phase: 'Paused', currentStepIndex: 3 },
  },
  {
    verb: 'promote, after an inconclusive step',
    sends: [
      {
        to: 'status',
        body: '{"status":{"controllerPause":false,"currentStepIndex":2,"pauseConditions":null}}',
      },
    ],
    becomes: { phase: 'Paused', currentStepIndex: 3 },
  },
  {
    verb: 'promote --full',
    sends: [{ to: 'status', body: '{"status":{"promoteFull":true}}' }],
    becomes: { phase: 'Healthy', currentStepIndex: 4, promoteFull: undefined },
  },
  {
    verb: 'promote --skip-current-step',
    sends: [{ to: 'status', body: '{"status":{"currentStepIndex":2}}' }],
    becomes: { phase: 'Paused', currentStepIndex: 3 },
  },
  {
    verb: 'promote --skip-all-steps',
    sends: [{ to: 'status', body: '{"status":{"currentStepIndex":4}}' }],
    becomes: { phase: 'Healthy', currentStepIndex: 4 },
  },
  {
    verb: 'pause',
    sends: [{ body: '{"spec":{"paused":true}}' }],
    becomes: { phase: 'Paused', message: 'manually paused' },
  },
];

describe('the peer’s plugin against our controller:', () => {
  test.each(cases)('$verb', async ({ before, sends, becomes }) => {
    const at = await stage();
    expect(at.shop().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    await before?.(at);
    for (const sent of sends) await send(at.simulation, 'rollouts/shop', sent);
    await at.simulation.advance(120);
    const { status } = at.shop();
    const seen = Object.fromEntries(
      Object.keys(becomes).map((key) => [key, (status as Record<string, unknown> | undefined)?.[key]]),
    );
    expect(seen).toEqual(becomes);
    expect(at.simulation.violations).toEqual([]);
    await at.simulation.stop();
  });

  test('set image replaces the whole object', async () => {
    const { simulation, shop } = await stage();
    const changed = structuredClone(shop());
    for (const container of changed.spec.template?.spec?.containers ?? []) container.image = 'shop:v3';
    await simulation.user.replace(changed, resources.rollouts);
    await simulation.advance(60);
    expect(shop().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    const revisions = simulation.list(resources.replicaSets).map(({ metadata }) => metadata.annotations);
    expect(revisions.map((annotations) => annotations?.['rollout.argoproj.io/revision']).sort()).toEqual([
      '1',
      '2',
      '3',
    ]);
    await simulation.stop();
  });

  test('restart replaces every pod that is older', async () => {
    const { simulation, shop } = await stage();
    const pods = () => simulation.list(resources.pods).map(({ metadata }) => metadata.name);
    const old = pods();
    const restartAt = new Date(simulation.clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
    await send(simulation, 'rollouts/shop', { body: `{"spec":{"restartAt":"${restartAt}"}}` });
    await simulation.advance(600);
    expect(pods().filter((name) => old.includes(name))).toEqual([]);
    expect(shop().status?.restartedAt).toBe(restartAt);
    await simulation.stop();
  });

  test('undo puts the template of an older ReplicaSet into the spec, which is then released', async () => {
    const { simulation, shop } = await stage();
    await sendShop({ to: 'status', body: '{"status":{"promoteFull":true}}' })({ simulation, shop } as Stage);
    const old = simulation
      .list(resources.replicaSets)
      .find(({ metadata }) => metadata.annotations?.['rollout.argoproj.io/revision'] === '1');
    const { template } = (old as KubeObject & { spec: { template: { metadata: { labels: object } } } }).spec;
    const { 'rollouts-pod-template-hash': _, ...labels } = template.metadata.labels as Record<string, string>;
    const value = { ...template, metadata: { ...template.metadata, labels } };
    const body = JSON.stringify([{ op: 'replace', path: '/spec/template', value }]);
    await send(simulation, 'rollouts/shop', { type: 'application/json-patch+json', body });
    await simulation.advance(60);
    expect(shop().spec.template?.spec?.containers[0]?.image).toBe('shop:v1');
    expect(shop().status).toMatchObject({ phase: 'Paused', currentStepIndex: 1 });
    await simulation.stop();
  });

  test('terminate ends a run and an experiment; retry experiment clears its status', async () => {
    const simulation = await createSimulation({ crds: crds() });
    const metadata = { namespace: 'default' };
    const metric = {
      name: 'ok',
      interval: '10s',
      successCondition: 'result[0] == 1',
      provider: { prometheus: { address: 'http://prometheus.test:9090', query: 'vector(1)' } },
    };
    const pods = {
      metadata: { labels: { app: 'trial' } },
      spec: { containers: [{ name: 'a', image: 'a:1' }] },
    };
    const make = (kind: string, name: string, spec: object): KubeObject => ({
      apiVersion: 'argoproj.io/v1alpha1',
      kind,
      metadata: { ...metadata, name },
      spec,
    });
    await simulation.apply(
      make('AnalysisRun', 'run', { metrics: [metric] }),
      make('Experiment', 'trial', {
        templates: [{ name: 'a', replicas: 1, selector: { matchLabels: { app: 'trial' } }, template: pods }],
      }),
    );
    await simulation.advance(30);
    const phaseOf = (type: ResourceType, name: string) =>
      (simulation.get({ type, namespace: 'default', name }) as AnalysisRun | undefined)?.status?.phase;
    expect([phaseOf(resources.analysisRuns, 'run'), phaseOf(resources.experiments, 'trial')]).toEqual([
      'Running',
      'Running',
    ]);
    await send(simulation, 'analysisruns/run', { body: '{"spec":{"terminate":true}}' });
    await send(simulation, 'experiments/trial', { body: '{"spec":{"terminate":true}}' });
    await simulation.advance(60);
    expect([phaseOf(resources.analysisRuns, 'run'), phaseOf(resources.experiments, 'trial')]).toEqual([
      'Successful',
      'Successful',
    ]);
    await send(simulation, 'experiments/trial', { body: '{"status":null}' });
    await simulation.advance(60);
    expect(phaseOf(resources.experiments, 'trial')).toBe('Successful'); // it is told to be terminated still
    await simulation.stop();
  });
});
