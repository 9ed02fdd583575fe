import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, resources } from '../../src/api/resources.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import { targetRegistration } from '../../src/routers/alb/registration.ts';
import { routers } from '../../src/routers/registry.ts';
import { type Controllers, startControllers } from '../../src/shell/controllers.ts';
import { ElasticLoadBalancer } from '../support/elastic-load-balancer.ts';
import { configured, notificationSettings, post, toldCanary } from '../support/notifications.ts';
import { objectsIn } from '../support/settings.ts';
import { permissive } from '../support/shops.ts';
import { storyOn } from '../support/story.ts';
import { eventually } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { type RealParts, realStage } from './support/real-stage.ts';
import { asController, grant, judged, refused, unused } from './support/rights.ts';

/** Those for the whole cluster are judged where what needs them is played: `judgedIn` of support/rights.ts. */
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

  describe('have those on finalizers, without which a cluster can refuse to let', () => {
    const ownedBy = (kind: string): KubeObject => {
      const apiVersion = kind === 'Job' ? 'batch/v1' : 'argoproj.io/v1alpha1';
      const owner = { apiVersion, kind, name: 'shop', uid: 'no-such', controller: true };
      return {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: {
          generateName: 'owned-',
          namespace: 'web',
          ownerReferences: [{ ...owner, blockOwnerDeletion: true }],
        },
        spec: { ports: [{ port: 80 }] },
      } as KubeObject;
    };
    test.each(['Rollout', 'AnalysisRun', 'Experiment'])('a %s own anything', async (kind) => {
      const own = await asController(real.plane, 'web');
      const create = (owner: string) => own.cluster.create(ownedBy(owner), resources.services);
      await expect(create(kind)).resolves.toBeDefined();
      await expect(create('Job')).rejects.toThrow('cannot set blockOwnerDeletion');
      await own.close();
    });
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
    const elsewhere = () => real.plane.requests().filter(({ namespace }) => namespace !== 'sluice');
    expect(unused({ requests: elsewhere }, judged('notifications'))).toEqual([]);
    await expect(own.cluster.list(resources.secrets, { namespace: 'team-a' })).rejects.toThrow('forbidden');
    await expect(own.cluster.list(resources.configMaps)).rejects.toThrow('forbidden');
    await own.close();
  });
});

describe('the rights of a controller that asks AWS which pods a load balancer knows', () => {
  let real: RealCluster;
  beforeAll(async () => {
    const definitions = [...objectsIn('crds'), permissive(resources.targetGroupBindings)];
    real = await startRealCluster({ ...strict, definitions });
    await grant(real.cluster, 'config/cluster');
  });
  afterAll(() => real?.stop());

  test('reach the bindings and the endpoints of a Service', async () => {
    const clock = realClock(speed);
    const aws = new ElasticLoadBalancer();
    const stage = await realStage({ cluster: real.cluster, prometheus: noPrometheus, clock, speed }, 'web');
    const own = await asController(real.plane);
    const reader = loadBalancerReader(aws, { clock, random: random(3) });
    const controllers = startControllers({
      ...{ cluster: own.cluster, share: {}, routers, providers: {}, log: silentLog, clock },
      random: random(2),
      registration: targetRegistration({ reader, clock }),
    });
    await stage.apply({
      apiVersion: apiVersionOf(resources.targetGroupBindings),
      kind: resources.targetGroupBindings.kind,
      metadata: { name: 'shop', namespace: 'web' },
      spec: {
        serviceRef: { name: 'shop-active', port: 80 },
        targetGroupARN: 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/73e2d6bc',
        targetType: 'ip',
      },
    } as KubeObject);
    const { given, when } = storyOn(stage);
    await given.blueGreen();
    await when.image('shop:v2');
    await eventually('the endpoints to be asked for', async () =>
      real.plane
        .requests()
        .some(({ resource, user }) => resource === 'endpointslices' && /sluice/.test(user)),
    );
    await controllers.stop();
    await own.close();
    expect(refused(real.plane)).toEqual([]);
    expect(unused(real.plane, judged('load balancers'))).toEqual([]);
  });
});
