import type { Node } from '../core/analysis/expression/ast.ts';
import { parse } from '../core/analysis/expression/parser.ts';

/** A limit that a condition compares its result with: a line in a chart. */
export interface Threshold {
  readonly value: number;
  /** As if the result stood on the left. */
  readonly operator: '<' | '<=' | '>' | '>=';
}

/** Every number that the condition compares with the result; none when it says it in another way, or cannot be read. */
export function thresholdsOf(condition: string | undefined): Threshold[] {
  if (condition === undefined || condition === '') return [];
  try {
    return fromNode(parse(condition));
  } catch {
    return []; // the run itself says what is wrong with its condition
  }
}

const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const;

function fromNode(node: Node): Threshold[] {
  if (node.kind !== 'binary') return [];
  const { operator, left, right } = node;
  if (operator === '&&' || operator === 'and' || operator === '||' || operator === 'or') {
    return [...fromNode(left), ...fromNode(right)];
  }
  if (!(operator in mirrored)) return [];
  const known = operator as keyof typeof mirrored;
  const limit = numberOf(right);
  if (limit !== undefined && isOfResult(left)) return [{ operator: known, value: limit }];
  const reversed = numberOf(left);
  if (reversed !== undefined && isOfResult(right)) return [{ operator: mirrored[known], value: reversed }];
  return [];
}

function numberOf(node: Node): number | undefined {
  if (node.kind === 'integer' || node.kind === 'float') return Number(node.value);
  if (node.kind !== 'unary' || node.operator !== '-') return undefined;
  const positive = numberOf(node.operand);
  return positive === undefined ? undefined : -positive;
}

/** `result`, `result[0]`, `float(result.rate)`: something that a chart of the values can be measured by. */
function isOfResult(node: Node): boolean {
  switch (node.kind) {
    case 'identifier':
      return node.name === 'result';
    case 'member':
      return isOfResult(node.base);
    case 'chain':
      return isOfResult(node.node);
    case 'call':
    case 'builtin':
      return node.args.length === 1 && isOfResult(node.args[0] as Node);
    default:
      return false;
  }
}

/** The number that a measurement shows in a chart: of `0.02`, `[0.02]`, `"0.02"`; undefined when it is none. */
export function chartedValue(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const parsed = parsedJson(value);
  const first = Array.isArray(parsed) ? parsed[0] : parsed;
  const number = typeof first === 'string' && first.trim() !== '' ? Number(first) : first;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
