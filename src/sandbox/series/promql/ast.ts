import type { Matcher } from '../labels.ts';

/** A parsed PromQL expression. Durations are milliseconds, as the engine counts. */
export type Expr =
  | (Placed & { readonly kind: 'number'; readonly value: number })
  | (Placed & { readonly kind: 'string'; readonly value: string })
  | (Placed & { readonly kind: 'paren'; readonly expr: Expr })
  | VectorSelector
  | MatrixSelector
  | Subquery
  | (Placed & { readonly kind: 'unary'; readonly op: '-' | '+'; readonly expr: Expr })
  | BinaryExpr
  | AggregateExpr
  | CallExpr;

/** Where in the query's text an expression starts: an index, for messages. */
export interface Placed {
  readonly from: number;
}

/** Where on the time axis a selector looks: `offset`, and `@`. */
export interface TimeShift {
  readonly offsetMs: number;
  /** Milliseconds since the epoch, or an end of the query's own range; absent: the time of evaluation. */
  readonly at?: number | 'start' | 'end';
}

export interface VectorSelector extends Placed, TimeShift {
  readonly kind: 'selector';
  readonly matchers: readonly Matcher[];
  /** Written before the braces; its matcher is then the last. */
  readonly metricName?: string;
}

export interface MatrixSelector extends Placed {
  readonly kind: 'range';
  readonly selector: VectorSelector;
  readonly rangeMs: number;
}

export interface Subquery extends Placed, TimeShift {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  /** Absent: the engine's default evaluation interval. */
  readonly stepMs?: number;
}

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOp = '==' | '!=' | '>' | '<' | '>=' | '<=';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | ComparisonOp | SetOp;

export interface VectorMatching {
  /** `on(labels)`; otherwise `ignoring(labels)`. */
  readonly on: boolean;
  readonly labels: readonly string[];
  /** Which side may have many series for one of the other: `group_left` is left. */
  readonly many?: 'left' | 'right';
  /** Labels that the many side takes over from the one side. */
  readonly include: readonly string[];
}

export interface BinaryExpr extends Placed {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  /** Where the operator stands. */
  readonly opFrom: number;
  readonly left: Expr;
  readonly right: Expr;
  readonly bool: boolean;
  /** Absent when the query wrote none: all labels must agree. */
  readonly matching?: VectorMatching;
}

export const aggregateOps = [
  'sum',
  'avg',
  'min',
  'max',
  'count',
  'group',
  'stddev',
  'stdvar',
  'quantile',
  'topk',
  'bottomk',
  'count_values',
] as const;
export type AggregateOp = (typeof aggregateOps)[number];

export interface AggregateExpr extends Placed {
  readonly kind: 'aggregate';
  readonly op: AggregateOp;
  readonly expr: Expr;
  /** First argument of `quantile`, `topk`, `bottomk` and `count_values`. */
  readonly parameter?: Expr;
  readonly without: boolean;
  readonly labels: readonly string[];
}

export interface CallExpr extends Placed {
  readonly kind: 'call';
  readonly name: string;
  readonly args: readonly Expr[];
}

export type ValueType = 'scalar' | 'string' | 'vector' | 'matrix';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '>', '<', '>=', '<=']);
const setOperators: ReadonlySet<string> = new Set(['and', 'or', 'unless']);

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return comparisons.has(op);
}

export function isSetOp(op: BinaryOp): op is SetOp {
  return setOperators.has(op);
}

/** The expression without the parentheses around it. */
export function unwrapped(expr: Expr): Exclude<Expr, { kind: 'paren' }> {
  return expr.kind === 'paren' ? unwrapped(expr.expr) : expr;
}
