import type { RolloutStatus } from '../api/v1alpha1/rollout.ts';
import { type Instant, parseInstant, secondsBetween } from '../kernel/instant.ts';
import type { MetricMaker } from './metric-series.ts';
import type { Telemetry } from './telemetry.ts';

interface EndedRelease {
  readonly status: string;
  readonly seconds: number;
  /** Of these it waited for a person. */
  readonly pausedSeconds: number;
}

/** Three histograms over the releases that have ended, from what their Rollouts' statuses say. */
export function releaseDurations(make: MetricMaker): Telemetry['statusWritten'] {
  const total = make.histogram('rollout_duration_seconds');
  const progression = make.histogram('rollout_progression_duration_seconds');
  const paused = make.histogram('rollout_manual_pause_duration_seconds');
  return (before, after) => {
    const ended = endedRelease(before?.duration, after.duration);
    if (ended === undefined) return;
    const { status, seconds, pausedSeconds } = ended;
    total.observe({ status }, seconds);
    progression.observe({ status }, Math.max(0, seconds - pausedSeconds));
    paused.observe({ status }, pausedSeconds);
  };
}

type Duration = RolloutStatus['duration'];

/** A release that the later status ends: by itself, or because another one has begun in its place. */
export function endedRelease(before: Duration, after: Duration): EndedRelease | undefined {
  const startedAt = parseInstant(before?.rolloutStartedAt);
  if (startedAt === undefined || before?.finishedAt !== undefined) return undefined;
  const nextStartedAt = parseInstant(after?.rolloutStartedAt);
  if (nextStartedAt !== undefined && nextStartedAt !== startedAt) {
    return ended('Superseded', startedAt, nextStartedAt, before);
  }
  const finishedAt = parseInstant(after?.finishedAt);
  return finishedAt === undefined
    ? undefined
    : ended(after?.completionStatus ?? 'Promoted', startedAt, finishedAt, after);
}

function ended(status: string, from: Instant, to: Instant, duration: Duration): EndedRelease {
  const pause = parseInstant(duration?.manualPauseStartedAt);
  const open = pause === undefined ? 0 : secondsBetween(pause, to);
  return {
    status,
    seconds: secondsBetween(from, to),
    pausedSeconds: (duration?.totalManualPauseDurationSeconds ?? 0) + open,
  };
}
