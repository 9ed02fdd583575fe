import type { BlueGreenStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import { analysisTemplate, hashOfImage, type RolloutOptions, rollout } from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play, type PlayOptions } from '../../support/play.ts';

const [v1, v2] = [hashOfImage('shop:v1'), hashOfImage('shop:v2')];
const check = { templates: [{ templateName: 'error-rate' }] };

function play(more: Partial<BlueGreenStrategy>, options: RolloutOptions & PlayOptions = {}): Play {
  const { crashAfter, ...spec } = options;
  const blueGreen = { activeService: 'shop-active', previewService: 'shop-preview', ...more };
  return new Play(rollout({ replicas: 3, ...spec, blueGreen }), {
    services: ['shop-active', 'shop-preview'],
    templates: [analysisTemplate('error-rate')],
    check: holdInvariants,
    ...(crashAfter !== undefined && { crashAfter }),
  }).settle();
}

describe('a blue-green update', () => {
  test('serves its first version when its pods are available', () => {
    const first = play({});
    expect(first.status).toMatchObject({
      phase: 'Healthy',
      stableRS: v1,
      blueGreen: { activeSelector: v1, previewSelector: v1 },
    });
    expect(first.reasons().filter((reason) => reason !== 'SwitchService')).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'ScalingReplicaSet',
      'RolloutCompleted',
    ]);
  });

  test('switches in one write when all pods are available, and drains the old ones after the delay', () => {
    const update = play({}).image('shop:v2').settle({ pods: false });
    update.setAvailable('shop:v2', 2).settle({ pods: false });
    expect([update.selected('shop-preview'), update.selected('shop-active')]).toEqual([v2, v1]);
    update.settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
    expect([update.selected('shop-active'), update.sizeOf('shop:v1')]).toEqual([v2, 3]);
    update.pass(30);
    expect(update.sizeOf('shop:v1')).toBe(0);
  });

  test('tells its story in the order that tools expect', () => {
    const update = play({ previewService: undefined });
    update.events.length = 0;
    expect(update.image('shop:v2').settle().reasons()).toEqual([
      'RolloutUpdated',
      'NewReplicaSetCreated',
      'RolloutNotCompleted',
      'ScalingReplicaSet',
      'SwitchService',
      'RolloutCompleted',
    ]);
  });

  test('waits for a person without autoPromotion', () => {
    const update = play({ autoPromotionEnabled: false }).image('shop:v2').settle();
    expect(update.status).toMatchObject({
      phase: 'Paused',
      message: 'BlueGreenPause',
      controllerPause: true,
    });
    expect(update.selected('shop-active')).toBe(v1);
    update.patchStatus({ pauseConditions: null }).settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
  });

  test('keeps a resume that comes while a pod is missing', () => {
    const update = play({ autoPromotionEnabled: false }).image('shop:v2').settle();
    update.setAvailable('shop:v2', 2).patchStatus({ pauseConditions: null }).settle({ pods: false });
    expect(update.selected('shop-active')).toBe(v1);
    update.settle();
    expect(update.status.stableRS).toBe(v2);
  });

  test('promotes itself after autoPromotionSeconds, or earlier by hand', () => {
    const update = play({ autoPromotionSeconds: 60 }).image('shop:v2').settle();
    expect(update.status.phase).toBe('Paused');
    expect(update.pass(60).status.phase).toBe('Healthy');
    const early = play({ autoPromotionSeconds: 60 })
      .image('shop:v2')
      .settle()
      .patchStatus({ pauseConditions: null })
      .settle();
    expect(early.status.stableRS).toBe(v2);
  });

  test('keeps the preview small until it is promoted', () => {
    const update = play({ previewReplicaCount: 1, autoPromotionEnabled: false }).image('shop:v2').settle();
    expect(update.sizeOf('shop:v2')).toBe(1);
    update.patchStatus({ pauseConditions: null }).settle({ pods: false });
    expect([update.sizeOf('shop:v2'), update.selected('shop-active')]).toEqual([3, v1]);
    update.settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
  });

  test('switches only after its analysis', () => {
    const update = play({ prePromotionAnalysis: check }).image('shop:v2').settle();
    expect([...update.runs.keys()]).toEqual([`shop-${v2}-2-pre`]);
    expect(update.selected('shop-active')).toBe(v1);
    expect(update.status.waiting?.for).toBe('the analysis before the promotion');
    update.judge(/-pre$/, 'Successful').settle();
    expect(update.status).toMatchObject({
      phase: 'Healthy',
      stableRS: v2,
      blueGreen: { prePromotionAnalysisRunStatus: { status: 'Successful' } },
    });
  });

  test('never switches when its analysis fails', () => {
    const update = play({ prePromotionAnalysis: check })
      .image('shop:v2')
      .settle()
      .judge(/-pre$/, 'Failed', 'slow')
      .settle();
    expect(update.selected('shop-active')).toBe(v1);
    expect(update.status).toMatchObject({
      phase: 'Degraded',
      abort: true,
      message: expect.stringMatching(/Blue\/green pre-promotion analysis phase error\/failed: slow$/),
    });
    update.pass(30);
    expect(update.sizeOf('shop:v2')).toBe(0);
  });

  test('switches back when the analysis after the switch fails, even if the new pods are gone', () => {
    const update = play({ postPromotionAnalysis: check }).image('shop:v2').settle();
    expect([update.selected('shop-active'), update.status.stableRS]).toEqual([v2, v1]);
    update
      .setAvailable('shop:v2', 1)
      .judge(/-post$/, 'Failed')
      .settle({ pods: false });
    expect(update.selected('shop-active')).toBe(v1);
    expect(update.status.phase).toBe('Degraded');
  });

  test('is complete after the analysis that follows the switch', () => {
    const update = play({ postPromotionAnalysis: check }).image('shop:v2').settle();
    expect(update.status).toMatchObject({
      phase: 'Progressing',
      message: 'waiting for analysis to complete',
    });
    update.judge(/-post$/, 'Successful').settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
  });

  test('tells of a fast way back that it began and that it ended', () => {
    const back = play({}).image('shop:v2').settle();
    back.events.length = 0;
    expect(back.image('shop:v1').settle().reasons()).toEqual([
      'RolloutUpdated',
      'RolloutNotCompleted',
      'SwitchService',
      'SwitchService',
      'RolloutCompleted',
    ]);
  });

  test('goes back at once to a version that still has its pods', () => {
    const update = play({ autoPromotionEnabled: false }).pass(60).image('shop:v2').settle();
    update.patchStatus({ pauseConditions: null }).settle().image('shop:v1').settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v1 });
    expect(update.setOf('shop:v1')?.metadata.annotations?.['scale-down-deadline']).toBeUndefined();
  });

  test('keeps aborted pods for ever with a delay of 0', () => {
    const update = play({ autoPromotionEnabled: false, abortScaleDownDelaySeconds: 0 })
      .image('shop:v2')
      .settle();
    update.patchStatus({ abort: true }).settle().pass(3600);
    expect(update.sizeOf('shop:v2')).toBe(3);
  });

  test('promotes in full without analysis and pause', () => {
    const update = play({ autoPromotionEnabled: false, prePromotionAnalysis: check })
      .image('shop:v2')
      .settle();
    update.patchStatus({ promoteFull: true }).settle();
    expect(update.status).toMatchObject({ phase: 'Healthy', stableRS: v2 });
  });

  test('keeps all pods of stable through the update, also when spec.replicas changes', () => {
    const update = play({ autoPromotionEnabled: false })
      .image('shop:v2')
      .settle()
      .edit({ replicas: 5 })
      .settle();
    expect([update.sizeOf('shop:v1'), update.sizeOf('shop:v2')]).toEqual([5, 5]);
  });
});

test('a crash after any action of a blue-green update leads to the same end', () => {
  const story = (crashAfter?: number) =>
    play(
      { autoPromotionSeconds: 10, postPromotionAnalysis: check },
      crashAfter === undefined ? {} : { crashAfter },
    )
      .image('shop:v2')
      .settle()
      .pass(10)
      .pass(10)
      .judge(/-post/, 'Successful')
      .settle()
      .pass(60);
  const endOf = ({ status, replicaSets, services }: Play) => ({
    phase: status.phase,
    stableRS: status.stableRS,
    sizes: [...replicaSets.values()].map(({ spec }) => spec.replicas),
    services: Object.values(services).map(({ spec }) => spec.selector),
  });
  const undisturbed = story();
  for (let crashAfter = 0; crashAfter < undisturbed.actions.length; crashAfter += 1) {
    expect({ crashAfter, ...endOf(story(crashAfter)) }).toEqual({ crashAfter, ...endOf(undisturbed) });
  }
});

describe('a blue-green analysis that cannot be started', () => {
  const nowhere = { name: 'nowhere', valueFrom: { fieldRef: { fieldPath: 'status.nowhere' } } };

  test.each(['prePromotionAnalysis', 'postPromotionAnalysis'] as const)('is named: %s', (purpose) => {
    const update = play({ [purpose]: { ...check, args: [nowhere] } })
      .image('shop:v2')
      .settle();
    update.pass(2);
    expect(update.status.waiting?.for).toBe(
      'an analysis that cannot be started: invalid path status.nowhere in rollout',
    );
    expect(update.status.stableRS).toBe(v1);
  });
});
