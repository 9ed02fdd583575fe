import type { EndpointSlice, Service, TargetGroupBinding } from '../../src/api/workloads.ts';
import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import type { PodsToRegister } from '../../src/ports/target-registration.ts';
import { endpointsOf } from '../../src/routers/alb/judge-targets.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import { targetRegistration } from '../../src/routers/alb/registration.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { replicaSet } from '../support/builders.ts';
import { ElasticLoadBalancer } from '../support/elastic-load-balancer.ts';
import { rollout } from './support.ts';

const arn = 'arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/shop/73e2d6bc';
const metadata = (name: string) => ({ name, namespace: 'web' });

function service(ports: Service['spec']['ports'] = [{ name: 'http', port: 80, targetPort: 8080 }]): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: metadata('shop'), spec: { ports } };
}

function binding(more: Partial<TargetGroupBinding['spec']> = {}): TargetGroupBinding {
  const spec = { serviceRef: { name: 'shop', port: 80 }, targetGroupARN: arn, targetType: 'ip', ...more };
  return {
    apiVersion: 'elbv2.k8s.aws/v1beta1',
    kind: 'TargetGroupBinding',
    metadata: metadata('shop'),
    spec,
  };
}

const pods = replicaSet({ size: 2, available: 2 });

/** Endpoints as `address: name of the pod`; not ready when the name ends in `?`. */
function slice(endpoints: Record<string, string>, more: Partial<EndpointSlice> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: metadata('shop-x'),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080 }],
    endpoints: Object.entries(endpoints).map(([address, pod]) => ({
      addresses: [address],
      conditions: { ready: !pod.endsWith('?') },
      targetRef: { kind: 'Pod', name: pod.replace('?', '') },
    })),
    ...more,
  };
}

const [one, two] = ['a', 'b'].map((pod) => `${pods.metadata.name}-${pod}`) as [string, string];
const both = slice({ '10.0.0.1': one, '10.0.0.2': two });
const target = (ip: string, state = 'healthy', port = 8080) => ({ id: `10.0.0.${ip}`, port, state });

function scene(aws = new ElasticLoadBalancer()) {
  const clock = virtualClock(instant(0));
  const registration = targetRegistration({
    clock,
    reader: loadBalancerReader(aws, { clock, random: random(1) }),
  });
  const heard: string[] = [];
  const ask = (more: Partial<PodsToRegister> = {}, uid = 'uid-of-shop') => {
    const shop = rollout('alb', {});
    const asked = { ...shop, metadata: { ...shop.metadata, uid } };
    const given = {
      rollout: asked,
      service: service(),
      replicaSet: pods,
      bindings: [binding()],
      slices: [both],
    };
    return registration.ask({ ...given, ...more }, () => heard.push(uid));
  };
  const answer = async (more: Partial<PodsToRegister> = {}) => {
    ask(more);
    await clock.advanceBy(20);
    return ask(more);
  };
  return { aws, clock, ask, answer, heard };
}

describe('pods behind a Service', () => {
  test.each([
    ['both are healthy', [target('1'), target('2')], true, '2 endpoints registered'],
    ['others are registered too', [target('1'), target('2'), target('9')], true, '2 endpoints registered'],
    ['nobody uses the group', [target('1', 'unused'), target('2', 'unused')], true, '2 endpoints registered'],
    ['one is missing', [target('1')], false, '1/2 endpoints registered'],
    ['one has another port', [target('1'), target('2', 'healthy', 80)], false, '1/2 endpoints registered'],
    [
      'one is new',
      [target('1'), target('2', 'initial')],
      false,
      '2/2 endpoints registered, 1 of them initial',
    ],
    ['both leave', [target('1', 'draining'), target('2', 'draining')], false, '2 of them draining'],
  ])('are known to the load balancer or not: %s', async (_, targets, verified, text) => {
    const { aws, answer } = scene();
    aws.registered = { [arn]: targets };
    const found = await answer();
    expect(found).toMatchObject({
      verified,
      news: [{ reason: verified ? 'TargetGroupVerified' : 'TargetGroupUnverified' }],
    });
    expect(found.news[0]?.message).toContain(
      `Service shop (TargetGroup ${arn}) ${verified ? '' : 'not '}verified: `,
    );
    expect(found.news[0]?.message).toContain(text);
  });

  test('are not known before somebody has looked, and the one who waits is told', async () => {
    const { aws, ask, clock, heard } = scene();
    aws.registered = { [arn]: [target('1'), target('2')] };
    expect(ask()).toEqual({ verified: false, news: [] });
    await clock.advanceBy(1);
    expect(heard).toEqual(['uid-of-shop']);
    expect(ask().verified).toBe(true);
    expect(ask().news).toEqual([]);
  });

  test('that came since need another look', async () => {
    const { aws, answer, ask } = scene();
    aws.registered = { [arn]: [target('1'), target('2'), target('3')] };
    expect((await answer()).verified).toBe(true);
    const changed = { slices: [slice({ '10.0.0.1': one, '10.0.0.3': two })] };
    expect(ask(changed).verified).toBe(false);
    expect((await answer(changed)).verified).toBe(true);
  });

  test('must be known to every target group of the Service', async () => {
    const { aws, answer } = scene();
    const inner = binding({ targetGroupARN: `${arn}2` });
    aws.registered = { [arn]: [target('1'), target('2')] };
    expect((await answer({ bindings: [binding(), inner] })).verified).toBe(false);
  });

  test.each<[string, TargetGroupBinding]>([
    ['another Service', binding({ serviceRef: { name: 'other', port: 80 } })],
    ['another port', binding({ serviceRef: { name: 'shop', port: 81 } })],
    ['nodes', binding({ targetType: 'instance' })],
  ])('have nobody to be known to with a binding of %s', (_, other) => {
    const { ask, aws } = scene();
    expect(ask({ bindings: [other] })).toEqual({ verified: true, news: [] });
    expect(aws.calls).toEqual([]);
  });

  const of = (more: Partial<PodsToRegister> & { bound?: TargetGroupBinding }) => {
    const { bound = binding(), ...given } = more;
    const all = {
      rollout: rollout('alb', {}),
      service: service(),
      replicaSet: pods,
      bindings: [],
      slices: [both],
    };
    return endpointsOf(bound, { ...all, ...given });
  };
  const known = { endpoints: ['10.0.0.1:8080', '10.0.0.2:8080'], isComplete: true };
  test.each([
    ['all that are ready', of({}), known],
    ['a port by its name', of({ bound: binding({ serviceRef: { name: 'shop', port: 'http' } }) }), known],
    [
      'not those that are not ready, which are missing',
      of({ slices: [slice({ '10.0.0.1': one, '10.0.0.2': `${two}?` })] }),
      { endpoints: ['10.0.0.1:8080'], isComplete: false },
    ],
    [
      'not pods of another version, which are too many',
      of({ slices: [slice({ '10.0.0.1': one, '10.0.0.9': 'shop-old-x' })] }),
      { endpoints: ['10.0.0.1:8080'], isComplete: false },
    ],
    ['each once, on whatever slice', of({ slices: [both, both] }), known],
    [
      'those of the family of the group',
      of({ slices: [both], bound: binding({ ipAddressType: 'ipv6' }) }),
      { endpoints: [], isComplete: false },
    ],
  ])('are counted as endpoints: %s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });

  test('are no question to AWS before the Service leads to them', async () => {
    const { aws, answer } = scene();
    const old = slice({ '10.0.0.1': one, '10.0.0.2': two, '10.0.0.3': 'shop-old-x' });
    expect(await answer({ slices: [old] })).toEqual({ verified: false, news: [] });
    expect(aws.calls).toEqual([]);
  });

  test('cost no more calls for a hundred who wait than for one', async () => {
    const { aws, clock, ask, heard } = scene();
    for (const _ of [1, 2, 3]) {
      for (let nth = 0; nth < 100; nth += 1) ask({}, `uid-${nth}`);
      await clock.advanceBy(10);
    }
    expect(new Set(heard).size).toBe(100);
    expect(aws.calls).toEqual(['DescribeTargetHealth', 'DescribeTargetHealth', 'DescribeTargetHealth']);
  });

  test('are not known yet while AWS throttles, which is told once', async () => {
    const { aws, answer } = scene();
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    expect(await answer()).toEqual({
      verified: false,
      news: [
        {
          type: 'Warning',
          reason: 'TargetGroupVerifyError',
          message: `Failed to verify Service shop (TargetGroup ${arn}): Rate exceeded`,
        },
      ],
    });
    expect((await answer()).news).toEqual([]);
  });
});

describe('the calls to AWS', () => {
  test('all rest after throttling, those that wait for their turn too', async () => {
    const { aws, clock, ask } = scene();
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    for (let nth = 0; nth < 40; nth += 1) {
      ask({ bindings: [binding({ targetGroupARN: `${arn}${nth}` })] }, `uid-${nth}`);
    }
    await clock.advanceBy(0.9);
    expect(aws.calls).toHaveLength(1);
  });

  test('go on for others when one target group is gone', async () => {
    const { aws, answer } = scene();
    aws.failure = Object.assign(new Error('not found'), { name: 'TargetGroupNotFoundException' });
    await answer({ bindings: [binding({ targetGroupARN: 'gone' })] });
    aws.failure = undefined;
    aws.registered = { [arn]: [target('1'), target('2')] };
    expect((await answer()).verified).toBe(true);
  });
});
