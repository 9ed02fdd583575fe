import type { AnalysisPhase, Measurement, MetricState } from '../../api/v1alpha1/analysis.ts';
import { isCompleted } from '../../api/v1alpha1/analysis.ts';

/** What came of one task: a measurement, begun or completed. */
export interface TaskOutcome {
  /** The metric's name, with its arguments filled in. */
  readonly metric: string;
  readonly measurement: Measurement;
  /** It takes the place of the metric's last measurement, which was in flight. */
  readonly replacesLast?: boolean;
  /** The last measurement is given up, and counts as never taken: it waited for data that it need not have any more. */
  readonly withdrawn?: boolean;
  /** What the provider says of the metric itself; kept from the first time. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** The metric's state with one more measurement; `state` is undefined the first time. */
export function recordMeasurement(
  state: MetricState | undefined,
  { metric, measurement, metadata, replacesLast = false, withdrawn = false }: TaskOutcome,
  dryRun: boolean,
): MetricState {
  const before: MetricState = state ?? {
    name: metric,
    phase: 'Running',
    ...(dryRun && { dryRun }),
    ...(metadata !== undefined && Object.keys(metadata).length > 0 && { metadata: { ...metadata } }),
  };
  const earlier = before.measurements ?? [];
  if (withdrawn) return { ...before, measurements: earlier.slice(0, -1) };
  const measurements = [...(replacesLast ? earlier.slice(0, -1) : earlier), measurement];
  return { ...before, ...counted(before, measurement.phase), measurements };
}

const counterOf = {
  Successful: 'successful',
  Failed: 'failed',
  Inconclusive: 'inconclusive',
  Error: 'error',
} as const satisfies Partial<Record<AnalysisPhase, keyof MetricState>>;

/** The counters after a measurement. Errors are no measurements in `count`; every other phase ends a row of errors. */
function counted(state: MetricState, phase: AnalysisPhase): Partial<MetricState> {
  if (!isCompleted(phase)) return {};
  const counter = counterOf[phase as keyof typeof counterOf];
  const isError = phase === 'Error';
  return {
    [counter]: (state[counter] ?? 0) + 1,
    ...(!isError && { count: (state.count ?? 0) + 1 }),
    consecutiveError: zeroOmitted(isError ? (state.consecutiveError ?? 0) + 1 : 0),
    consecutiveSuccess: zeroOmitted(phase === 'Successful' ? (state.consecutiveSuccess ?? 0) + 1 : 0),
  };
}

function zeroOmitted(count: number): number | undefined {
  return count === 0 ? undefined : count;
}
