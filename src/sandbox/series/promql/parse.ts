import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { type Matcher, matcher, metricNameLabel } from '../labels.ts';
import {
  type AggregateOp,
  aggregateOps,
  type BinaryOp,
  type Expr,
  type TimeShift,
  type VectorMatching,
  type VectorSelector,
} from './ast.ts';
import { checkTypes } from './check.ts';
import { badQuery } from './errors.ts';
import { parseNumber, parseString } from './literals.ts';

/**
 * The expression that a query's text stands for, with its types checked. The grammar is the Prometheus project's own;
 * what of it the engine does not evaluate is refused by name.
 */
export function parsePromql(text: string): Expr {
  if (text.trim() === '') throw badQuery('unknown position: parse error: no expression found in input');
  const tree = parser.parse(text);
  const source: Source = text;
  tree.iterate({
    enter: (node) => {
      if (!node.type.isError) return;
      const callee =
        /^\(/.test(text.slice(node.from)) && /([A-Za-z_:][\w:]*)\s*$/.exec(text.slice(0, node.from))?.[1];
      if (callee)
        throw badQuery(`${placeOf(text, node.from)}: parse error: unknown function with name "${callee}"`);
      throw syntaxError(source, node.from, node.to);
    },
  });
  const top = tree.topNode.firstChild;
  if (top === null) throw badQuery('unknown position: parse error: no expression found in input');
  const expr = readExpr(source, top);
  checkTypes(expr);
  return expr;
}

/** The query's text: nodes of the tree are intervals of it. */
type Source = string;

type Reader = (source: Source, node: SyntaxNode) => Expr;

const readers: Readonly<Record<string, Reader>> = {
  NumberDurationLiteral: (source, node) => ({ kind: 'number', value: parseNumber(textOf(source, node)) }),
  StringLiteral: (source, node) => ({ kind: 'string', value: parseString(textOf(source, node)) }),
  ParenExpr: (source, node) => readExpr(source, firstExpr(node)),
  VectorSelector: readSelector,
  MatrixSelector: readRange,
  SubqueryExpr: readSubquery,
  OffsetExpr: (source, node) =>
    shifted(source, node, { offsetMs: durationMs(source, childOf(node, 'OffsetDurationExpr')) }),
  StepInvariantExpr: readAt,
  UnaryExpr: readUnary,
  BinaryExpr: readBinary,
  AggregateExpr: readAggregate,
  FunctionCall: readCall,
};

function readExpr(source: Source, node: SyntaxNode): Expr {
  const reader = readers[node.name];
  if (reader === undefined) throw unsupported(source, node, textOf(source, node));
  return reader(source, node);
}

function readSelector(source: Source, node: SyntaxNode): VectorSelector {
  const identifier = node.getChild('Identifier');
  const matchers: Matcher[] = [];
  if (identifier !== null) matchers.push(matcher(metricNameLabel, '=', textOf(source, identifier)));
  for (const child of childrenOf(node.getChild('LabelMatchers'))) {
    if (child.name === 'QuotedLabelName') {
      matchers.push(matcher(metricNameLabel, '=', parseString(textOf(source, child))));
    } else if (child.name.endsWith('LabelMatcher')) {
      matchers.push(readMatcher(source, child));
    }
  }
  if (matchers.every(({ matches }) => matches(''))) {
    throw parseError(source, node, 'vector selector must contain at least one non-empty matcher');
  }
  return { kind: 'selector', matchers, offsetMs: 0 };
}

function readMatcher(source: Source, node: SyntaxNode): Matcher {
  const name = textOf(source, childOf(node, 'LabelName', 'QuotedLabelName'));
  const op = textOf(source, childOf(node, 'MatchOp')) as Matcher['op'];
  const value = parseString(textOf(source, childOf(node, 'StringLiteral')));
  try {
    return matcher(/^["'`]/.test(name) ? parseString(name) : name, op, value);
  } catch {
    throw parseError(source, node, `error parsing regexp: ${JSON.stringify(value)}`);
  }
}

function readRange(source: Source, node: SyntaxNode): Expr {
  const selector = readExpr(source, firstExpr(node));
  if (selector.kind !== 'selector') {
    throw parseError(source, node, 'ranges only allowed for vector selectors');
  }
  if (selector.offsetMs !== 0 || selector.at !== undefined) {
    throw parseError(source, node, 'no offset or @ modifiers allowed before range');
  }
  return { kind: 'range', selector, rangeMs: positive(source, childOf(node, 'DurationExpr')) };
}

function readSubquery(source: Source, node: SyntaxNode): Expr {
  const [range, step] = node.getChildren('DurationExpr');
  if (range === undefined) throw syntaxError(source, node.from, node.to);
  const stepMs = step === undefined ? {} : { stepMs: positive(source, step) };
  const expr = readExpr(source, firstExpr(node));
  return { kind: 'subquery', expr, rangeMs: positive(source, range), ...stepMs, offsetMs: 0 };
}

function readAt(source: Source, node: SyntaxNode): Expr {
  const end = node.getChild('AtModifierPreprocessors');
  if (end !== null) return shifted(source, node, { at: textOf(source, end) as 'start' | 'end' });
  const literal = node.getChildren('NumberDurationLiteral').at(-1);
  if (literal === undefined) throw syntaxError(source, node.from, node.to);
  return shifted(source, node, { at: Math.round(parseNumber(textOf(source, literal)) * 1000) });
}

/**
 * `offset` and `@` bind to the selector, range or subquery before them, and to nothing else. Where the grammar takes
 * the whole sum before `@`, its last term is meant.
 */
function shifted(source: Source, node: SyntaxNode, shift: Partial<TimeShift>): Expr {
  const inner = firstExpr(node);
  return shiftLast(source, inner, readExpr(source, inner), shift);
}

function shiftLast(source: Source, node: SyntaxNode, expr: Expr, shift: Partial<TimeShift>): Expr {
  if (node.name !== 'ParenExpr') {
    if (expr.kind === 'selector' || expr.kind === 'subquery') return { ...expr, ...shift };
    if (expr.kind === 'range') return { ...expr, selector: { ...expr.selector, ...shift } };
    if (expr.kind === 'binary') {
      return { ...expr, right: shiftLast(source, lastExpr(node), expr.right, shift) };
    }
    if (expr.kind === 'unary') return { ...expr, expr: shiftLast(source, lastExpr(node), expr.expr, shift) };
  }
  const what = shift.at === undefined ? 'offset' : '@';
  throw parseError(
    source,
    node,
    `${what} modifier must be preceded by an instant vector selector or range vector selector or a subquery`,
  );
}

function readUnary(source: Source, node: SyntaxNode): Expr {
  const op = textOf(source, childOf(node, 'UnaryOp')) as '-' | '+';
  return { kind: 'unary', op, expr: readExpr(source, lastExpr(node)) };
}

function readBinary(source: Source, node: SyntaxNode): Expr {
  const left = readExpr(source, firstExpr(node));
  const right = readExpr(source, lastExpr(node));
  const fill = node.getChild('FillModifier');
  if (fill !== null) throw unsupported(source, fill, 'fill');
  const operator = childrenOf(node).find(({ name }) => name in operatorOf);
  if (operator === undefined) throw unsupported(source, node, textOf(source, node));
  const op = operatorOf[operator.name] as BinaryOp;
  const matching = readMatching(source, node.getChild('MatchingModifierClause'));
  const bool = node.getChild('BoolModifier') !== null;
  // The grammar reads `-1 ^ 2` as a signed literal; in PromQL the sign binds weaker than the power.
  if (op === '^' && left.kind === 'number' && /^[-+]/.test(textOf(source, firstExpr(node)))) {
    const power: Expr = {
      kind: 'binary',
      op,
      left: { kind: 'number', value: Math.abs(left.value) },
      right,
      bool,
    };
    return { kind: 'unary', op: textOf(source, firstExpr(node))[0] as '-' | '+', expr: power };
  }
  return { kind: 'binary', op, left, right, bool, ...(matching === undefined ? {} : { matching }) };
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
    .filter(({ name }) => name === 'LabelName' || name === 'QuotedLabelName')
    .map((label) =>
      label.name === 'LabelName' ? textOf(source, label) : parseString(textOf(source, label)),
    );
}

const parameterized: ReadonlySet<string> = new Set(['quantile', 'topk', 'bottomk', 'count_values']);

function readAggregate(source: Source, node: SyntaxNode): Expr {
  const name = textOf(source, childOf(node, 'AggregateOp')).toLowerCase();
  if (!(aggregateOps as readonly string[]).includes(name)) throw unsupported(source, node, name);
  const args = childrenOf(node.getChild('FunctionCallBody')).map((arg) => readExpr(source, arg));
  const expected = parameterized.has(name) ? 2 : 1;
  if (args.length !== expected) {
    throw parseError(
      source,
      node,
      args.length === 0
        ? 'no arguments for aggregate expression provided'
        : `wrong number of arguments for aggregate expression provided, expected ${expected}, got ${args.length}`,
    );
  }
  const modifier = node.getChild('AggregateModifier');
  return {
    kind: 'aggregate',
    op: name as AggregateOp,
    expr: args[expected - 1] as Expr,
    ...(expected === 2 ? { parameter: args[0] as Expr } : {}),
    without: modifier !== null && modifier.getChild('Without') !== null,
    labels: readLabelNames(source, modifier?.getChild('GroupingLabels')),
  };
}

function readCall(source: Source, node: SyntaxNode): Expr {
  const name = textOf(source, childOf(node, 'FunctionIdentifier'));
  const args = childrenOf(node.getChild('FunctionCallBody')).map((arg) => readExpr(source, arg));
  return { kind: 'call', name, args };
}

function positive(source: Source, node: SyntaxNode): number {
  const amount = durationMs(source, node);
  if (amount <= 0) throw parseError(source, node, 'duration must be greater than 0');
  return amount;
}

function durationMs(source: Source, node: SyntaxNode): number {
  const text = textOf(source, node).replace(/\s+/g, '');
  if (!/^[+-]?[0-9]/.test(text) || /[*/%^(]/.test(text)) throw unsupported(source, node, `duration ${text}`);
  const amount = parseNumber(text);
  if (Number.isNaN(amount)) throw unsupported(source, node, `duration ${text}`);
  return Math.round(amount * 1000);
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

function childOf(node: SyntaxNode, ...names: readonly string[]): SyntaxNode {
  for (const name of names) {
    const child = node.getChild(name);
    if (child !== null) return child;
  }
  throw badQuery(`parse error: ${node.name} lacks ${names.join(' or ')}`);
}

function syntaxError(source: Source, from: number, to: number): Error {
  const found = source.slice(from, Math.max(to, from + 1)).split(/\s/)[0] ?? '';
  const what = found === '' ? 'unexpected end of input' : `unexpected ${JSON.stringify(found)}`;
  return badQuery(`${placeOf(source, from)}: parse error: ${what}`);
}

function parseError(source: Source, node: SyntaxNode, message: string): Error {
  return badQuery(`${placeOf(source, node.from)}: parse error: ${message}`);
}

function unsupported(source: Source, node: SyntaxNode, what: string): Error {
  return badQuery(
    `${placeOf(source, node.from)}: parse error: the sandbox's PromQL does not support ${what}`,
  );
}

function placeOf(source: Source, index: number): string {
  const before = source.slice(0, index).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}
