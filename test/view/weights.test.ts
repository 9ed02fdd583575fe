import { maxWeight, viewActualWeight, viewSetWeight } from '../../src/view/weights.ts';
import { hashOfImage, pauseFor, replicaSet, rollout, routedCanary, setWeight } from '../support/builders.ts';

const steps = [setWeight(10), pauseFor(), setWeight(50), pauseFor()];
const canary = hashOfImage('shop:v2');

describe('the weight that the steps ask for', () => {
  test.each([
    ['that of the step itself', { currentStepIndex: 0 }, 10],
    ['that of the last setWeight before', { currentStepIndex: 1 }, 10],
    ['that of a later setWeight once it is reached', { currentStepIndex: 2 }, 50],
    ['all of it past the last step', { currentStepIndex: 4 }, 100],
    ['nothing after an abort', { currentStepIndex: 0, abort: true }, 0],
    ['all of it before the first status', undefined, 100],
  ])('is %s', (_, status, weight) => {
    expect(viewSetWeight(rollout({ canary: { steps }, status }))).toBe(weight);
  });

  test('is nothing before the first setWeight', () => {
    const status = { currentStepIndex: 0 };
    expect(viewSetWeight(rollout({ canary: { steps: [pauseFor(), setWeight(5)] }, status }))).toBe(0);
  });

  test('is the maximum of the router without steps', () => {
    const seen = rollout({ canary: { trafficRouting: { maxTrafficWeight: 1000 } } });
    expect([maxWeight(seen), viewSetWeight(seen)]).toEqual([1000, 1000]);
  });
});

describe('the weight that the canary has', () => {
  const stable = replicaSet({ image: 'shop:v1', size: 4 });
  const status = { currentStepIndex: 2, currentPodHash: canary };

  test('without a router is its share of the available pods, rounded down', () => {
    const seen = rollout({ canary: { steps }, status });
    expect(viewActualWeight(seen, [stable, replicaSet({ image: 'shop:v2', size: 2 })])).toBe(33);
    expect(viewActualWeight(seen, [stable, replicaSet({ image: 'shop:v2', size: 2, available: 0 })])).toBe(0);
  });

  test('is nothing while no pod is available at all', () => {
    const seen = rollout({ canary: routedCanary(steps), status });
    expect(viewActualWeight(seen, [replicaSet({ image: 'shop:v2', size: 2, available: 0 })])).toBe(0);
  });

  test('with a router is what the status records, else what the steps ask for', () => {
    const seen = rollout({ canary: routedCanary(steps), status });
    const weights = { canary: { weight: 25 }, stable: { weight: 75 } };
    expect(viewActualWeight(seen, [stable])).toBe(50);
    expect(viewActualWeight({ ...seen, status: { ...status, canary: { weights } } }, [stable])).toBe(25);
  });

  test('is all of it when the steps are done', () => {
    const seen = rollout({ canary: { steps }, status: { ...status, currentStepIndex: 4 } });
    expect(viewActualWeight(seen, [stable])).toBe(100);
  });
});
