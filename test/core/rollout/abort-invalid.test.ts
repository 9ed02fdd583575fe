import type { CanaryStep, CanaryStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import {
  analysisTemplate,
  hashOfImage,
  pauseFor,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

const steps = [setWeight(50), pauseFor()];
const analysis = { templates: [{ templateName: 'error-rate' }] };

/** A release at half of the traffic. */
const underWay = (canary: CanaryStrategy) =>
  new Play(rollout({ canary }), {
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
    templates: [analysisTemplate('error-rate')],
  })
    .settle()
    .image('shop:v2')
    .settle();

const invalidSteps: CanaryStep[] = [{ setWeight: 101 }];

describe('a release whose spec becomes invalid under way', () => {
  test('stays where it is', () => {
    const play = underWay(routedCanary(steps));
    play.edit({ strategy: { canary: routedCanary(invalidSteps) } }).settle();
    expect([play.weights, play.status.phase]).toEqual([[50], 'Degraded']);
  });

  test.each<[string, (play: Play) => unknown]>([
    ['other steps', (play) => play.edit({ strategy: { canary: routedCanary(invalidSteps) } })],
    [
      'a new template and other steps',
      (play) => play.edit({ strategy: { canary: routedCanary(invalidSteps) } }).image('shop:v3'),
    ],
    [
      'a template that is gone',
      (play) => delete (play.templates as Record<string, unknown>)['AnalysisTemplate/error-rate'],
    ],
  ])('goes back to stable when a person aborts: %s', (_name, spoil) => {
    const play = underWay({ ...routedCanary(steps), analysis });
    spoil(play);
    play.settle();
    expect(play.status.message).toMatch(/^InvalidSpec: /);
    expect(play.weights).toEqual([50]);
    play.patchStatus({ abort: true }).settle();
    expect(play.weights).toEqual([0]);
    expect(play.selected('shop-canary')).toBe(hashOfImage('shop:v1'));
    expect(play.setOf('shop:v3')).toBeUndefined();
    expect(play.reasons()).toContain('RolloutAborted');
    expect(play.status).toMatchObject({ abort: true, phase: 'Degraded', stableRS: hashOfImage('shop:v1') });
    expect(play.status.message).toMatch(/^InvalidSpec: /);
    play.pass(31).settle();
    expect(play.sizeOf('shop:v2')).toBe(0);
    const written = play.statusWrites;
    play.pass(300).settle();
    expect(play.statusWrites).toBe(written);
  });

  test('goes back to stable when an analysis that still runs fails', () => {
    const play = underWay({ ...routedCanary(steps), analysis });
    delete (play.templates as Record<string, unknown>)['AnalysisTemplate/error-rate'];
    play.settle();
    play.judge(/./, 'Failed', 'too many errors').settle();
    expect([play.weights, play.status.abort]).toEqual([[0], true]);
  });

  test('does not touch a route when the Service of stable is gone', () => {
    const play = underWay(routedCanary(steps));
    (play.services as Record<string, unknown>)['shop-stable'] = undefined;
    play.patchStatus({ abort: true }).settle();
    expect(play.weights).toEqual([50]);
    expect(play.status.message).toMatch(/^InvalidSpec: .*shop-stable/);
    play.restoreService('shop-stable').settle();
    expect(play.weights).toEqual([0]);
  });

  test('is not called off because nothing moves while it is invalid', () => {
    const play = new Play(
      rollout({
        canary: routedCanary([setWeight(50)]),
        progressDeadlineAbort: true,
        progressDeadlineSeconds: 60,
      }),
      { services: ['shop-stable', 'shop-canary'], routers: 1 },
    ).settle();
    play.broken.add('shop:v2');
    play.image('shop:v2').settle();
    play.edit({ strategy: { canary: routedCanary(invalidSteps) } }).settle();
    play.pass(120).settle();
    expect(play.status.abort).toBeUndefined();
  });

  test('turns the active Service back', () => {
    const blueGreen = {
      activeService: 'shop-active',
      autoPromotionEnabled: true,
      postPromotionAnalysis: analysis,
    };
    const play = new Play(rollout({ blueGreen }), {
      services: ['shop-active'],
      templates: [analysisTemplate('error-rate')],
    })
      .settle()
      .image('shop:v2')
      .settle();
    expect(play.selected('shop-active')).toBe(hashOfImage('shop:v2'));
    delete (play.templates as Record<string, unknown>)['AnalysisTemplate/error-rate'];
    play.settle().patchStatus({ abort: true }).settle();
    expect(play.selected('shop-active')).toBe(hashOfImage('shop:v1'));
  });
});
