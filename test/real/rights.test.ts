import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { routers } from '../../src/routers/registry.ts';
import { type Controllers, startControllers } from '../../src/shell/controllers.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import { storyOn } from '../support/story.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { installCrds } from './support/crds.ts';
import { startKubelet } from './support/kubelet.ts';
import { type RealParts, realStage } from './support/real-stage.ts';
import { asController, grant, refused } from './support/rights.ts';

/** Whole-cluster rights are judged where the stories and the routers are played: scenarios.test.ts, routers.test.ts. */
const speed = 20;
const noPrometheus = {} as RealParts['prometheus'];

describe('the rights of a controller for one namespace', () => {
  let plane: ControlPlane;
  let admin: Connection;
  let kubelet: { stop(): Promise<void> };

  beforeAll(async () => {
    plane = await startControlPlane({ audit: true, admission: 'OwnerReferencesPermissionEnforcement' });
    const limits = { perSecond: 1000, burst: 1000 };
    admin = await connect({ file: plane.kubeconfig }, { clock: realClock(), random: random(1), limits });
    await installCrds(admin.cluster);
    kubelet = startKubelet(admin.cluster, () => new Date().toISOString());
  });
  afterAll(async () => {
    await kubelet?.stop();
    await admin?.close();
    await plane?.stop();
  });

  test('are a Role, and enough for a release by weights and one that is aborted', async () => {
    const namespace = 'web';
    const clock = realClock(speed);
    const stage = await realStage(
      { cluster: admin.cluster, prometheus: noPrometheus, clock, speed },
      namespace,
    );
    await grant(admin.cluster, 'config/namespaced', namespace);
    const own = await asController(plane, namespace);
    const controllers: Controllers = startControllers({
      cluster: own.cluster,
      share: { namespaces: [namespace] },
      onlyNamespaced: true,
      routers,
      providers: {},
      clock,
      random: random(2),
      log: silentLog,
    });
    const { given, when, then } = storyOn(stage);
    await given.canary({ steps: [{ setWeight: 50 }, { pause: {} }] });
    await when.image('shop:v2');
    await then.weight(50);
    await then.phase('Paused');
    await when.promoted();
    await then.stable('shop:v2');
    await when.image('shop:v3');
    await then.weight(50);
    await when.aborted();
    await then.weight(0);
    await then.phase('Degraded');
    await controllers.stop();
    await own.close();
    expect(refused(plane)).toEqual([]);
  });

  test('end at the namespace', async () => {
    const own = await asController(plane, 'web');
    await expect(own.cluster.list(resources.rollouts, { namespace: 'default' })).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.rollouts)).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.secrets, { namespace: 'web' })).rejects.toThrow('forbidden');
    await own.close();
  });

  test('have that on finalizers, without which a cluster can refuse to let a Rollout own anything', async () => {
    const own = await asController(plane, 'web');
    const rollout = await admin.cluster.get({ type: resources.rollouts, namespace: 'web', name: 'shop' });
    const owned = (kind: string, uid: string | undefined) =>
      ({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: {
          generateName: 'owned-',
          namespace: 'web',
          ownerReferences: [
            {
              apiVersion: kind === 'Rollout' ? 'argoproj.io/v1alpha1' : 'batch/v1',
              kind,
              name: 'shop',
              uid,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: {
            metadata: { labels: { a: 'b' } },
            spec: { containers: [{ name: 'main', image: 'i' }] },
          },
        },
      }) as unknown as KubeObject;
    const create = (object: KubeObject) => own.cluster.create(object, resources.replicaSets);
    await expect(create(owned('Rollout', rollout?.metadata.uid))).resolves.toBeDefined();
    await expect(create(owned('Job', 'no-such'))).rejects.toThrow('cannot set blockOwnerDeletion');
    await own.close();
  });
});
