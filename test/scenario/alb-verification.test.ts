import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import { alb } from '../../src/routers/alb/router.ts';
import { verifying } from '../../src/routers/alb/verification.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { setWeight } from '../support/builders.ts';
import { ElasticLoadBalancer } from '../support/elastic-load-balancer.ts';
import { crds } from '../support/settings.ts';

const namespace = 'default';
const labels = { app: 'shop' };

function service(name: string): KubeObject {
  const spec = { selector: labels, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace }, spec } as KubeObject;
}

function ingress(): KubeObject {
  const backend = { service: { name: 'shop-stable', port: { name: 'use-annotation' } } };
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name: 'shop', namespace },
    spec: {
      ingressClassName: 'alb',
      rules: [{ http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }],
    },
  } as KubeObject;
}

function shop(image: string): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'shop', image }] } },
      strategy: {
        canary: {
          stableService: 'shop-stable',
          canaryService: 'shop-canary',
          dynamicStableScale: true,
          trafficRouting: { alb: { ingress: 'shop', servicePort: 80 } },
          steps: [setWeight(50)],
        },
      },
    },
  };
}

/** A shop at rest behind a load balancer whose controller does its work only when the story says so. */
async function shopBehindAws() {
  const aws = new ElasticLoadBalancer(['shop-canary', 'shop-stable'], 'default/shop', 80);
  aws.dnsName = 'shop.default.lb.sandbox.local';
  aws.shows({ 'shop-canary': 0, 'shop-stable': 100 });
  const simulation = await createSimulation({
    crds: crds(),
    routers: (tools) => {
      const reader = loadBalancerReader(aws, tools);
      return { alb: verifying(alb, { reader, clock: tools.clock, tagKey: aws.tagKey }) };
    },
  });
  await simulation.apply(service('shop-stable'), service('shop-canary'), ingress(), shop('shop:v1'));
  await simulation.advance(60);
  const shopNow = () => simulation.get({ type: resources.rollouts, namespace, name: 'shop' });
  const status = () => (shopNow() as Rollout | undefined)?.status ?? {};
  const pods = (hash: string | undefined) =>
    simulation
      .list(resources.replicaSets, namespace)
      .filter(({ metadata }) => metadata.name === `shop-${hash}`)
      .map(({ spec }) => (spec as { replicas?: number }).replicas)[0];
  const events = () =>
    simulation
      .list(resources.events, namespace)
      .map((event) => event as KubeObject & { reason: string; message: string })
      .map(({ reason, message }) => `${reason}: ${message}`);
  return { aws, simulation, status, pods, events };
}

describe('a release behind an ALB that is slow', () => {
  test('goes on, promotes and takes pods only when AWS has done what the Ingress says', async () => {
    const { aws, simulation, status, pods, events } = await shopBehindAws();
    const first = status().stableRS;
    await simulation.apply(shop('shop:v2'));
    await simulation.advance(120);
    expect(status()).toMatchObject({
      currentStepIndex: 0,
      phase: 'Progressing',
      canary: { weights: { canary: { weight: 50 }, verified: false } },
      waiting: { for: 'the data plane to confirm the weight' },
      alb: { ingress: 'shop', loadBalancer: { name: 'shop' } },
    });
    expect(pods(first)).toBe(4);
    expect(events()).toContainEqual(
      expect.stringMatching(/^TargetGroupUnverified: .*50 not yet set \(current: 0\)$/),
    );

    aws.shows({ 'shop-canary': 50, 'shop-stable': 50 });
    await simulation.advance(120);
    expect(status()).toMatchObject({
      currentStepIndex: 1,
      stableRS: first,
      canary: { weights: { canary: { weight: 100 }, verified: false } },
    });

    aws.shows({ 'shop-canary': 100, 'shop-stable': 0 });
    await simulation.advance(120);
    expect(status().stableRS).toBe(status().currentPodHash);
    expect(status().phase).toBe('Healthy');
    expect(pods(first)).toBe(0);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });

  test('waits out throttling, and says so', async () => {
    const { aws, simulation, status, events } = await shopBehindAws();
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    aws.shows({ 'shop-canary': 50, 'shop-stable': 50 });
    await simulation.apply(shop('shop:v2'));
    await simulation.advance(120);
    expect(status()).toMatchObject({ currentStepIndex: 0, canary: { weights: { verified: false } } });
    expect(events()).toContain('WeightVerifyError: Failed to verify weight: Rate exceeded');
    aws.failure = undefined;
    await simulation.advance(150);
    expect(status().currentStepIndex).toBe(1);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });
});
