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
  test('waits a moment for something worth a write', () => {
    const play = update();
    const writes = play.statusWrites;
    play.setAvailable('shop:v2', 0).settle({ pods: false });
    play.setAvailable('shop:v2', 1).settle({ pods: false });
    expect(play.statusWrites).toBe(writes);
    expect(play.wakeAt).toBe(play.now + 1000);
    play.setAvailable('shop:v2', 2).settle();
    expect(play.statusWrites).toBe(writes + 1);
    expect(play.status).toMatchObject({ phase: 'Paused', updatedReplicas: 2 });
  });

  test('is written when the moment is over', () => {
    const play = update().setAvailable('shop:v2', 1);
    play.settle({ pods: false });
    play.now = play.wakeAt ?? play.now;
    play.settle({ pods: false });
    expect(play.status).toMatchObject({ updatedReplicas: 2, availableReplicas: 5 });
  });
});
