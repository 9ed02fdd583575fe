import { pauseSeconds } from '../../../api/pause-duration.ts';
import { addSeconds, type Instant, parseInstant } from '../../../kernel/instant.ts';
import { done, wait } from '../../plan.ts';
import type { Memory } from '../memory.ts';
import type { StepHandler } from './step.ts';

/** `pause`: holds for `duration`, or until somebody resumes when there is none. */
export const pause: StepHandler<'pause'> = ({ duration }, { seen, memory }) => {
  if (memory.resumed || memory.promoteFull) return done;
  const endsAt = pauseEndsAt(duration, memory, seen.now);
  return endsAt !== undefined && seen.now >= endsAt ? done : wait('CanaryPauseStep', endsAt);
};

/** When a pause of this length is over, which begins now unless it has been entered. Undefined: when somebody resumes. */
export function pauseEndsAt(
  duration: string | number | undefined,
  { pauses }: Memory,
  now: Instant,
): Instant | undefined {
  const length = duration === undefined ? undefined : pauseSeconds(duration);
  if (length === undefined) return undefined;
  const held = pauses.find(({ reason }) => reason === 'CanaryPauseStep');
  return addSeconds(parseInstant(held?.startTime) ?? now, length);
}
