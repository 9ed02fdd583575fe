import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { runController } from '../../src/operator/main.ts';
import { memoryOf, restoreScene, sceneOf } from '../support/handover.ts';
import { eventually } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';

const folder = join(__dirname, '../history/argo-rollouts-v1.10.2');
const scenes = readdirSync(folder).map((file) => file.replace('.json', ''));

/** Each in a namespace of its own, called as it is. */
describe('Rollouts that Argo Rollouts left on a real API server', () => {
  let real: RealCluster;
  beforeAll(async () => {
    real = await startRealCluster();
  });
  const ending = new AbortController();
  let running: Promise<unknown> | undefined;
  afterAll(async () => {
    ending.abort();
    await running;
    await real?.stop();
  });

  const rolloutIn = async (namespace: string) =>
    (await real.cluster.get({ type: resources.rollouts, namespace, name: 'shop' })) as Rollout;
  const everywhere = async <T>(look: (namespace: string) => Promise<T>) =>
    Object.fromEntries(await Promise.all(scenes.map(async (scene) => [scene, await look(scene)] as const)));

  test('are taken over with no pod, size, weight, selector or run touched, and go on', async () => {
    const { cluster } = real;
    for (const scene of scenes) {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: scene } };
      await cluster.create(namespace, resources.namespaces);
      await restoreScene(cluster, JSON.parse(readFileSync(join(folder, `${scene}.json`), 'utf8')), scene);
    }
    await eventually('the pods to be there', async () => {
      const { items } = await cluster.list(resources.replicaSets);
      return items.every(({ spec, status }) => {
        const { replicas = 0 } = spec as { replicas?: number };
        return ((status as { replicas?: number } | undefined)?.replicas ?? 0) === replicas;
      });
    });
    const before = await everywhere((namespace) => sceneOf(cluster, namespace));
    const left = await everywhere(async (namespace) => memoryOf(await rolloutIn(namespace)));
    running = runController(
      ['--kubeconfig', real.plane.kubeconfig, '--metricsPort=0', '--healthzPort=0', '--loglevel=warn'],
      { environment: {}, version: 'test', out: () => {}, err: () => {}, ending: ending.signal },
    );
    const marked = async () =>
      (await everywhere(rolloutIn))['canary-istio-at-25']?.status?.workloadObservedGeneration !== undefined;
    await eventually('every Rollout to have been looked at', marked);
    // the last thing that it could do wrong, it would do after this
    const body = { status: { pauseConditions: null } };
    const ref = { type: resources.rollouts, namespace: 'canary-istio-at-25', name: 'shop' };
    await cluster.patch(ref, { kind: 'merge', body }, { subresource: 'status' });
    await eventually('a promoted one to reach its next pause', async () => {
      const { status } = await rolloutIn('canary-istio-at-25');
      return status?.phase === 'Paused' && status.currentStepIndex === 3;
    });
    const after = await everywhere((namespace) => sceneOf(cluster, namespace));
    const now = await everywhere(async (namespace) => memoryOf(await rolloutIn(namespace)));
    for (const scene of scenes.filter((name) => name !== 'canary-istio-at-25')) {
      expect({ scene, ...after[scene] }).toEqual({ scene, ...before[scene] });
      // the deadline of one that was in motion has passed since it was recorded: that is told, and nothing else changes
      const untimed = { conditions: undefined, phase: undefined };
      expect({ ...now[scene], ...untimed }).toMatchObject({ ...left[scene], ...untimed });
    }
  });
});
