import type { BlueGreenStrategy, CanaryStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import { registrationNeed } from '../../../src/core/rollout/registration.ts';
import {
  analysisTemplate,
  hashOfImage,
  type RolloutOptions,
  replicaSet,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

const [v1, v2] = [hashOfImage('shop:v1'), hashOfImage('shop:v2')];
const check = { templates: [{ templateName: 'error-rate' }] };
const nobody = { verified: false, podTemplateHash: undefined };
const missing = { verified: false, podTemplateHash: v2 };
const registered = { verified: true, podTemplateHash: v2 };

function play(strategy: Pick<RolloutOptions, 'canary' | 'blueGreen'>, routers = 0): Play {
  const first = new Play(rollout({ replicas: 3, ...strategy }), {
    services: ['shop-active', 'shop-stable', 'shop-canary'],
    routers,
    templates: [analysisTemplate('error-rate')],
    check: holdInvariants,
  });
  first.registration = nobody;
  first.answer = { kind: 'alb' };
  return first.settle();
}

const blueGreen = (more: Partial<BlueGreenStrategy> = {}) =>
  play({ blueGreen: { activeService: 'shop-active', ...more } });
const behindAlb = { trafficRouting: { alb: { ingress: 'shop', servicePort: 80 } } };
const canary = (more: Partial<CanaryStrategy> = {}) =>
  play({ canary: routedCanary([setWeight(50)], { ...behindAlb, ...more }) }, 1);

describe('a blue-green update whose pods must be known to the load balancer', () => {
  test('deploys its first version without asking', () => {
    expect(blueGreen().status).toMatchObject({ phase: 'Healthy', stableRS: v1 });
  });

  test('switches, and then waits with the promotion, the old pods kept', () => {
    const update = blueGreen().image('shop:v2').settle();
    expect(update.selected('shop-active')).toBe(v2);
    update.registration = missing;
    update.pass(300);
    expect(update.status).toMatchObject({
      phase: 'Progressing',
      message: 'waiting for post-promotion verification to complete',
      stableRS: v1,
      waiting: { for: 'the load balancer to know the pods' },
    });
    expect(update.sizeOf('shop:v1')).toBe(3);
    update.registration = registered;
    expect(update.settle().status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
    expect(update.pass(30).sizeOf('shop:v1')).toBe(0);
  });

  test('looks again every 10 s', () => {
    const update = blueGreen().image('shop:v2').settle();
    update.registration = missing;
    update.pass(60);
    expect(((update.wakeAt ?? update.now) - update.now) / 1000).toBe(10);
  });

  test('begins the analysis after the switch only then', () => {
    const update = blueGreen({ postPromotionAnalysis: check }).image('shop:v2').settle();
    update.registration = missing;
    expect(update.settle().runs.size).toBe(0);
    update.registration = registered;
    expect(update.settle().runs.size).toBe(1);
  });

  test('does not take an answer about other pods for its own', () => {
    const update = blueGreen().image('shop:v2').settle();
    update.registration = { verified: true, podTemplateHash: v1 };
    expect(update.settle().status.stableRS).toBe(v1);
  });

  test('waits also when it is promoted in full', () => {
    const update = blueGreen({ autoPromotionEnabled: false }).image('shop:v2').settle();
    update.patchStatus({ promoteFull: true }).settle();
    expect(update.selected('shop-active')).toBe(v2);
    expect(update.status.stableRS).toBe(v1);
  });

  test('turns back when it is called off meanwhile', () => {
    const update = blueGreen().image('shop:v2').settle();
    update.registration = missing;
    update.patchStatus({ abort: true }).settle();
    expect(update.selected('shop-active')).toBe(v1);
  });

  test('is degraded in the end when nobody ever takes the pods', () => {
    const update = blueGreen().image('shop:v2').settle();
    update.registration = missing;
    expect(update.pass(700).status.phase).toBe('Degraded');
  });
});

describe('a promoted canary whose pods must be known to the load balancer', () => {
  test('keeps the old pods until they are, and begins their delay then', () => {
    const update = canary().image('shop:v2').settle();
    expect(update.status.stableRS).toBe(v2);
    update.registration = missing;
    update.pass(300);
    expect(update.sizeOf('shop:v1')).toBe(3);
    expect(update.status.waiting?.for).toBe('the load balancer to know the pods');
    update.registration = registered;
    expect(update.settle().sizeOf('shop:v1')).toBe(3);
    expect(update.status.waiting?.for).toBe('old pods to drain');
    update.registration = nobody;
    expect(update.pass(30).sizeOf('shop:v1')).toBe(0);
  });

  test('holds dynamicStableScale up as well', () => {
    const update = canary({ dynamicStableScale: true });
    update.image('shop:v2').settle();
    const left = update.sizeOf('shop:v1');
    update.registration = registered;
    expect([left, update.settle().pass(30).sizeOf('shop:v1')]).toEqual([3, 0]);
  });

  test('does not wait behind another router', () => {
    const update = canary({ trafficRouting: { nginx: { stableIngress: 'shop' } } });
    update.answer = { kind: 'nginx' };
    expect(update.image('shop:v2').settle().pass(30).sizeOf('shop:v1')).toBe(0);
  });
});

describe('AWS is asked about pods', () => {
  const alb = routedCanary([], behindAlb);
  const active = { activeService: 'shop-active' };
  const switched = { currentPodHash: v2, stableRS: v1, blueGreen: { activeSelector: v2 } };
  const old = replicaSet({ image: 'shop:v1', size: 3 });
  const dated = structuredClone(old);
  dated.metadata.annotations = {
    ...dated.metadata.annotations,
    'scale-down-deadline': '2026-01-01T00:00:00Z',
  };
  const promoted = { currentPodHash: v2, stableRS: v2 };

  test.each([
    ['after a switch, until the promotion', { blueGreen: active }, switched, [], 'shop-active'],
    [
      'not before the switch',
      { blueGreen: active },
      { ...switched, blueGreen: { activeSelector: v1 } },
      [],
      undefined,
    ],
    ['not after the promotion', { blueGreen: active }, { ...switched, stableRS: v2 }, [old], undefined],
    ['not on the way back', { blueGreen: active }, { ...switched, abort: true }, [], undefined],
    ['while old pods of a canary have no date', { canary: alb }, promoted, [old], 'shop-stable'],
    ['not once they have one', { canary: alb }, promoted, [dated], undefined],
    ['not during the update', { canary: alb }, { ...promoted, stableRS: v1 }, [old], undefined],
    ['not behind another router', { canary: routedCanary([]) }, promoted, [old], undefined],
  ])('%s', (_, strategy, status, replicaSets, service) => {
    const shop = { ...rollout(strategy), status };
    expect(registrationNeed(shop, replicaSets)?.service).toBe(service);
  });

  test('through the Service that is stable’s now, with ping-pong', () => {
    const pingPong = { pingService: 'ping', pongService: 'pong' };
    const shop = rollout({ canary: { ...alb, pingPong } });
    const status = { ...promoted, canary: { stablePingPong: 'pong' as const } };
    expect(registrationNeed({ ...shop, status }, [old])?.service).toBe('pong');
  });
});
