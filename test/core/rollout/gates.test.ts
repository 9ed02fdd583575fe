import { advanceGates } from '../../../src/core/rollout/gates.ts';

test('a person is asked before any automatic rule', () => {
  expect(advanceGates.map(({ name }) => name)).toEqual([
    'pausedByUser',
    'analysisInconclusive',
    'splitDiffers',
  ]);
});
