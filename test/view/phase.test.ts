import type { RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { viewPhase } from '../../src/view/phase.ts';
import { rollout } from '../support/builders.ts';

const notObserved = 'Progressing: waiting for rollout spec update to be observed';

interface Case {
  readonly situation: string;
  readonly generation: number;
  readonly status: RolloutStatus | undefined;
  readonly shown: string;
}

const pausedAt = { reason: 'CanaryPauseStep', startTime: '2026-01-01T12:00:00Z' } as const;

const cases: readonly Case[] = [
  {
    situation: 'what the controller stored, when it has seen this generation',
    generation: 3,
    status: { phase: 'Healthy', observedGeneration: '3' },
    shown: 'Healthy: ',
  },
  {
    situation: 'the message too',
    generation: 3,
    status: { phase: 'Degraded', message: 'RolloutAborted: x', observedGeneration: '3' },
    shown: 'Degraded: RolloutAborted: x',
  },
  {
    situation: 'progressing, while the health stored is that of an older generation',
    generation: 4,
    status: { phase: 'Healthy', observedGeneration: '3' },
    shown: notObserved,
  },
  {
    situation: 'a degraded older generation likewise',
    generation: 10,
    status: { phase: 'Degraded', observedGeneration: '9' },
    shown: notObserved,
  },
  {
    situation: 'what is stored, when the number seen is larger than the generation',
    generation: 2,
    status: { phase: 'Healthy', observedGeneration: '3' },
    shown: 'Healthy: ',
  },
  {
    situation: 'what is stored, when an older controller wrote a hash instead of a number',
    generation: 2,
    status: { phase: 'Paused', message: 'CanaryPauseStep', observedGeneration: '5d8c7f9b6' },
    shown: 'Paused: CanaryPauseStep',
  },
  {
    situation: 'a resume that the controller has not seen yet',
    generation: 1,
    status: { phase: 'Paused', observedGeneration: '1', controllerPause: true },
    shown: 'Progressing: waiting for rollout to unpause',
  },
  {
    situation: 'a pause that nobody ended',
    generation: 1,
    status: {
      phase: 'Paused',
      message: 'CanaryPauseStep',
      observedGeneration: '1',
      controllerPause: true,
      pauseConditions: [pausedAt],
    },
    shown: 'Paused: CanaryPauseStep',
  },
  { situation: 'a rollout that nobody has looked at', generation: 1, status: undefined, shown: notObserved },
];

describe('a client shows', () => {
  test.each(cases)('$situation', ({ generation, status, shown }) => {
    const seen = rollout({ status });
    const { phase, message } = viewPhase({ ...seen, metadata: { ...seen.metadata, generation } });
    expect(`${phase}: ${message}`).toBe(shown);
  });
});
