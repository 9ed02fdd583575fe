import type { AnalysisPhase } from '../../api/v1alpha1/analysis.ts';

const order: readonly (AnalysisPhase | '')[] = [
  'Successful',
  'Running',
  'Pending',
  'Inconclusive',
  'Error',
  'Failed',
];

/** Is `phase` strictly worse? An unknown or empty phase ranks with Successful. */
export function isWorse(phase: AnalysisPhase, than: AnalysisPhase | '' | undefined): boolean {
  return Math.max(0, order.indexOf(phase)) > Math.max(0, order.indexOf(than ?? ''));
}

/** A metric in one of these phases ends its run, unless it is measured as a dry run. */
export function isBad(phase: AnalysisPhase | '' | undefined): boolean {
  return phase === 'Failed' || phase === 'Error' || phase === 'Inconclusive';
}
