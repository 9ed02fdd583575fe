import type { CanaryStrategy, InitialFailure } from '../../../src/api/v1alpha1/rollout.ts';
import {
  analysisTemplate,
  type RolloutOptions,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

const templates = [{ templateName: 'error-rate' }];
const services = ['shop-stable', 'shop-canary', 'shop-active', 'shop-preview'];
/** Taking the pods of the one version there is breaks I1 and I6; whoever writes `scaleToZero` asks for it. */
const isAsked = ({ initialAnalysis }: RolloutOptions) => initialAnalysis?.onFailure === 'scaleToZero';
const play = (spec: RolloutOptions, routers = 1) =>
  new Play(rollout(spec), {
    services,
    routers,
    templates: [analysisTemplate('error-rate')],
    ...(!isAsked(spec) && { check: holdInvariants }),
  });

/** An argument that passes validation, and names what the Rollout does not have. */
const nowhere = { name: 'nowhere', valueFrom: { fieldRef: { fieldPath: 'status.nowhere' } } };
const nowhereSaid = 'invalid path status.nowhere in rollout';

describe.each<[string, RolloutOptions, number]>([
  ['a canary over a router', { canary: routedCanary([setWeight(50)]) }, 1],
  ['a canary without one', { canary: {} }, 0],
  ['blue-green', { blueGreen: { activeService: 'shop-active', previewService: 'shop-preview' } }, 0],
])('the first version of %s, with an initial analysis,', (_, strategy, routers) => {
  const first = (onFailure?: InitialFailure) =>
    play({ ...strategy, initialAnalysis: { templates, ...(onFailure && { onFailure }) } }, routers).settle();

  test('runs whole, and is stable once the analysis has passed', () => {
    const shop = first();
    expect([shop.sizeOf('shop:v1'), shop.status.phase, shop.status.stableRS]).toEqual([
      4,
      'Progressing',
      undefined,
    ]);
    expect(shop.status.waiting?.for).toBe('the analysis of the first version');
    shop.pass(900);
    expect(shop.status.phase).toBe('Progressing');
    shop.judge(/-initial$/, 'Successful').settle();
    expect([shop.status.phase, shop.status.stableRS]).toEqual(['Healthy', shop.status.currentPodHash]);
    expect(shop.status.initialAnalysisRunStatus).toBeUndefined();
  });

  test('says why the analysis cannot be started', () => {
    const shop = play({ ...strategy, initialAnalysis: { templates, args: [nowhere] } }, routers).settle();
    expect(shop.status.waiting?.for).toBe(`an analysis that cannot be started: ${nowhereSaid}`);
    expect([shop.status.phase, shop.status.stableRS]).toEqual(['Progressing', undefined]);
  });

  test.each(['Failed', 'Error', 'Inconclusive'] as const)('waits for a person when it is %s', (phase) => {
    const shop = first()
      .judge(/-initial$/, phase)
      .settle();
    expect([shop.status.phase, shop.status.message]).toEqual(['Paused', 'InconclusiveAnalysisRun']);
    expect(shop.sizeOf('shop:v1')).toBe(4);
    shop.patchStatus({ pauseConditions: null }).settle();
    expect([shop.status.phase, shop.status.stableRS]).toEqual(['Healthy', shop.status.currentPodHash]);
  });

  test('is taken all the same with `proceed`', () => {
    const shop = first('proceed')
      .judge(/-initial$/, 'Failed')
      .settle();
    expect([shop.status.phase, shop.status.stableRS]).toEqual(['Healthy', shop.status.currentPodHash]);
  });

  test('loses its pods with `scaleToZero`, until a retry or a fix', () => {
    const shop = first('scaleToZero')
      .judge(/-initial$/, 'Failed', 'too slow')
      .settle();
    expect([shop.sizeOf('shop:v1'), shop.status.phase, shop.status.message]).toEqual([
      0,
      'Degraded',
      'RolloutAborted: Rollout aborted update to revision 1: Initial analysis phase error/failed: too slow',
    ]);
    shop.patchStatus({ abort: null }).settle();
    expect([shop.sizeOf('shop:v1'), shop.runs.size]).toEqual([4, 2]);
    shop
      .judge(/-initial.1$/, 'Failed')
      .settle()
      .image('shop:v2')
      .settle();
    expect([shop.sizeOf('shop:v2'), shop.status.phase]).toEqual([4, 'Progressing']);
    shop.judge(/-2-initial$/, 'Successful').settle();
    expect([shop.status.phase, shop.sizeOf('shop:v1')]).toEqual(['Healthy', 0]);
  });

  test('is not judged by a person who promotes in full, and no later version is', () => {
    const shop = first().patchStatus({ promoteFull: true }).settle();
    expect(shop.status.phase).toBe('Healthy');
    shop.image('shop:v2').settle();
    expect([...shop.runs.keys()].filter((name) => name.endsWith('initial'))).toHaveLength(1);
    expect(shop.status.phase).toBe('Healthy');
  });
});

describe.each<[string, CanaryStrategy, number]>([
  ['over a router', routedCanary([setWeight(50)]), 1],
  ['without a router', { steps: [setWeight(50)] }, 0],
])('a canary %s that bakes', (_, canary, routers) => {
  const baking = (bake: NonNullable<CanaryStrategy['bake']>) =>
    play({ canary: { ...canary, bake } }, routers)
      .settle()
      .image('shop:v2')
      .settle();

  test('is held at all of the traffic for a time before it is stable', () => {
    const shop = baking({ duration: '20m' });
    expect(shop.sizeOf('shop:v2')).toBe(4);
    if (routers > 0) expect([shop.weights, shop.sizeOf('shop:v1')]).toEqual([[100], 4]);
    expect(shop.status).toMatchObject({ phase: 'Progressing', waiting: { for: 'the bake to end' } });
    expect(shop.status.waiting?.until).toBe('2026-01-01T12:20:00Z');
    shop.pass(1199);
    expect(shop.status.phase).toBe('Progressing');
    shop.pass(1);
    expect([shop.status.phase, shop.status.stableRS]).toEqual(['Healthy', shop.status.currentPodHash]);
    expect(shop.status.canary?.bakeStartedAt).toBeUndefined();
  });

  test('goes back to stable when its analysis fails', () => {
    const shop = baking({ duration: 60, analysis: { templates } });
    shop.judge(/-bake$/, 'Failed').settle();
    expect([shop.status.phase, shop.status.message]).toEqual([
      'Degraded',
      'RolloutAborted: Rollout aborted update to revision 2: Bake analysis phase error/failed',
    ]);
    expect([shop.availableOf('shop:v1'), shop.weights]).toEqual([4, routers > 0 ? [0] : []]);
  });

  test('needs both its time and a good verdict, and an abort by hand ends it', () => {
    const shop = baking({ duration: 60, analysis: { templates } }).pass(60);
    expect(shop.status.waiting?.for).toBe('the analysis of the bake');
    shop.patchStatus({ abort: true }).settle();
    expect([...shop.runs.values()].at(-1)?.spec.terminate).toBe(true);
    shop.patchStatus({ abort: null }).settle();
    expect(shop.status.canary?.bakeStartedAt).toBe('2026-01-01T12:01:00Z');
    shop.judge(/-bake.1$/, 'Successful').settle();
    expect(shop.status.phase).toBe('Progressing');
    shop.pass(60);
    expect(shop.status.phase).toBe('Healthy');
    expect(shop.reasons()).toContain('AnalysisRunSuccessful');
  });

  test('is skipped by a promotion in full, and by a way back to stable', () => {
    expect(baking({ duration: 60 }).patchStatus({ promoteFull: true }).settle().status.phase).toBe('Healthy');
    expect(baking({ duration: 60 }).image('shop:v1').settle().status.phase).toBe('Healthy');
  });

  test('waits for a person when its analysis is inconclusive', () => {
    const shop = baking({ analysis: { templates } })
      .judge(/-bake$/, 'Inconclusive')
      .settle();
    expect(shop.status.phase).toBe('Paused');
    shop.patchStatus({ pauseConditions: null }).settle();
    shop.judge(/-bake.1$/, 'Successful').settle();
    expect(shop.status.phase).toBe('Healthy');
  });
});
