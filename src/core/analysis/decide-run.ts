import { resources } from '../../api/resources.ts';
import {
  type AnalysisPhase,
  type AnalysisRun,
  type AnalysisRunStatus,
  isCompleted,
  type Measurement,
  type Metric,
  type MetricState,
} from '../../api/v1alpha1/analysis.ts';
import { earliest, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Plan, PlannedEvent } from '../plan.ts';
import { assessRun, isTerminating } from './assess-run.ts';
import { recordMeasurement, type TaskOutcome } from './record-measurement.ts';
import { type AppliedRules, applyRules, retentionOf } from './rules.ts';
import { nextDue } from './schedule.ts';
import { resolveMetrics, type SecretRef, secretRefs } from './substitute.ts';
import { expiresAt } from './time-to-live.ts';
import { validateMetrics } from './validate.ts';

/** One measurement to begin, to go on with, or to stop. */
export interface MeasureTask {
  /** Index in `spec.metrics`; the metric itself must be resolved anew when its arguments hold secrets. */
  readonly index: number;
  readonly kind: 'start' | 'resume' | 'terminate';
  /** The metric, with a placeholder for each secret. */
  readonly metric: Metric;
  /** The one in flight, for `resume` and `terminate`. */
  readonly measurement?: Measurement;
  /** The metric has no state yet: its provider is asked for metadata. */
  readonly first: boolean;
  /** Measurements that the metric has had so far, errors included. */
  readonly taken: number;
}

export type RunDecision =
  | { readonly kind: 'settled'; readonly plan: Plan<AnalysisRunStatus> }
  | {
      readonly kind: 'measure';
      readonly tasks: readonly MeasureTask[];
      /** To be read before; a missing one ends the run. */
      readonly secrets: readonly SecretRef[];
    };

/** The next status of a run, and the measurements that it does not remember any more. */
export interface RunPlan extends Plan<AnalysisRunStatus> {
  /** By metric; what they left behind is to be removed. */
  readonly forgotten: readonly ForgottenMeasurements[];
}

export interface ForgottenMeasurements {
  /** The metric, with a placeholder for each secret. */
  readonly metric: Metric;
  readonly measurements: readonly Measurement[];
}

/**
 * What is to be done about a run now. Pure; what has been measured goes to `assessAnalysisRun` afterwards.
 * @param isOver what a measurement in flight waits for has come about: it need not wait for its next look.
 */
export function decideAnalysisRun(
  run: AnalysisRun,
  now: Instant,
  isOver: (measurement: Measurement) => boolean = () => false,
): RunDecision {
  if (run.metadata.deletionTimestamp !== undefined) return settled('The run is being deleted.');
  if (isCompleted(run.status?.phase)) return { kind: 'settled', plan: planForCompleted(run, now) };
  const seen = understand(run);
  if ('error' in seen) return { kind: 'settled', plan: failAnalysisRun(run, seen.error, now) };
  const tasks = dueTasks(run, seen, { now, isOver });
  if (tasks.length > 0) return { kind: 'measure', tasks, secrets: secretRefs(run.spec.args) };
  return { kind: 'settled', plan: assessAnalysisRun(run, [], now) };
}

/** The run's next status after the measurements that were just made. Pure. */
export function assessAnalysisRun(run: AnalysisRun, outcomes: readonly TaskOutcome[], now: Instant): RunPlan {
  const seen = understand(run);
  if ('error' in seen) return { ...failAnalysisRun(run, seen.error, now), forgotten: [] };
  const measured = recordAll(run.status?.metricResults ?? [], outcomes, seen.rules);
  const assessed = assessRun(run, seen.metrics, measured, seen.rules.dryRun);
  const changed = assessed.phase !== run.status?.phase;
  const completed = isCompleted(assessed.phase);
  const message = changed ? assessed.message : (run.status?.message ?? '');
  const status: AnalysisRunStatus = {
    phase: assessed.phase,
    ...(message !== '' && { message }),
    ...(assessed.states.length > 0 && {
      metricResults: assessed.states.map((state) => trimmed(state, retentionOf(seen.rules, state.name))),
    }),
    startedAt: run.status?.startedAt ?? formatInstant(now),
    ...(completed && { completedAt: formatInstant(now) }),
    runSummary: assessed.runSummary,
    dryRunSummary: assessed.dryRunSummary,
  };
  const wakeAt = completed ? expiresAt({ ...run, status }) : nextWake({ ...run, status }, seen, now);
  return {
    actions: [],
    forgotten: forgottenOf(seen, assessed.states),
    status,
    events: [...assessed.events, ...(completed ? [runCompleted(assessed.phase)] : [])],
    ...(wakeAt !== undefined && { wakeAt }),
    reason: completed ? 'The run has completed.' : 'The run goes on.',
    urgent: completed && assessed.phase !== 'Successful',
  };
}

/**
 * The end of a run that cannot be measured at all. The peer leaves out `completedAt`, so that such runs are never cleaned
 * up by their time to live; ours are.
 */
export function failAnalysisRun(run: AnalysisRun, message: string, now: Instant): Plan<AnalysisRunStatus> {
  const completedAt = formatInstant(now);
  const status: AnalysisRunStatus = { ...run.status, phase: 'Error', message, completedAt };
  const wakeAt = expiresAt({ ...run, status });
  return {
    actions: [],
    status,
    events: [runCompleted('Error')],
    ...(wakeAt !== undefined && { wakeAt }),
    reason: 'The run cannot be measured.',
    urgent: true,
  };
}

/** What a run that cannot be given its arguments says. */
export function unresolvedArguments(problem: string): string {
  return `Unable to resolve metric arguments: ${problem}`;
}

interface Understood {
  readonly metrics: readonly Metric[];
  readonly rules: AppliedRules;
}

function understand({ spec }: AnalysisRun): Understood | { readonly error: string } {
  const resolved = resolveMetrics(spec.metrics ?? [], spec.args);
  if ('error' in resolved) return { error: unresolvedArguments(resolved.error) };
  const invalid = validateMetrics(resolved.metrics);
  if (invalid !== undefined) return { error: `Analysis spec invalid: ${invalid}` };
  const rules = applyRules(
    spec,
    resolved.metrics.map(({ name }) => name),
  );
  if ('error' in rules) return { error: `Analysis spec invalid: ${rules.error}` };
  return { metrics: resolved.metrics, rules };
}

function dueTasks(
  run: AnalysisRun,
  seen: Understood,
  { now, isOver }: { readonly now: Instant; readonly isOver: (measurement: Measurement) => boolean },
): MeasureTask[] {
  return dueOf(run, seen, now).flatMap(({ index, metric, state, due }) => {
    if (due === undefined) return [];
    const measurement = due.kind === 'start' ? undefined : state?.measurements?.at(-1);
    if (due.at > now && !(measurement !== undefined && isOver(measurement))) return [];
    const taken = (state?.count ?? 0) + (state?.error ?? 0);
    return [{ index, kind: due.kind, metric, measurement, first: state === undefined, taken }];
  });
}

function nextWake(run: AnalysisRun, seen: Understood, now: Instant): Instant | undefined {
  return earliest(...dueOf(run, seen, now).map(({ due }) => due?.at));
}

function dueOf(run: AnalysisRun, { metrics, rules }: Understood, now: Instant) {
  const states = run.status?.metricResults ?? [];
  const terminating = isTerminating(run, states, rules.dryRun);
  const startedAt = parseInstant(run.status?.startedAt) ?? now;
  return metrics.map((metric, index) => {
    const state = states.find(({ name }) => name === metric.name);
    return { index, metric, state, due: nextDue(metric, state, { startedAt, terminating, now }) };
  });
}

function recordAll(
  before: readonly MetricState[],
  outcomes: readonly TaskOutcome[],
  rules: AppliedRules,
): readonly MetricState[] {
  const states = new Map(before.map((state) => [state.name, state]));
  for (const outcome of outcomes) {
    const name = outcome.metric;
    states.set(name, recordMeasurement(states.get(name), outcome, rules.dryRun.has(name)));
  }
  return [...states.values()];
}

function trimmed(state: MetricState, limit: number): MetricState {
  const { measurements = [] } = state;
  return measurements.length <= limit ? state : { ...state, measurements: measurements.slice(-limit) };
}

/** Those that `trimmed` cuts off. */
function forgottenOf({ metrics, rules }: Understood, states: readonly MetricState[]) {
  return states.flatMap(({ name, measurements = [] }) => {
    const metric = metrics.find((each) => each.name === name);
    const cut = measurements.slice(0, -retentionOf(rules, name));
    return metric === undefined || cut.length === 0 ? [] : [{ metric, measurements: cut }];
  });
}

function planForCompleted(run: AnalysisRun, now: Instant): Plan<AnalysisRunStatus> {
  const wakeAt = expiresAt(run);
  if (wakeAt === undefined || wakeAt > now) {
    return {
      actions: [],
      events: [],
      ...(wakeAt !== undefined && { wakeAt }),
      reason: 'The run has completed.',
    };
  }
  const { namespace, name, uid } = run.metadata;
  const ref = { type: resources.analysisRuns, namespace, name };
  return { actions: [{ do: 'delete', ref, uid }], events: [], reason: 'The run has outlived its time.' };
}

function runCompleted(phase: AnalysisPhase): PlannedEvent {
  return {
    type: phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal',
    reason: `AnalysisRun${phase}`,
    message: `Analysis Completed. Result: ${phase}`,
  };
}

function settled(reason: string): RunDecision {
  return { kind: 'settled', plan: { actions: [], events: [], reason } };
}
