import { type Labels, type Matcher, metricNameLabel, signatureOf, withoutLabels } from '../labels.ts';
import { aggregate } from './aggregations.ts';
import {
  type CallExpr,
  type Expr,
  type MatrixSelector,
  type Subquery,
  type TimeShift,
  unwrapped,
  type VectorSelector,
} from './ast.ts';
import { applyBinary } from './binary.ts';
import { cannotEvaluate } from './errors.ts';
import { functionTable } from './functions.ts';
import { type MatrixSeries, type MatrixValue, type Point, scalar, type Value, vector } from './values.ts';

/** One sample as it was scraped. Without a value it marks that the series ended here. */
export interface RawPoint {
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly value: number | undefined;
}

/** One series, read where it is asked. */
export interface RawSeries {
  readonly labels: Labels;
  /** The samples from `fromMs` to `toMs`, both included, in order. */
  points(fromMs: number, toMs: number): readonly RawPoint[];
}

/** Where the engine reads. */
export interface SeriesReader {
  /** The series that match; those without a sample from `fromMs` on may be left out. */
  select(matchers: readonly Matcher[], fromMs: number): readonly RawSeries[];
}

/** What one query is evaluated over. An instant query starts and ends at its time. */
export interface QueryRange {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** How long the last sample of a series stands for it: Prometheus' default, 5 minutes. */
export const lookbackMs = 300_000;
/** Step of a subquery that names none: Prometheus' default evaluation interval. */
const subqueryStepMs = 60_000;
/** Prometheus refuses more points a series. */
export const pointLimit = 11_000;

/** The value at one time. */
export function evaluateInstant(expr: Expr, reader: SeriesReader, atMs: number): Value {
  return evaluateAt(expr, { reader, range: { startMs: atMs, endMs: atMs, stepMs: 0 } }, atMs);
}

/** The value at each step from start to end, both included; scalars become a series without labels. */
export function evaluateRange(expr: Expr, reader: SeriesReader, range: QueryRange): MatrixSeries[] {
  return evaluateSteps(expr, { reader, range }, range);
}

function evaluateSteps(expr: Expr, evaluation: Evaluation, steps: QueryRange): MatrixSeries[] {
  const collected = new Map<string, { labels: Labels; points: Point[] }>();
  const collect = (labels: Labels, point: Point) => {
    const key = signatureOf(labels);
    const series = collected.get(key) ?? { labels, points: [] };
    collected.set(key, series);
    series.points.push(point);
  };
  for (let at = steps.startMs; at <= steps.endMs; at += steps.stepMs) {
    const value = evaluateAt(expr, evaluation, at);
    if (value.type === 'scalar') collect({}, { at, value: value.value });
    if (value.type !== 'vector') continue;
    for (const sample of value.samples) collect(sample.labels, { at, value: sample.value });
  }
  return [...collected.values()];
}

interface Evaluation {
  readonly reader: SeriesReader;
  /** Of the whole query: what `start()` and `end()` mean, in a subquery too. */
  readonly range: QueryRange;
}

function evaluateAt(expr: Expr, evaluation: Evaluation, at: number): Value {
  switch (expr.kind) {
    case 'number':
      return scalar(expr.value);
    case 'string':
      return { type: 'string', value: expr.value };
    case 'paren':
      return evaluateAt(expr.expr, evaluation, at);
    case 'selector':
      return latestSamples(expr, evaluation, at);
    case 'range':
      return rangeSamples(expr, evaluation, at);
    case 'subquery':
      return subquerySamples(expr, evaluation, at);
    case 'unary':
      return negated(expr.op, evaluateAt(expr.expr, evaluation, at), at);
    case 'binary': {
      const left = evaluateAt(expr.left, evaluation, at);
      return unique(applyBinary(expr, left, evaluateAt(expr.right, evaluation, at), at));
    }
    case 'aggregate': {
      const inner = evaluateAt(expr.expr, evaluation, at);
      const parameter = expr.parameter === undefined ? undefined : evaluateAt(expr.parameter, evaluation, at);
      return aggregate(expr, inner.type === 'vector' ? inner.samples : [], parameter, at);
    }
    case 'call':
      return callFunction(expr, evaluation, at);
  }
}

/** The time a selector looks at: `@` replaces the time of evaluation, `offset` moves it back. */
function shiftedTime({ at: fixed, offsetMs }: TimeShift, { range }: Evaluation, at: number): number {
  const base =
    fixed === undefined ? at : fixed === 'start' ? range.startMs : fixed === 'end' ? range.endMs : fixed;
  return base - offsetMs;
}

function latestSamples(selector: VectorSelector, evaluation: Evaluation, at: number): Value {
  const time = shiftedTime(selector, evaluation, at);
  return vector(
    evaluation.reader.select(selector.matchers, time - lookbackMs).flatMap(({ labels, points }) => {
      const last = points(time - lookbackMs, time).at(-1);
      return last?.value === undefined ? [] : [{ labels, value: last.value, at: last.at }];
    }),
  );
}

function rangeSamples(
  { selector, rangeMs }: MatrixSelector,
  evaluation: Evaluation,
  at: number,
): MatrixValue {
  const toMs = shiftedTime(selector, evaluation, at);
  const fromMs = toMs - rangeMs;
  const series = evaluation.reader.select(selector.matchers, fromMs).flatMap(({ labels, points }) => {
    const found = points(fromMs, toMs).filter((point): point is Point => point.value !== undefined);
    return found.length === 0 ? [] : [{ labels, points: found }];
  });
  return { type: 'matrix', series, fromMs, toMs };
}

/** Steps of a subquery stand at multiples of the step, whatever the time of evaluation. */
function subquerySamples(expr: Subquery, evaluation: Evaluation, at: number): MatrixValue {
  const toMs = shiftedTime(expr, evaluation, at);
  const fromMs = toMs - expr.rangeMs;
  const stepMs = expr.stepMs ?? subqueryStepMs;
  const startMs = Math.ceil(fromMs / stepMs) * stepMs;
  if ((toMs - startMs) / stepMs > pointLimit) {
    throw cannotEvaluate(`exceeded maximum resolution of ${pointLimit} points per timeseries in a subquery`);
  }
  const series = evaluateSteps(expr.expr, evaluation, { startMs, endMs: toMs, stepMs });
  return { type: 'matrix', series, fromMs, toMs };
}

function negated(op: '-' | '+', value: Value, at: number): Value {
  if (op === '+') return value;
  if (value.type === 'scalar') return scalar(-value.value);
  if (value.type !== 'vector') return value;
  return unique(
    vector(
      value.samples.map((sample) => ({
        labels: withoutLabels(sample.labels, [metricNameLabel]),
        value: -sample.value,
        at,
      })),
    ),
  );
}

function callFunction(expr: CallExpr, evaluation: Evaluation, at: number): Value {
  const entry = functionTable[expr.name];
  if (entry === undefined) throw cannotEvaluate(`unknown function with name "${expr.name}"`);
  const args = expr.args.map((arg) => evaluateAt(arg, evaluation, at));
  return unique(entry.call(args, { at, exprs: expr.args.map(unwrapped) }));
}

/** Once names or labels are gone two series may have become one; that is an error, never a silent choice. */
function unique(value: Value): Value {
  if (value.type !== 'vector') return value;
  const seen = new Set<string>();
  for (const { labels } of value.samples) seen.add(signatureOf(labels));
  if (seen.size === value.samples.length) return value;
  throw cannotEvaluate('vector cannot contain metrics with the same labelset');
}
