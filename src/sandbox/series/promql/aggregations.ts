import { formatPlainFloat } from '../../../kernel/go-number.ts';
import { type Labels, metricNameLabel, onlyLabels, signatureOf, withoutLabels } from '../labels.ts';
import type { AggregateExpr, AggregateOp } from './ast.ts';
import { cannotEvaluate } from './errors.ts';
import { extreme } from './functions/over-time.ts';
import { formatValue } from './literals.ts';
import { byValue, quantileOf, standardVariance } from './statistics.ts';
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
  stddev: (values) => Math.sqrt(standardVariance(values)),
  stdvar: standardVariance,
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
  const order = (one: VectorSample, other: VectorSample) => {
    if (Number.isNaN(one.value) || Number.isNaN(other.value)) return byValue(other.value, one.value);
    return op === 'topk' ? other.value - one.value : one.value - other.value;
  };
  return vector(groups.flatMap(({ members }) => [...members].sort(order).slice(0, count)));
}

function countValues(
  expr: AggregateExpr,
  samples: readonly VectorSample[],
  parameter: Value | undefined,
  at: number,
): VectorValue {
  const name = parameter?.type === 'string' ? parameter.value : '';
  if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name))
    throw cannotEvaluate(`invalid label name ${JSON.stringify(name)}`);
  const counts = new Map<string, { labels: Labels; value: number }>();
  for (const sample of samples) {
    const labels = { ...groupLabels(expr, sample.labels), [name]: formatPlainFloat(sample.value) };
    const key = signatureOf(labels);
    counts.set(key, { labels, value: (counts.get(key)?.value ?? 0) + 1 });
  }
  return vector([...counts.values()].map((entry) => ({ ...entry, at })));
}
