import { pauseSeconds } from '../../../api/pause-duration.ts';
import { addSeconds, parseInstant } from '../../../kernel/instant.ts';
import { done, wait } from '../../plan.ts';
import type { StepHandler } from './step.ts';

/** `pause`: holds for `duration`, or until somebody resumes when there is none. */
export const pause: StepHandler<'pause'> = ({ duration }, { seen, memory }) => {
  if (memory.resumed || memory.promoteFull) return done;
  const held = memory.pauses.find(({ reason }) => reason === 'CanaryPauseStep');
  const startedAt = parseInstant(held?.startTime) ?? seen.now;
  const length = duration === undefined ? undefined : pauseSeconds(duration);
  if (length === undefined) return wait('CanaryPauseStep');
  const endsAt = addSeconds(startedAt, length);
  return seen.now >= endsAt ? done : wait('CanaryPauseStep', endsAt);
};
