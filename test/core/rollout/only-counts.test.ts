import { countsMayWait } from '../../../src/core/rollout/only-counts.ts';
import { addSeconds, formatInstant } from '../../../src/kernel/instant.ts';
import { pauseFor, rollout, routedCanary, setWeight } from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

const update = () =>
  new Play(rollout({ canary: routedCanary([setWeight(50), pauseFor()]) }), {
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
  })
    .settle()
    .image('shop:v2')
    .settle({ pods: false });

describe('a status that would only count pods', () => {
  test('may wait for something worth a write', () => {
    const play = update();
    play.setAvailable('shop:v2', 0).decide();
    expect(play.lastPlan).toMatchObject({ status: { updatedReplicas: 2 }, statusMayWait: 5 });
  });

  test('may wait for a moment only when the Rollout is at rest', () => {
    const { status } = update().pass(31).settle();
    const atRest = { ...status, phase: 'Healthy' as const };
    expect(countsMayWait(atRest, { ...atRest, replicas: 2 })).toBe(0.5);
    const underWay = { ...status, phase: 'Progressing' as const };
    expect(status?.phase).toBe('Paused');
    expect(countsMayWait(status, { ...status, replicas: 2 })).toBe(0.5);
    expect(countsMayWait(underWay, { ...underWay, replicas: 2 })).toBe(5);
    expect(countsMayWait(atRest, atRest)).toBeUndefined();
  });

  test('may not wait once a condition, a step or the phase follows from the numbers', () => {
    const play = update();
    play.setAvailable('shop:v2', 2).decide();
    expect(play.lastPlan?.status).toMatchObject({ phase: 'Paused', updatedReplicas: 2 });
    expect(play.lastPlan?.statusMayWait).toBeUndefined();
  });

  test('is none when nothing differs', () => {
    const play = update().settle();
    play.decide();
    expect(play.lastPlan?.statusMayWait).toBeUndefined();
  });
});

test('until when it waits is told by the decision that sets the time, not by the next one', () => {
  const play = update();
  const deadline = 600;
  expect(play.status.waiting?.until).toBe(formatInstant(addSeconds(play.now, deadline)));
});
