import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { crds } from '../support/settings.ts';

const ref: ObjectRef = { type: resources.rollouts, namespace: 'default', name: 'shop' };

const template = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name: 'smoke', namespace: 'default' },
  spec: {
    metrics: [
      {
        name: 'smoke',
        provider: {
          job: {
            spec: {
              template: {
                spec: {
                  restartPolicy: 'Never',
                  containers: [{ name: 'main', image: 'alpine', command: ['sh', '-c', 'sleep 5'] }],
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** A Rollout at rest whose next update has these steps. */
async function atRest(steps: CanaryStep[]) {
  const simulation = await createSimulation({ crds: crds() });
  const rollout = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'default' },
    spec: {
      replicas: 1,
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'shop', image: 'shop:v1' }] },
      },
      strategy: { canary: { steps } },
    },
  };
  await simulation.apply(template as KubeObject, rollout as KubeObject);
  await simulation.advance(60);
  const release = async (version: string) => {
    const body = {
      spec: { template: { spec: { containers: [{ name: 'shop', image: `shop:${version}` }] } } },
    };
    await simulation.user.patch(ref, { kind: 'merge', body });
    await simulation.advance(120);
    return (await simulation.user.get(ref)) as Rollout;
  };
  const all = async <T extends KubeObject>(type: ObjectRef['type']) =>
    (await simulation.user.list(type, { namespace: 'default' })).items as T[];
  return { ...simulation, release, all };
}

/** What somebody else has made under the name that the release of v2 gave its own object. */
async function takeName<T extends KubeObject>(steps: CanaryStep[], type: ObjectRef['type']) {
  const rehearsal = await atRest(steps);
  await rehearsal.release('v2');
  const [own] = await rehearsal.all<T>(type);
  await rehearsal.stop();
  const { ownerReferences: _, uid: __, resourceVersion: ___, ...metadata } = own?.metadata ?? { name: '' };
  const real = await atRest(steps);
  const foreign = { apiVersion: own?.apiVersion ?? '', kind: own?.kind ?? '', spec: own?.spec, metadata };
  const { labels: ____, ...unlabelled } = foreign.metadata as { labels?: unknown; name: string };
  await real.user.create(
    { ...foreign, metadata: { ...unlabelled, namespace: 'default' } } as KubeObject,
    type,
  );
  const rollout = await real.release('v2');
  return { rollout, name: metadata.name, objects: await real.all<T>(type) };
}

test('an AnalysisRun of somebody else under the name of ours makes one other run, and the release goes on', async () => {
  const steps = [{ analysis: { templates: [{ templateName: 'smoke' }] } }] as CanaryStep[];
  const { rollout, name, objects } = await takeName<AnalysisRun>(steps, resources.analysisRuns);
  expect(objects.map(({ metadata }) => metadata.name).toSorted()).toEqual([name, `${name}.1`]);
  expect(rollout.status?.phase).toBe('Healthy');
});

test('an Experiment of somebody else under the name of ours makes one other, and the release goes on', async () => {
  const experiment = { duration: '20s', templates: [{ name: 'one', specRef: 'canary' }] };
  const steps = [{ experiment }] as CanaryStep[];
  const { rollout, name, objects } = await takeName<Experiment>(steps, resources.experiments);
  expect(objects.map(({ metadata }) => metadata.name).toSorted()).toEqual([name, `${name}-1`]);
  expect(rollout.status?.phase).toBe('Healthy');
});
