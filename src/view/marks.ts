import type { AnalysisPhase } from '../api/v1alpha1/analysis.ts';
import type { RolloutPhase } from '../api/v1alpha1/rollout.ts';

/** How a status looks at a glance. A face maps it to a symbol, a colour or a class. */
export type Mark =
  | 'progressing'
  | 'pending'
  | 'paused'
  | 'healthy'
  | 'failed'
  | 'warning'
  | 'unknown'
  | 'scaledDown';

export interface MarkedStatus {
  readonly text: string;
  readonly mark: Mark;
}

/** One character each, as the peer's command prints them. */
export const symbols: Readonly<Record<Mark, string>> = {
  progressing: '◌',
  pending: '◷',
  paused: '॥',
  healthy: '✔',
  failed: '✖',
  warning: '⚠',
  unknown: '?',
  scaledDown: '•',
};

export const phaseMarks: Readonly<Record<RolloutPhase, Mark>> = {
  Progressing: 'progressing',
  Paused: 'paused',
  Healthy: 'healthy',
  Degraded: 'failed',
};

const analysisMarks: Readonly<Record<AnalysisPhase, Mark>> = {
  Pending: 'pending',
  Running: 'progressing',
  Successful: 'healthy',
  Failed: 'failed',
  Error: 'warning',
  Inconclusive: 'unknown',
};

/** Of a run, an experiment or a job's measurement. One that nobody has looked at yet is pending. */
export function analysisStatus(phase: AnalysisPhase | '' | undefined): MarkedStatus {
  const text = phase === undefined || phase === '' ? 'Pending' : phase;
  return { text, mark: analysisMarks[text] ?? 'unknown' };
}
