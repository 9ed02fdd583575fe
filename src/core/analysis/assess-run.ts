import {
  type AnalysisPhase,
  type AnalysisRun,
  type AnalysisRunStatus,
  isCompleted,
  type Metric,
  type MetricState,
} from '../../api/v1alpha1/analysis.ts';
import type { PlannedEvent } from '../plan.ts';
import { assessMetric, limitHit } from './assess-metric.ts';
import { isBad, isWorse } from './badness.ts';
import { limitsOf } from './limits.ts';

type Summary = NonNullable<AnalysisRunStatus['runSummary']>;

/** The verdict over all metrics at one instant. */
export interface RunAssessment {
  readonly phase: AnalysisPhase;
  readonly message: string;
  readonly states: readonly MetricState[];
  readonly runSummary: Summary;
  readonly dryRunSummary: Summary;
  /** One for each metric that completed in this assessment. */
  readonly events: readonly PlannedEvent[];
}

/** Judges the metrics and the run. `terminating`: whatever is still going ends now. */
export function assessRun(
  run: AnalysisRun,
  metrics: readonly Metric[],
  states: readonly MetricState[],
  dryRun: ReadonlySet<string>,
): RunAssessment {
  const terminating = isTerminating(run, states, dryRun);
  const assessed = assess(run, metrics, states, dryRun, terminating);
  if (terminating || isCompleted(assessed.phase)) return assessed;
  // The peer ends the run one reconcile after the first bad metric. Nothing is in flight here, so nothing needs the wait.
  if (!isTerminating(run, assessed.states, dryRun) || assessed.states.some(isInFlight)) return assessed;
  const ended = assess(run, metrics, assessed.states, dryRun, true);
  return { ...ended, events: [...assessed.events, ...ended.events] };
}

/** Is the run told to stop, or has a metric that counts turned out badly? */
export function isTerminating(
  run: AnalysisRun,
  states: readonly MetricState[],
  dryRun: ReadonlySet<string>,
): boolean {
  return run.spec.terminate === true || states.some(({ name, phase }) => isBad(phase) && !dryRun.has(name));
}

export function isInFlight({ measurements }: MetricState): boolean {
  const last = measurements?.at(-1);
  return last !== undefined && last.finishedAt === undefined;
}

function assess(
  run: AnalysisRun,
  metrics: readonly Metric[],
  before: readonly MetricState[],
  dryRun: ReadonlySet<string>,
  terminating: boolean,
): RunAssessment {
  const states = new Map(before.map((state) => [state.name, state]));
  const events: PlannedEvent[] = [];
  const summaries = { run: {} as Summary, dryRun: {} as Summary };
  let worst: AnalysisPhase | undefined;
  let message = run.spec.terminate === true ? 'Run Terminated' : '';
  let allCompleted = true;
  for (const metric of metrics) {
    const isDry = dryRun.has(metric.name);
    const summary = isDry ? summaries.dryRun : summaries.run;
    addTo(summary, 'count');
    const earlier = states.get(metric.name);
    const limits = limitsOf(metric);
    const phase = earlier === undefined ? undefined : assessMetric(earlier, limits, terminating);
    if (earlier === undefined || phase === undefined || !isCompleted(phase)) {
      allCompleted = false;
      if (earlier !== undefined && phase !== undefined) {
        states.set(metric.name, withPhase(earlier, phase));
      }
      continue;
    }
    let state = withPhase(earlier, phase);
    if (phase !== earlier.phase) events.push(metricCompleted(metric.name, phase));
    const hit = limitHit(state, limits);
    addTo(summary, counterOf(hit?.phase));
    if (isDry) {
      worst ??= 'Successful';
      if (hit !== undefined) state = { ...state, message: `Metric assessed ${phase} due to ${hit.message}` };
    } else if (worst === undefined || isWorse(phase, worst)) {
      worst = phase;
      if (hit !== undefined) message = runMessage(state, hit.message);
    }
    states.set(metric.name, state);
  }
  const ended = terminating || (allCompleted && worst !== undefined);
  return {
    phase: ended ? (worst ?? 'Successful') : 'Running',
    message: ended ? message : '',
    states: [...states.values()],
    runSummary: summaries.run,
    dryRunSummary: summaries.dryRun,
    events,
  };
}

/** On a change of phase the metric's message becomes that of its last measurement. */
function withPhase(state: MetricState, phase: AnalysisPhase): MetricState {
  if (state.phase === phase) return state;
  const message = state.measurements?.at(-1)?.message;
  const { message: _, ...rest } = state;
  return message === undefined || message === '' ? { ...rest, phase } : { ...rest, phase, message };
}

function runMessage({ name, phase, message = '' }: MetricState, limit: string): string {
  const cause = message === '' ? '' : `: "Error Message: ${message}"`;
  return `Metric "${name}" assessed ${phase} due to ${limit}${cause}`;
}

function metricCompleted(name: string, phase: AnalysisPhase): PlannedEvent {
  return {
    type: phase === 'Failed' || phase === 'Error' ? 'Warning' : 'Normal',
    reason: `Metric${phase}`,
    message: `Metric '${name}' Completed. Result: ${phase}`,
  };
}

function addTo(summary: Summary, counter: keyof Summary): void {
  summary[counter] = (summary[counter] ?? 0) + 1;
}

/** A summary counts by the limit that was passed; whatever completed without one counts as successful. */
function counterOf(phase: AnalysisPhase | undefined): keyof Summary {
  if (phase === 'Failed') return 'failed';
  if (phase === 'Inconclusive') return 'inconclusive';
  return phase === 'Error' ? 'error' : 'successful';
}
