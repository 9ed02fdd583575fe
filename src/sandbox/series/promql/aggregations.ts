import { formatPlainFloat } from '../../../kernel/go-number.ts';
import { type Labels, metricNameLabel, onlyLabels, signatureOf, withoutLabels } from '../labels.ts';
import type { AggregateExpr, AggregateOp } from './ast.ts';
import { cannotEvaluate } from './errors.ts';
import { extreme } from './functions/over-time.ts';
import { formatValue } from './literals.ts';
import { groupVariance, quantileOf } from './statistics.ts';
import { type Value, type VectorSample, type VectorValue, vector } from './values.ts';

/** One aggregation over an instant vector. `parameter` has been evaluated; its type is checked. */
export function aggregate(
  expr: AggregateExpr,
  samples: readonly VectorSample[],
  parameter: Value | undefined,
  at: number,
): VectorValue {
  const groups = groupsOf(expr, samples);
  if (expr.op === 'topk' || expr.op === 'bottomk') return pick(expr.op, groups, parameter);
  if (expr.op === 'count_values') return countValues(expr, samples, parameter, at);
  const compute = computations[expr.op];
  const phi = parameter?.type === 'scalar' ? parameter.value : Number.NaN;
  return vector(
    groups.map(({ labels, members }) => ({
      labels,
      value: compute(
        members.map(({ value }) => value),
        phi,
      ),
      at,
    })),
  );
}

interface Group {
  readonly labels: Labels;
  readonly members: VectorSample[];
}

function groupsOf(expr: AggregateExpr, samples: readonly VectorSample[]): Group[] {
  const groups = new Map<string, Group>();
  for (const sample of samples) {
    const labels = groupLabels(expr, sample.labels);
    const key = signatureOf(labels);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { labels, members: [sample] });
    else group.members.push(sample);
  }
  return [...groups.values()];
}

function groupLabels({ without, labels: names }: AggregateExpr, labels: Labels): Labels {
  return without ? withoutLabels(labels, [...names, metricNameLabel]) : onlyLabels(labels, names);
}

type Plain = Exclude<AggregateOp, 'topk' | 'bottomk' | 'count_values'>;

const computations: Readonly<Record<Plain, (values: readonly number[], phi: number) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => extreme(values, (value, best) => value < best),
  max: (values) => extreme(values, (value, best) => value > best),
  count: (values) => values.length,
  group: () => 1,
  stddev: (values) => Math.sqrt(groupVariance(values)),
  stdvar: groupVariance,
  quantile: (values, phi) => quantileOf(phi, values),
};

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The k largest or smallest of each group, with the labels they had; NaN comes last. */
function pick(op: 'topk' | 'bottomk', groups: readonly Group[], parameter: Value | undefined): VectorValue {
  const wanted = parameter?.type === 'scalar' ? parameter.value : Number.NaN;
  if (!(Math.abs(wanted) < 2 ** 63)) {
    throw cannotEvaluate(`Scalar value ${formatValue(wanted)} overflows int64`);
  }
  const count = Math.trunc(wanted);
  if (count < 1) return vector([]);
  const isBefore = before[op];
  return vector(groups.flatMap(({ members }) => best(members, count, isBefore)));
}

/** Which of two values the heap has nearer to its top, the one that goes first. NaN comes before everything. */
const before: Readonly<Record<'topk' | 'bottomk', (one: number, other: number) => boolean>> = {
  topk: (one, other) => Number.isNaN(one) || one < other,
  bottomk: (one, other) => Number.isNaN(one) || one > other,
};

/**
 * The best of a group by a heap of so many places, whose top is the worst of them. Which of several equal ones are kept, and in
 * what order, is as on a real Prometheus.
 */
function best(
  members: readonly VectorSample[],
  count: number,
  isBefore: (one: number, other: number) => boolean,
): VectorSample[] {
  const heap: VectorSample[] = [];
  const valueAt = (index: number) => (heap[index] as VectorSample).value;
  const swap = (one: number, other: number) => {
    [heap[one], heap[other]] = [heap[other] as VectorSample, heap[one] as VectorSample];
  };
  const rise = (from: number) => {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!isBefore(valueAt(at), valueAt(parent))) return;
      swap(at, parent);
      at = parent;
    }
  };
  const sink = () => {
    for (let at = 0; 2 * at + 1 < heap.length; ) {
      const left = 2 * at + 1;
      const isRight = left + 1 < heap.length && isBefore(valueAt(left + 1), valueAt(left));
      const child = isRight ? left + 1 : left;
      if (!isBefore(valueAt(child), valueAt(at))) return;
      swap(at, child);
      at = child;
    }
  };
  for (const member of members) {
    if (heap.length === count) {
      if (!isBetter(member.value, valueAt(0), isBefore)) continue;
      swap(0, count - 1);
      heap.pop();
      sink();
    }
    rise(heap.push(member) - 1);
  }
  // the best first, by insertion, which keeps equal ones as the heap has them
  for (let end = 1; end < heap.length; end += 1)
    for (let at = end; at > 0 && isBefore(valueAt(at - 1), valueAt(at)); at -= 1) swap(at, at - 1);
  return heap;
}

/** Instead of NaN, anything is welcome. */
const isBetter = (value: number, worst: number, isBefore: (one: number, other: number) => boolean): boolean =>
  Number.isNaN(worst) || isBefore(worst, value);

function countValues(
  expr: AggregateExpr,
  samples: readonly VectorSample[],
  parameter: Value | undefined,
  at: number,
): VectorValue {
  const name = parameter?.type === 'string' ? parameter.value : '';
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    throw cannotEvaluate(`invalid label name ${JSON.stringify(name)}`);
  // the label itself tells groups apart, unless `without` names it
  const grouping = expr.without ? expr : { ...expr, labels: [...expr.labels, name] };
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const sample of samples) {
    const counted = { ...sample.labels, [name]: formatPlainFloat(sample.value) };
    const labels = groupLabels(grouping, counted);
    const key = signatureOf(labels);
    counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return vector([...counts.values()].map((entry) => ({ ...entry, at })));
}
