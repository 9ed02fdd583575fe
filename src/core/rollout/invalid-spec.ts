import type { RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Plan } from '../plan.ts';
import { withCondition } from './conditions.ts';
import type { Observed } from './observed.ts';

/** How long until an invalid Rollout is looked at again though nothing of it changed: what it names may appear. Seconds. */
const lookAgainSeconds = 20;

/** Says what is wrong, and touches nothing else: what serves goes on serving. */
export function invalidSpecPlan({ rollout }: Observed, problem: string, now: Instant): Plan<RolloutStatus> {
  const message = `The Rollout "${rollout.metadata.name}" is invalid: ${problem}`;
  const before = rollout.status?.conditions ?? [];
  const isNews = !before.some(
    (condition) => condition.type === 'InvalidSpec' && condition.message === message,
  );
  const verdict = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message } as const;
  return {
    actions: [],
    status: {
      canary: {},
      blueGreen: {},
      ...rollout.status,
      conditions: withCondition(before, verdict, now, isNews),
      observedGeneration: String(rollout.metadata.generation ?? 0),
      phase: 'Degraded',
      message: `InvalidSpec: ${message}`,
    },
    events: [],
    wakeAt: addSeconds(now, lookAgainSeconds),
    reason: 'the spec is invalid',
  };
}
