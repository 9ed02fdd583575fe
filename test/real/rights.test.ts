import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { routers } from '../../src/routers/registry.ts';
import { type Controllers, startControllers } from '../../src/shell/controllers.ts';
import { configured, notificationSettings, post, toldCanary } from '../support/notifications.ts';
import { storyOn } from '../support/story.ts';
import { eventually } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { type RealParts, realStage } from './support/real-stage.ts';
import { asController, grant, refused } from './support/rights.ts';

/** Whole-cluster rights are judged where the stories and the routers are played: scenarios.test.ts, routers.test.ts. */
const speed = 20;
const strict = { audit: true, admission: 'OwnerReferencesPermissionEnforcement' };
const noPrometheus = {} as RealParts['prometheus'];

describe('the rights of a controller for one namespace', () => {
  let real: RealCluster;
  beforeAll(async () => {
    real = await startRealCluster(strict);
  });
  afterAll(() => real?.stop());

  test('are a Role, and enough for a release by weights and one that is aborted', async () => {
    const namespace = 'web';
    const clock = realClock(speed);
    const stage = await realStage(
      { cluster: real.cluster, prometheus: noPrometheus, clock, speed },
      namespace,
    );
    await grant(real.cluster, 'config/namespaced', namespace);
    const own = await asController(real.plane, namespace);
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
    expect(refused(real.plane)).toEqual([]);
  });

  test('end at the namespace', async () => {
    const own = await asController(real.plane, 'web');
    await expect(own.cluster.list(resources.rollouts, { namespace: 'default' })).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.rollouts)).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.secrets, { namespace: 'web' })).rejects.toThrow('forbidden');
    await own.close();
  });

  test('have that on finalizers, without which a cluster can refuse to let a Rollout own anything', async () => {
    const own = await asController(real.plane, 'web');
    const rollout = await real.cluster.get({ type: resources.rollouts, namespace: 'web', name: 'shop' });
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

describe('the rights of a controller with notifications of each namespace', () => {
  let real: RealCluster;
  beforeAll(async () => {
    real = await startRealCluster(strict);
    await grant(real.cluster, 'config/cluster');
  });
  afterAll(() => real?.stop());

  const configure = async (namespace: string, word: string, token: string) => {
    const data = {
      'service.webhook.bot': 'url: https://hooks.test/$token',
      'trigger.on-rollout-updated': '- send: [updated]',
      'template.updated': `webhook: {bot: {method: POST, body: ${word}}}`,
    };
    for (const object of configured(data, { token }, namespace)) {
      const type = object.kind === 'Secret' ? resources.secrets : resources.configMaps;
      await real.cluster.create(object, type);
    }
  };

  test('come with the component, and reach the two objects by their names and no others', async () => {
    await real.cluster.create(
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } },
      resources.namespaces,
    );
    await configure('sluice', 'central', 'c');
    await configure('team-a', 'own', 't');
    await grant(real.cluster, 'config/self-service');
    const own = await asController(real.plane);
    const to = post();
    const controllers: Controllers = startControllers({
      ...{ cluster: own.cluster, share: {}, routers, providers: {}, log: silentLog },
      ...{ clock: realClock(), random: random(2) },
      notifications: notificationSettings(to, { namespace: 'sluice', isSelfService: true }),
    });
    const annotations = { 'notifications.argoproj.io/subscribe.on-rollout-updated.bot': '' };
    await real.cluster.create(
      toldCanary('shop:v1', { namespace: 'team-a', annotations }),
      resources.rollouts,
    );
    await eventually('both to be told', async () => to.requests.length === 2);
    expect(to.requests.map(({ url, body }) => `${url} ${body}`).sort()).toEqual([
      'https://hooks.test/c central',
      'https://hooks.test/t own',
    ]);
    await controllers.stop();
    expect(refused(real.plane)).toEqual([]);
    await expect(own.cluster.list(resources.secrets, { namespace: 'team-a' })).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.configMaps)).rejects.toThrow('forbidden');
    await own.close();
  });
});
