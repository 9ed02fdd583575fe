import {
  formatLabels,
  type Labels,
  metricNameLabel,
  onlyLabels,
  signatureOf,
  withoutLabels,
} from '../labels.ts';
import { type BinaryExpr, isComparison, type VectorMatching } from './ast.ts';
import { cannotEvaluate } from './errors.ts';
import type { VectorSample } from './values.ts';

type Combine = (labels: Labels, left: number, right: number) => VectorSample | undefined;

const allLabels: VectorMatching = { on: false, labels: [], include: [] };

/** Pairs the series of both sides and combines each pair; a pair that combines to nothing is left out. */
export function matchVectors(
  expr: BinaryExpr,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
  combine: Combine,
): VectorSample[] {
  if (left.length === 0 || right.length === 0) return [];
  const matching = expr.matching ?? allLabels;
  const swapped = matching.many === 'right';
  const [manySide, oneSide] = swapped ? [right, left] : [left, right];
  const one = indexOf(oneSide, matching, swapped ? 'left' : 'right');
  const taken = new Map<string, Set<string>>();
  return manySide.flatMap((sample) => {
    const key = groupKey(sample.labels, matching);
    const partner = one.get(key);
    if (partner === undefined) return [];
    const labels = resultLabels(expr, matching, sample.labels, partner.labels);
    const [leftValue, rightValue] = swapped ? [partner.value, sample.value] : [sample.value, partner.value];
    const result = combine(labels, leftValue, rightValue);
    if (result === undefined) return [];
    claim(taken, key, matching, result.labels);
    return [result];
  });
}

/** `and`, `or` and `unless`: series are compared by their labels alone, and pass through as they are. */
export function matchSets(
  expr: BinaryExpr,
  left: readonly VectorSample[],
  right: readonly VectorSample[],
): VectorSample[] {
  const matching = expr.matching ?? allLabels;
  const keysOf = (samples: readonly VectorSample[]) =>
    new Set(samples.map(({ labels }) => groupKey(labels, matching)));
  if (expr.op === 'or') {
    const known = keysOf(left);
    return [...left, ...right.filter(({ labels }) => !known.has(groupKey(labels, matching)))];
  }
  const known = keysOf(right);
  return left.filter(({ labels }) => known.has(groupKey(labels, matching)) === (expr.op === 'and'));
}

function groupLabels(labels: Labels, matching: VectorMatching): Labels {
  return matching.on
    ? onlyLabels(labels, matching.labels)
    : withoutLabels(labels, [...matching.labels, metricNameLabel]);
}

function groupKey(labels: Labels, matching: VectorMatching): string {
  return signatureOf(groupLabels(labels, matching));
}

/** The side that may have each group once only. */
function indexOf(
  samples: readonly VectorSample[],
  matching: VectorMatching,
  side: 'left' | 'right',
): Map<string, VectorSample> {
  const index = new Map<string, VectorSample>();
  for (const sample of samples) {
    const key = groupKey(sample.labels, matching);
    const before = index.get(key);
    if (before !== undefined) {
      const group = formatLabels(groupLabels(sample.labels, matching));
      throw cannotEvaluate(
        `found duplicate series for the match group ${group} on the ${side} hand-side of the operation: ` +
          `[${formatLabels(sample.labels)}, ${formatLabels(before.labels)}];` +
          'many-to-many matching not allowed: matching labels must be unique on one side',
      );
    }
    index.set(key, sample);
  }
  return index;
}

function resultLabels(expr: BinaryExpr, matching: VectorMatching, many: Labels, one: Labels): Labels {
  const named = isComparison(expr.op) || expr.op === 'atan2' ? many : withoutLabels(many, [metricNameLabel]);
  if (matching.many === undefined) {
    return matching.on ? onlyLabels(named, matching.labels) : withoutLabels(named, matching.labels);
  }
  const labels: Record<string, string> = { ...named };
  for (const name of matching.include) {
    const value = one[name];
    if (value === undefined || value === '') delete labels[name];
    else labels[name] = value;
  }
  return labels;
}

/** Two results with equal labels, or two of one group where one was promised, would hide each other. */
function claim(taken: Map<string, Set<string>>, key: string, matching: VectorMatching, labels: Labels): void {
  const results = taken.get(key) ?? new Set<string>();
  taken.set(key, results);
  const signature = signatureOf(labels);
  if (matching.many === undefined && results.size > 0) {
    throw cannotEvaluate(
      'multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)',
    );
  }
  if (results.has(signature)) {
    throw cannotEvaluate('multiple matches for labels: grouping labels must ensure unique matches');
  }
  results.add(signature);
}
