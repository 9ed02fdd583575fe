import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { type Matcher, matcher, metricNameLabel } from '../labels.ts';
import type {
  AggregateOp,
  BinaryOp,
  Expr,
  TimeShift,
  ValueType,
  VectorMatching,
  VectorSelector,
} from './ast.ts';
import { checkTypes } from './check.ts';
import { badQueryAt } from './errors.ts';
import { parseNumber, parsePromDuration, parseString } from './literals.ts';
import { checkSelectorSyntax, checkSyntax } from './syntax.ts';

/**
 * The expression that a query's text stands for, with its types checked. The grammar is the Prometheus project's own, of version 3;
 * what Prometheus 2 does not know of it is refused as Prometheus 2 refuses it.
 */
export function parsePromql(text: string): ParsedQuery {
  checkSyntax(text);
  const source: Source = inOneSpelling(text);
  const tree = parser.parse(source);
  const top = childrenOf(tree.topNode)[0];
  if (top === undefined) throw badQueryAt(text, 0, 'no expression found in input');
  const expr = readExpr(source, top);
  return { expr, type: checkTypes(text, expr) };
}

/** The matchers of a selector that stands alone. Unlike in a query they may all match the empty text. */
export function parseSelector(text: string): readonly Matcher[] {
  checkSelectorSyntax(text);
  const top = childrenOf(parser.parse(text).topNode)[0];
  if (top?.name !== 'VectorSelector') throw badQueryAt(text, 0, 'no expression found in input');
  return readSelector(text, top).matchers;
}

/** Whether a refused query reads well in Prometheus 3: newer functions, numbers with units, quoted names. */
export function isNewerPromql(text: string, refusal: string): boolean {
  if (!/unexpected|missing unit|bad (number|duration)|unknown function/.test(refusal)) return false;
  let isWhole = true;
  parser.parse(text).iterate({
    enter: ({ type }) => {
      if (type.isError) isWhole = false;
    },
  });
  return isWhole;
}

export interface ParsedQuery {
  readonly expr: Expr;
  readonly type: ValueType;
}

/** The query's text: nodes of the tree are intervals of it. */
type Source = string;

/** Numbers in a spelling that the grammar knows, without moving anything: `1.` is `1 `, `0X` is `0x`. */
function inOneSpelling(text: string): string {
  return text.replace(
    /"(?:\\[\s\S]|[^"\\])*"|'(?:\\[\s\S]|[^'\\])*'|`[^`]*`|#.*|\b0X|\b\d+\.(?![\w.])/g,
    (found) => {
      if (found === '0X') return '0x';
      return /^\d/.test(found) ? found.replace('.', ' ') : found;
    },
  );
}

type Reader = (source: Source, node: SyntaxNode) => Expr;

const readers: Readonly<Record<string, Reader>> = {
  NumberDurationLiteral: (source, node) => ({
    kind: 'number',
    from: node.from,
    value: parseNumber(textOf(source, node)),
  }),
  StringLiteral: (source, node) => ({
    kind: 'string',
    from: node.from,
    value: parseString(textOf(source, node)),
  }),
  ParenExpr: (source, node) => ({ kind: 'paren', from: node.from, expr: readExpr(source, firstExpr(node)) }),
  VectorSelector: readSelector,
  MatrixSelector: readRange,
  SubqueryExpr: readSubquery,
  OffsetExpr: readOffset,
  StepInvariantExpr: readAt,
  UnaryExpr: readUnary,
  BinaryExpr: readBinary,
  AggregateExpr: readAggregate,
  FunctionCall: readCall,
};

function readExpr(source: Source, node: SyntaxNode): Expr {
  const reader = readers[node.name];
  if (reader === undefined) throw unsupported(source, node);
  return reader(source, node);
}

function readSelector(source: Source, node: SyntaxNode): VectorSelector {
  const identifier = node.getChild('Identifier');
  const matchers: Matcher[] = childrenOf(node.getChild('LabelMatchers'))
    .filter(({ name }) => name.endsWith('LabelMatcher'))
    .map((child) => readMatcher(source, child));
  if (identifier !== null) matchers.push(matcher(metricNameLabel, '=', textOf(source, identifier)));
  return {
    kind: 'selector',
    from: node.from,
    matchers,
    offsetMs: 0,
    ...(identifier === null ? {} : { metricName: textOf(source, identifier) }),
  };
}

function readMatcher(source: Source, node: SyntaxNode): Matcher {
  const op = textOf(source, childOf(source, node, 'MatchOp')) as Matcher['op'];
  const value = parseString(textOf(source, childOf(source, node, 'StringLiteral')));
  return matcher(textOf(source, childOf(source, node, 'LabelName')), op, value);
}

function readRange(source: Source, node: SyntaxNode): Expr {
  const rangeMs = durationMs(source, childOf(source, node, 'DurationExpr'));
  return modified(source, node, (selector) => {
    if (selector.kind !== 'selector') throw unsupported(source, node);
    return { kind: 'range', from: selector.from, selector, rangeMs };
  });
}

function readSubquery(source: Source, node: SyntaxNode): Expr {
  const [range, step] = node.getChildren('DurationExpr');
  if (range === undefined) throw unsupported(source, node);
  return modified(source, node, (expr) => ({
    kind: 'subquery',
    from: expr.from,
    expr,
    rangeMs: durationMs(source, range),
    ...(step === undefined ? {} : { stepMs: durationMs(source, step) }),
    offsetMs: 0,
  }));
}

function readOffset(source: Source, node: SyntaxNode): Expr {
  return shifted(source, node, {
    offsetMs: durationMs(source, childOf(source, node, 'OffsetDurationExpr')),
  });
}

function readAt(source: Source, node: SyntaxNode): Expr {
  const end = node.getChild('AtModifierPreprocessors');
  if (end !== null) {
    return shifted(source, node, { at: textOf(source, end).toLowerCase() as 'start' | 'end' });
  }
  const literal = node.getChildren('NumberDurationLiteral').at(-1);
  if (literal === undefined) throw unsupported(source, node);
  return shifted(source, node, { at: Math.round(parseNumber(textOf(source, literal)) * 1000) });
}

function shifted(source: Source, node: SyntaxNode, shift: Partial<TimeShift>): Expr {
  return modified(source, node, (expr) => {
    if (expr.kind === 'selector' || expr.kind === 'subquery') return { ...expr, ...shift };
    if (expr.kind !== 'range') throw unsupported(source, node);
    return { ...expr, selector: { ...expr.selector, ...shift } };
  });
}

/**
 * `[…]`, `offset` and `@` bind to what stands right before them. Where the grammar takes a whole sum or a signed term,
 * its last term is meant.
 */
function modified(source: Source, node: SyntaxNode, modify: (expr: Expr) => Expr): Expr {
  const last = (expr: Expr): Expr => {
    if (expr.kind === 'binary') return { ...expr, right: last(expr.right) };
    if (expr.kind === 'unary') return { ...expr, expr: last(expr.expr) };
    return modify(expr);
  };
  return last(readExpr(source, firstExpr(node)));
}

function readUnary(source: Source, node: SyntaxNode): Expr {
  const op = textOf(source, childOf(source, node, 'UnaryOp')) as '-' | '+';
  return { kind: 'unary', from: node.from, op, expr: readExpr(source, lastExpr(node)) };
}

function readBinary(source: Source, node: SyntaxNode): Expr {
  const left = readExpr(source, firstExpr(node));
  const right = readExpr(source, lastExpr(node));
  const operator = childrenOf(node).find(({ name }) => name in operatorOf);
  if (operator === undefined) throw unsupported(source, node);
  const op = operatorOf[operator.name] as BinaryOp;
  const matching = readMatching(source, node.getChild('MatchingModifierClause'));
  const bool = node.getChild('BoolModifier') !== null;
  const rest = { kind: 'binary', op, opFrom: operator.from, right, bool } as const;
  const sign = textOf(source, firstExpr(node))[0];
  // The grammar reads `-1 ^ 2` as a signed literal; in PromQL the sign binds weaker than the power.
  if (op === '^' && left.kind === 'number' && (sign === '-' || sign === '+')) {
    const unsigned: Expr = { ...left, value: Math.abs(left.value) };
    return { kind: 'unary', from: node.from, op: sign, expr: { ...rest, from: node.from, left: unsigned } };
  }
  return { ...rest, from: node.from, left, ...(matching === undefined ? {} : { matching }) };
}

const operatorOf: Readonly<Record<string, BinaryOp>> = {
  Pow: '^',
  Mul: '*',
  Div: '/',
  Mod: '%',
  Atan2: 'atan2',
  Add: '+',
  Sub: '-',
  Eql: '==',
  Neq: '!=',
  Gte: '>=',
  Gtr: '>',
  Lte: '<=',
  Lss: '<',
  And: 'and',
  Or: 'or',
  Unless: 'unless',
};

function readMatching(source: Source, clause: SyntaxNode | null): VectorMatching | undefined {
  if (clause === null) return undefined;
  const [labels, include] = clause.getChildren('GroupingLabels');
  const many =
    clause.getChild('GroupLeft') !== null
      ? 'left'
      : clause.getChild('GroupRight') !== null
        ? 'right'
        : undefined;
  return {
    on: clause.getChild('On') !== null,
    labels: readLabelNames(source, labels),
    ...(many === undefined ? {} : { many }),
    include: readLabelNames(source, include),
  };
}

function readLabelNames(source: Source, node: SyntaxNode | undefined | null): string[] {
  return childrenOf(node ?? null)
    .filter(({ name }) => name === 'LabelName')
    .map((label) => textOf(source, label));
}

const parameterized: ReadonlySet<string> = new Set(['quantile', 'topk', 'bottomk', 'count_values']);

function readAggregate(source: Source, node: SyntaxNode): Expr {
  const name = textOf(source, childOf(source, node, 'AggregateOp')).toLowerCase() as AggregateOp;
  const args = childrenOf(node.getChild('FunctionCallBody')).map((arg) => readExpr(source, arg));
  const modifier = node.getChild('AggregateModifier');
  return {
    kind: 'aggregate',
    from: node.from,
    op: name,
    expr: args.at(-1) as Expr,
    ...(parameterized.has(name) ? { parameter: args[0] as Expr } : {}),
    without: modifier !== null && modifier.getChild('Without') !== null,
    labels: readLabelNames(source, modifier?.getChild('GroupingLabels')),
  };
}

function readCall(source: Source, node: SyntaxNode): Expr {
  const name = textOf(source, childOf(source, node, 'FunctionIdentifier'));
  const args = childrenOf(node.getChild('FunctionCallBody')).map((arg) => readExpr(source, arg));
  return { kind: 'call', from: node.from, name, args };
}

function durationMs(source: Source, node: SyntaxNode): number {
  const [, sign, duration = ''] = /^(-?)\s*(.*)$/s.exec(textOf(source, node)) ?? [];
  const amount = parsePromDuration(duration);
  if (amount === undefined) throw unsupported(source, node);
  return sign === '-' ? -amount : amount;
}

function textOf(source: Source, node: SyntaxNode): string {
  return source.slice(node.from, node.to);
}

/** The children that mean something: comments stand anywhere. */
function childrenOf(node: SyntaxNode | null): SyntaxNode[] {
  const children: SyntaxNode[] = [];
  for (let child = node?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') children.push(child);
  }
  return children;
}

function firstExpr(node: SyntaxNode): SyntaxNode {
  return childrenOf(node).find(isExpr) as SyntaxNode;
}

function lastExpr(node: SyntaxNode): SyntaxNode {
  return childrenOf(node).findLast(isExpr) as SyntaxNode;
}

function isExpr(node: SyntaxNode): boolean {
  return node.type.is('Expr');
}

function childOf(source: Source, node: SyntaxNode, name: string): SyntaxNode {
  const child = node.getChild(name);
  if (child === null) throw unsupported(source, node);
  return child;
}

/** Prometheus 2 can read it, and the grammar reads something else: names that only newer versions keep for themselves. */
function unsupported(source: Source, node: SyntaxNode): Error {
  return badQueryAt(
    source,
    node.from,
    `the sandbox's PromQL does not support ${JSON.stringify(textOf(source, node))}`,
  );
}
