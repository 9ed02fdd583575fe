import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { EndpointSlice } from '../../src/api/workloads.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import { targetRegistration } from '../../src/routers/alb/registration.ts';
import { routers } from '../../src/routers/registry.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { setWeight } from '../support/builders.ts';
import { ElasticLoadBalancer } from '../support/elastic-load-balancer.ts';
import { crds } from '../support/settings.ts';

const namespace = 'default';
const labels = { app: 'shop' };
const arn = 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/73e2d6bc';

const bindings: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'targetgroupbindings.elbv2.k8s.aws' },
  spec: {
    group: 'elbv2.k8s.aws',
    scope: 'Namespaced',
    names: { kind: 'TargetGroupBinding', plural: 'targetgroupbindings' },
    versions: [
      {
        name: 'v1beta1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        },
      },
    ],
  },
} as KubeObject;

function binding(service: string): KubeObject {
  const spec = { serviceRef: { name: service, port: 80 }, targetGroupARN: arn, targetType: 'ip' };
  return {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: { name: service, namespace },
    spec,
  } as KubeObject;
}

function service(name: string): KubeObject {
  const spec = { selector: labels, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as KubeObject;
}

const ingress = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata: { name: 'shop', namespace },
  spec: {
    ingressClassName: 'alb',
    rules: [
      {
        http: {
          paths: [
            {
              path: '/',
              pathType: 'Prefix',
              backend: { service: { name: 'shop-stable', port: { name: 'use-annotation' } } },
            },
          ],
        },
      },
    ],
  },
} as KubeObject;

type Strategy = NonNullable<Rollout['spec']['strategy']>;

const strategies = {
  blueGreen: { blueGreen: { activeService: 'shop-stable' } },
  canary: {
    canary: {
      stableService: 'shop-stable',
      canaryService: 'shop-canary',
      trafficRouting: { alb: { ingress: 'shop', servicePort: 80 } },
      steps: [setWeight(50)],
    },
  },
} satisfies Record<string, Strategy>;

function shop(image: string, strategy: Strategy): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'shop', image }] } },
      strategy,
    },
  };
}

/** A shop at rest, whose target group is filled only when the story says so. */
async function shopBehindAws(strategy: Strategy) {
  const aws = new ElasticLoadBalancer();
  const simulation = await createSimulation({
    crds: [...crds(), bindings],
    routers: () => ({ alb: routers.alb }),
    registration: (tools) =>
      targetRegistration({ clock: tools.clock, reader: loadBalancerReader(aws, tools) }),
  });
  await simulation.apply(service('shop-stable'), service('shop-canary'), ingress, binding('shop-stable'));
  await simulation.apply(shop('shop:v1', strategy));
  await simulation.advance(60);
  const status = () =>
    (simulation.get({ type: resources.rollouts, namespace, name: 'shop' }) as Rollout | undefined)?.status ??
    {};
  const pods = (hash: string | undefined) =>
    simulation
      .list(resources.replicaSets, namespace)
      .filter(({ metadata }) => metadata.name === `shop-${hash}`)
      .map(({ spec }) => (spec as { replicas?: number }).replicas)[0];
  const events = () =>
    simulation
      .list(resources.events, namespace)
      .map((event) => event as KubeObject & { reason: string; message: string })
      .filter(({ reason }) => reason.startsWith('TargetGroup'))
      .map(({ reason, message }) => `${reason}: ${message}`);
  /** What the AWS Load Balancer Controller does: the target group gets the addresses behind the Service. */
  const register = () => {
    const slices = simulation.list(resources.endpointSlices, namespace) as readonly EndpointSlice[];
    const ours = slices.filter(
      ({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'shop-stable',
    );
    aws.registered = {
      [arn]: ours
        .flatMap(({ endpoints = [] }) => endpoints.flatMap(({ addresses }) => addresses))
        .map((id) => ({ id, port: 8080, state: 'healthy' })),
    };
  };
  return { aws, simulation, status, pods, events, register };
}

describe.each(Object.entries(strategies))('a release whose pods AWS must know, %s', (kind, strategy) => {
  test('keeps the old pods until the target group has the new ones', async () => {
    const { aws, simulation, status, pods, events, register } = await shopBehindAws(strategy);
    register();
    const first = status().stableRS;
    await simulation.apply(shop('shop:v2', strategy));
    await simulation.advance(300);
    expect(status().waiting?.for).toBe('the load balancer to know the pods');
    expect(pods(first)).toBe(2);
    expect(events()).toEqual([
      `TargetGroupUnverified: Service shop-stable (TargetGroup ${arn}) not verified: 0/2 endpoints registered`,
    ]);
    expect(status().stableRS === first).toBe(kind === 'blueGreen');

    register();
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Healthy', stableRS: status().currentPodHash });
    expect(pods(first)).toBe(0);
    expect(events().at(-1)).toBe(
      `TargetGroupVerified: Service shop-stable (TargetGroup ${arn}) verified: 2 endpoints registered`,
    );
    const calls = aws.calls.length;
    await simulation.advance(600);
    expect(aws.calls).toHaveLength(calls); // at rest nobody asks
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });

  test('waits out throttling, and a new operator', async () => {
    const { aws, simulation, status, pods, events, register } = await shopBehindAws(strategy);
    const first = status().stableRS;
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    await simulation.apply(shop('shop:v2', strategy));
    await simulation.advance(120);
    register();
    await simulation.restartOperator();
    await simulation.advance(60);
    expect(pods(first)).toBe(2);
    expect(events()[0]).toBe(
      `TargetGroupVerifyError: Failed to verify Service shop-stable (TargetGroup ${arn}): Rate exceeded`,
    );
    aws.failure = undefined;
    await simulation.advance(200);
    expect([status().phase, pods(first)]).toEqual(['Healthy', 0]);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });
});

test('a Service without a target group waits for nobody', async () => {
  const { aws, simulation, status } = await shopBehindAws(strategies.blueGreen);
  await simulation.user.delete({ type: resources.targetGroupBindings, namespace, name: 'shop-stable' });
  await simulation.apply(shop('shop:v2', strategies.blueGreen));
  await simulation.advance(60);
  expect(status()).toMatchObject({ phase: 'Healthy', stableRS: status().currentPodHash });
  expect(aws.calls).toEqual([]);
  await simulation.stop();
});

test.each([
  ['a whole stable', {}],
  ['a dynamic stable', { dynamicStableScale: true }],
])(
  'an abort with %s asks nobody at AWS: the share returns as pods of stable are available',
  async (_, more) => {
    const strategy = {
      canary: { ...strategies.canary.canary, ...more, steps: [setWeight(50), { pause: {} }] },
    };
    const { aws, simulation, status, register } = await shopBehindAws(strategy);
    register();
    await simulation.apply(shop('shop:v2', strategy));
    await simulation.advance(120);
    expect(status()).toMatchObject({ phase: 'Paused', canary: { weights: { canary: { weight: 50 } } } });
    aws.registered = { [arn]: [] };
    const calls = aws.calls.length;
    const ref = { type: resources.rollouts, namespace, name: 'shop' };
    await simulation.user.patch(
      ref,
      { kind: 'merge', body: { status: { abort: true } } },
      { subresource: 'status' },
    );
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Degraded', canary: { weights: { canary: { weight: 0 } } } });
    expect(aws.calls).toHaveLength(calls);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  },
);
