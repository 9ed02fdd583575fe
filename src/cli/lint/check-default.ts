import type { MetricResult } from '../../api/measurement.ts';
import type { Argument, Metric } from '../../api/v1alpha1/analysis.ts';
import { judgeMeasurement } from '../../core/analysis/conditions.ts';
import { lackOfData } from '../../core/analysis/no-data.ts';
import { instant } from '../../kernel/instant.ts';
import { metricNameLabel } from '../../sandbox/series/labels.ts';
import type { Expr } from '../../sandbox/series/promql/ast.ts';
import { evaluateInstant } from '../../sandbox/series/promql/evaluate.ts';
import { parsePromql } from '../../sandbox/series/promql/parse.ts';
import { candidatesOf } from './candidates.ts';
import { type Complaint, warning } from './finding.ts';

/**
 * A query that answers well where there is not a single series, as one that ends in `or vector(0)`: a name that nobody exports is then
 * as good as a release without errors. Names that another of the `metrics` cannot do without are noticed there.
 */
export function checkDefault(
  metric: Metric,
  metrics: readonly Metric[],
  args: readonly Argument[],
  field: string,
): readonly Complaint[] {
  const [answer] = candidatesOf(metric, args).flatMap(goodAnswerWithoutSeries);
  if (answer === undefined) return [];
  const noticed = metrics
    .filter((other) => other !== metric)
    .flatMap((other) => candidatesOf(other, args).slice(0, 1).flatMap(namesNeeded));
  const names = answer.names.filter((name) => !noticed.includes(name));
  if (names.length === 0) return [];
  return [
    warning(
      `${field}.provider.prometheus.query`,
      `where nobody exports ${names.join(' and ')} the query answers ${answer.value}, which is Successful: with the name misspelt, every release passes`,
      'Give the default to what may be missing alone, as in `(sum(rate(failed[5m])) or vector(0)) / sum(rate(all[5m]))`; `noData` says what no requests amount to.',
    ),
  ];
}

/** What the metric makes Successful when no series is there, and the names that it asks for. */
function goodAnswerWithoutSeries(metric: Metric): readonly { value: string; names: readonly string[] }[] {
  const expr = exprOf(metric);
  const answer = expr && answerWithoutSeries(expr);
  if (expr === undefined || answer === undefined || !isGood(metric, answer)) return [];
  return [{ value: String(answer.value), names: [...new Set(namesIn(expr))] }];
}

/** The names without which the metric has no answer. */
function namesNeeded(metric: Metric): readonly string[] {
  const expr = exprOf(metric);
  return expr === undefined || answerWithoutSeries(expr) !== undefined ? [] : namesIn(expr);
}

function exprOf({ provider: { prometheus } }: Metric): Expr | undefined {
  try {
    return parsePromql(prometheus?.query ?? '').expr;
  } catch {
    return undefined; // told by the check of the query, or newer than our engine
  }
}

/** What a Prometheus that has no series at all answers; undefined when it has nothing to answer with. */
function answerWithoutSeries(expr: Expr): MetricResult | undefined {
  try {
    const answer = evaluateInstant(expr, { select: () => [] }, 0);
    if (answer.type === 'scalar') return { kind: 'scalar', value: answer.value };
    if (answer.type !== 'vector' || answer.samples.length === 0) return undefined;
    return { kind: 'vector', value: answer.samples.map(({ value }) => value) };
  } catch {
    return undefined;
  }
}

function isGood(metric: Metric, answer: MetricResult): boolean {
  if (!metric.successCondition && !metric.failureCondition) return false; // told as such
  try {
    if (lackOfData(metric, answer, instant(0)) !== undefined) return false;
  } catch {
    return false;
  }
  return judgeMeasurement(metric, answer).phase === 'Successful';
}

/** The metrics that an expression asks for by name, in its order. */
function namesIn(expr: Expr): readonly string[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
      return [];
    case 'selector':
      return expr.matchers.flatMap(({ name, value }) => (name === metricNameLabel ? [value] : []));
    case 'range':
      return namesIn(expr.selector);
    case 'binary':
      return [...namesIn(expr.left), ...namesIn(expr.right)];
    case 'call':
      return expr.args.flatMap(namesIn);
    default:
      return namesIn(expr.expr);
  }
}
