import type { Ingress } from '../../src/api/routes.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import { loadBalancerReader } from '../../src/routers/alb/load-balancer-reader.ts';
import { alb } from '../../src/routers/alb/router.ts';
import { verifying } from '../../src/routers/alb/verification.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { ElasticLoadBalancer } from '../support/elastic-load-balancer.ts';
import { rollout } from './support.ts';

const tagKey = 'ingress.k8s.aws/resource';

/** A Rollout at `setWeight: 30`, over one Ingress. */
function waiting(status: Partial<RolloutStatus> = {}, canary = 30): Rollout {
  const shop = rollout('alb', {}, { steps: [{ setWeight: 30 }, { pause: {} }] });
  const to = (podTemplateHash: string, weight: number) => ({ podTemplateHash, weight });
  return {
    ...shop,
    status: {
      stableRS: 'old',
      currentPodHash: 'new',
      currentStepIndex: 0,
      canary: { weights: { canary: to('new', canary), stable: to('old', 100 - canary) } },
      ...status,
    },
  };
}

function ingress(hosts: readonly string[], name = 'shop'): Ingress {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, namespace: 'web' },
    spec: {},
    status: { loadBalancer: { ingress: hosts.map((hostname) => ({ hostname })) } },
  };
}

function scene(aws = new ElasticLoadBalancer()) {
  const clock = virtualClock(instant(0));
  const reader = loadBalancerReader(aws, { clock, random: random(1) });
  const router = verifying(alb, { reader, clock, tagKey });
  const heard: string[] = [];
  const ask = (of: Rollout = waiting(), current: readonly Ingress[] = [ingress([aws.dnsName])]) =>
    router.verify?.(of, current, () => heard.push(of.metadata.uid ?? ''));
  /** The answer once everything that was asked for has been read. */
  const answer = async (...given: Parameters<typeof ask>) => {
    ask(...given);
    await clock.advanceBy(20);
    return ask(...given);
  };
  return { aws, clock, router, ask, answer, heard };
}

describe('ALB weights', () => {
  test('are not verified as long as nobody has looked, and the one who waits is told', async () => {
    const { aws, ask, clock, heard } = scene();
    aws.shows({ canary: 30, stable: 70 });
    expect(ask()).toEqual({ verified: false, news: [], albs: [] });
    await clock.advanceBy(2);
    expect(heard).toEqual(['uid-of-shop']);
    expect(ask()).toMatchObject({ verified: true });
  });

  test('are told in the peer’s words, once for each look', async () => {
    const { aws, ask, answer } = scene();
    aws.shows({ canary: 20, stable: 80 });
    expect(await answer()).toMatchObject({
      verified: false,
      news: [
        {
          type: 'Warning',
          reason: 'TargetGroupUnverified',
          message: `Service canary (TargetGroup ${aws.groupArn('canary')}) not verified: canary weight 30 not yet set (current: 20)`,
        },
      ],
    });
    expect(ask()?.news).toEqual([]);
    aws.shows({ canary: 30, stable: 70 });
    expect((await answer())?.news).toEqual([
      {
        type: 'Normal',
        reason: 'TargetGroupVerified',
        message: `Service canary (TargetGroup ${aws.groupArn('canary')}) verified: canary weight 30 set`,
      },
    ]);
  });

  test('come with the resources they were read from', async () => {
    const { answer } = scene();
    expect((await answer())?.albs).toEqual([
      {
        ingress: 'shop',
        loadBalancer: { name: 'shop', arn: expect.any(String), fullName: 'shop/50dc6c49' },
        canaryTargetGroup: {
          name: 'k8s-canary',
          arn: expect.any(String),
          fullName: 'k8s-canary/73e2d6bc',
        },
        stableTargetGroup: expect.objectContaining({ name: 'k8s-stable' }),
      },
    ]);
  });

  const at30 = { canary: 30, stable: 70 };
  test.each<[string, Record<string, readonly Record<string, number>[]>, boolean]>([
    ['every listener says so', { http: [at30], https: [at30] }, true],
    ['one listener lags behind', { http: [at30], https: [{ canary: 20, stable: 80 }] }, false],
    ['one rule of a listener lags behind', { https: [at30, { canary: 0, stable: 100 }] }, false],
    ['a header route gives the canary everything', { https: [{ canary: 100 }, at30] }, true],
    ['other rules are about others', { https: [{ other: 1 }, at30] }, true],
    ['stable has another share', { https: [{ canary: 30, stable: 100 }] }, false],
    ['no rule knows the canary', { https: [{ stable: 100 }] }, false],
    ['nothing listens', {}, false],
  ])('are verified only when every rule agrees: %s', async (_, listening, verified) => {
    const { aws, answer } = scene(new ElasticLoadBalancer(['canary', 'stable', 'other']));
    aws.listening = listening;
    expect(await answer()).toMatchObject({ verified });
  });

  test('count those of an experiment too', async () => {
    const { aws, answer } = scene(new ElasticLoadBalancer(['canary', 'stable', 'baseline']));
    const { canary } = waiting().status ?? {};
    const additional = [{ podTemplateHash: 'exp', serviceName: 'baseline', weight: 5 }];
    const weights = { ...canary?.weights, additional } as NonNullable<typeof canary>['weights'];
    const shop = waiting({ canary: { weights } });
    aws.shows({ canary: 30, stable: 70, baseline: 4 });
    expect(await answer(shop)).toMatchObject({ verified: false });
    aws.shows({ canary: 30, stable: 70, baseline: 5 });
    expect(await answer(shop)).toMatchObject({ verified: true });
  });

  test('are found on whatever page they stand', async () => {
    const many = Array.from({ length: 45 }, (_, index) => `other-${index}`);
    const { aws, answer } = scene(new ElasticLoadBalancer([...many, 'canary', 'stable']));
    aws.pageSize = 2;
    aws.listening = { one: [at30], two: [at30], three: [at30, { 'other-1': 1 }, { canary: 1, stable: 99 }] };
    expect(await answer()).toMatchObject({ verified: false });
    aws.listening = { one: [at30], two: [at30], three: [at30, { 'other-1': 1 }, at30] };
    expect(await answer()).toMatchObject({ verified: true });
  });

  test.each<[string, Partial<RolloutStatus>, number]>([
    ['at a pause', { currentStepIndex: 1 }, 30],
    ['when the update is over', { stableRS: 'new' }, 30],
    ['when it is called off', { abort: true }, 30],
    ['behind the last step with less than everything', { currentStepIndex: 2 }, 30],
  ])('are asked for only while somebody waits for them: not %s', (_, status, weight) => {
    const { ask, aws } = scene();
    const albs = [{ ingress: 'shop' }];
    expect(ask(waiting({ ...status, albs }, weight))).toBeUndefined();
    expect(aws.calls).toEqual([]);
  });

  test('are asked for behind the last step, with everything', () => {
    expect(scene().ask(waiting({ currentStepIndex: 2 }, 100))).toMatchObject({ verified: false });
  });

  test('are read once without a question, to know the load balancers', async () => {
    expect(await scene().answer(waiting({ currentStepIndex: 1 }))).toMatchObject({
      verified: undefined,
      news: [],
      albs: [{ ingress: 'shop' }],
    });
  });

  test('of several Ingresses must all be in effect', async () => {
    const { aws, answer } = scene();
    aws.shows(at30);
    const shops = [ingress([aws.dnsName]), ingress([aws.dnsName], 'admin')];
    expect(await answer(waiting(), shops)).toMatchObject({ verified: false });
  });

  test.each<[string, readonly string[], string[]]>([
    ['no load balancer yet', [], []],
    ['an unknown load balancer', ['gone.aws'], ['Failed to find load balancer: gone.aws']],
  ])('of an Ingress with %s are not verified', async (_, hosts, messages) => {
    const found = await scene().answer(waiting(), [ingress(hosts)]);
    expect(found?.verified).toBe(false);
    expect(found?.news.map(({ message }) => message)).toEqual(messages);
  });

  test('that are new need a look that began after them', async () => {
    const { aws, clock, ask, answer } = scene();
    aws.shows(at30);
    expect(await answer()).toMatchObject({ verified: true });
    ask();
    await clock.advanceBy(2);
    expect(ask(waiting({}, 40))).toMatchObject({ verified: false });
    expect(ask()).toMatchObject({ verified: false }); // 30 once more: since then nobody has looked
  });
});

describe('the reader of load balancers', () => {
  const oneLook = [
    'DescribeLoadBalancers',
    'DescribeTargetGroups',
    'DescribeTags',
    'DescribeListeners',
    'DescribeRules',
  ];

  test('makes no more calls for a hundred who wait than for one', async () => {
    const { aws, clock, ask, heard } = scene();
    for (const _ of [1, 2, 3]) {
      for (let nth = 0; nth < 100; nth += 1) {
        const shop = waiting();
        ask({ ...shop, metadata: { ...shop.metadata, uid: `uid-${nth}` } });
      }
      await clock.advanceBy(10);
    }
    expect(new Set(heard).size).toBe(100);
    const withoutNames = oneLook.slice(1);
    expect(aws.calls).toEqual([...oneLook, ...withoutNames, ...withoutNames]);
  });

  test('reads all names once for a hundred load balancers that are not there', async () => {
    const { aws, clock, ask } = scene();
    for (const _ of [1, 2]) {
      for (let nth = 0; nth < 100; nth += 1) {
        const shop = waiting();
        ask({ ...shop, metadata: { ...shop.metadata, uid: `uid-${nth}` } }, [ingress([`gone-${nth}.aws`])]);
      }
      await clock.advanceBy(10);
    }
    expect(aws.calls).toEqual(['DescribeLoadBalancers', 'DescribeLoadBalancers']);
  });

  test('stays below ten calls a second', async () => {
    const { aws, clock, ask } = scene();
    aws.listening = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`listener-${n}`, []]));
    ask();
    for (let second = 0, before = 0; second < 3; second += 1) {
      await clock.advanceBy(1);
      expect(aws.calls.length - before).toBeLessThan(10);
      before = aws.calls.length;
    }
  });

  test('takes throttling for “not verified yet”, says so, and comes back later and later', async () => {
    const { aws, clock, ask, answer } = scene();
    aws.shows({ canary: 30, stable: 70 });
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });
    const found = await answer();
    expect(found?.verified).toBe(false);
    expect(found?.news.map(({ reason, message }) => `${reason}: ${message}`)).toEqual([
      'TargetGroupVerifyError: Failed to verify Service canary (TargetGroup unknown): Rate exceeded',
      'WeightVerifyError: Failed to verify weight: Rate exceeded',
    ]);
    const callsIn = async (seconds: number) => {
      const before = aws.calls.length;
      for (let passed = 0; passed < seconds; passed += 10) {
        ask();
        await clock.advanceBy(10);
      }
      return aws.calls.length - before;
    };
    await callsIn(600);
    expect(await callsIn(600)).toBeLessThanOrEqual(11);
    aws.failure = undefined;
    await callsIn(130);
    expect(ask()).toMatchObject({ verified: true });
  });

  test('keeps what it knows of the names through throttling', async () => {
    const { aws, clock, ask, answer } = scene();
    await answer();
    aws.failure = Object.assign(new Error('Rate exceeded'), { name: 'Throttling' });
    ask();
    await clock.advanceBy(20);
    aws.failure = undefined;
    ask();
    await clock.advanceBy(20);
    expect(aws.calls.filter((call) => call === 'DescribeLoadBalancers')).toHaveLength(1);
  });
});
