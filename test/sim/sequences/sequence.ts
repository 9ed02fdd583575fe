import type { RolloutOptions } from '../../support/builders.ts';
import { inWords, type Turn } from './deed.ts';

/** A Rollout and all that happens to it. Plain data. */
export interface Sequence {
  readonly spec: RolloutOptions;
  /** The pod template comes from a Deployment. */
  readonly workload: boolean;
  readonly turns: readonly Turn[];
}

/** The story that a sequence tells, a sentence a line. */
export function storyOf({ spec, workload, turns }: Sequence): string {
  const { canary, blueGreen, ...rest } = spec;
  const strategy = blueGreen === undefined ? { canary } : { blueGreen };
  return [
    `given ${JSON.stringify({ ...rest, ...strategy })}${workload ? ' with a workloadRef' : ''}`,
    ...turns.map((turn, index) => `${index + 1}. ${inWords(turn)}`),
  ].join('\n');
}
