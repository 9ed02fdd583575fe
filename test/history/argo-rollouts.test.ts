import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { memoryOf, restoreScene, type Scene, sceneOf } from '../support/handover.ts';
import { crds } from '../support/settings.ts';

const folder = join(__dirname, 'argo-rollouts-v1.10.2');
const namespace = 'default';
const ref = { type: resources.rollouts, namespace, name: 'shop' };
const scenes = readdirSync(folder).map((file) => file.replace('.json', ''));
const recorded = (scene: string): KubeObject[] =>
  JSON.parse(readFileSync(join(folder, `${scene}.json`), 'utf8'));

interface Handed {
  readonly simulation: Simulation;
  readonly before: Scene;
  readonly memory: Readonly<Record<string, unknown>>;
}

/** Objects that Argo Rollouts left, with their pods, and then our operator. */
async function takeOver(scene: string): Promise<Handed> {
  let before: Scene | undefined;
  let memory: Handed['memory'] = {};
  const simulation = await createSimulation({
    crds: crds(),
    found: async (user) => {
      await restoreScene(user, recorded(scene), namespace);
      memory = memoryOf((await user.get(ref)) as Rollout);
    },
    arrives: async (user) => {
      before = await sceneOf(user, namespace);
    },
  });
  return { simulation, before: before as Scene, memory };
}

describe('a Rollout that Argo Rollouts left', () => {
  test.each(scenes)('%s is taken over with nothing moved', async (scene) => {
    const { simulation, before, memory } = await takeOver(scene);
    await simulation.advance(20);
    expect(before.pods.length).toBeGreaterThan(0);
    expect(await sceneOf(simulation.user, namespace)).toEqual(before);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
    // and so the way back is open: all that Argo Rollouts reads from a status stands as it left it
    const now = memoryOf(simulation.get(ref) as Rollout);
    expect({ ...now, conditions: undefined }).toMatchObject({ ...memory, conditions: undefined });
  });

  test.each<[string, (status: RolloutStatus) => string | null | undefined]>([
    ['canary-istio-at-25', ({ pauseConditions }) => pauseConditions?.[0]?.startTime],
    ['canary-by-pods-paused', ({ pauseConditions }) => pauseConditions?.[0]?.startTime],
    ['blue-green-before-promotion', ({ pauseConditions }) => pauseConditions?.[0]?.startTime],
    ['canary-istio-aborted', ({ abortedAt }) => abortedAt],
  ])('%s has waited since it began to, not since it was taken over', async (scene, began) => {
    const left = recorded(scene).find(({ kind }) => kind === 'Rollout') as Rollout;
    const { simulation } = await takeOver(scene);
    await simulation.advance(20);
    const { status = {} } = simulation.get(ref) as Rollout;
    expect(status.waiting?.since).toBe(began(left.status ?? {}));
    expect(status.waiting?.since).toBeDefined();
    await simulation.stop();
  });

  test.each(['canary-istio-at-25', 'canary-by-pods-paused', 'blue-green-before-promotion'])(
    '%s is released to its end',
    async (scene) => {
      const { simulation } = await takeOver(scene);
      for (let presses = 0; presses < 3; presses += 1) {
        const body = { status: { pauseConditions: null } };
        await simulation.user.patch(ref, { kind: 'merge', body }, { subresource: 'status' });
        await simulation.advance(60);
      }
      const { status } = simulation.get(ref) as Rollout;
      expect(status?.phase).toBe('Healthy');
      expect(status?.stableRS).toBe(status?.currentPodHash);
      expect(simulation.violations).toEqual([]);
      await simulation.stop();
    },
  );

  test('an analysis that it left under way goes on, and its failure aborts', async () => {
    const { simulation } = await takeOver('canary-istio-with-a-background-analysis');
    const [run] = simulation.list(resources.analysisRuns, namespace) as [KubeObject];
    const failed = { type: resources.analysisRuns, namespace, name: run.metadata.name };
    await simulation.user.patch(failed, { kind: 'merge', body: { status: { phase: 'Failed' } } });
    await simulation.advance(5);
    const { status } = simulation.get(ref) as Rollout;
    expect(status?.abort).toBe(true);
    expect(status?.canary?.weights?.canary?.weight).toBe(0);
    await simulation.stop();
  });
});
