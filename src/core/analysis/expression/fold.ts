import type { BinaryNode, Node, UnaryNode } from './ast.ts';
import { problem } from './problem.ts';
import { wrap } from './values.ts';

/** A value that an expression has whatever the result is. */
export type Settled = boolean | bigint | string;

/**
 * The compiler of the language settles what is known beforehand, and a settled side is never evaluated: in
 * `result.a > 1 || true` a missing `a` is no error. So the same is done here, from the leaves up; floats are left alone.
 */
export function settle(node: UnaryNode | BinaryNode): Settled | undefined {
  if (node.kind === 'unary') return settledUnary(node.operator, settled(node.operand));
  const [left, right] = [settled(node.left), settled(node.right)];
  switch (node.operator) {
    case 'or':
    case '||':
      return settledLogic(true, left, right);
    case 'and':
    case '&&':
      return settledLogic(false, left, right);
    case '==':
      return left === undefined || typeof left !== typeof right ? undefined : left === right;
    case '+':
      if (typeof left === 'string' && typeof right === 'string') return left + right;
      break;
    default:
  }
  return typeof left === 'bigint' && typeof right === 'bigint'
    ? settledNumber(node.operator, left, right)
    : undefined;
}

/** What a node is whatever the result is; undefined when it depends on it. */
export function settled(node: Node): Settled | undefined {
  switch (node.kind) {
    case 'bool':
    case 'string':
      return node.value;
    case 'integer':
      return node.asFloat === true ? undefined : node.value;
    case 'unary':
    case 'binary':
      return node.settled;
    default:
      return undefined;
  }
}

function settledUnary(operator: string, operand: Settled | undefined): Settled | undefined {
  if (typeof operand === 'bigint') return operator === '-' ? wrap(-operand) : operand;
  return typeof operand === 'boolean' ? !operand : undefined;
}

/** `stops`: the value of either side that decides alone. */
function settledLogic(stops: boolean, left: Settled | undefined, right: Settled | undefined) {
  if (left === stops || right === stops) return stops;
  return left === !stops && right === !stops ? !stops : undefined;
}

function settledNumber(operator: string, left: bigint, right: bigint): bigint | undefined {
  switch (operator) {
    case '+':
      return wrap(left + right);
    case '-':
      return wrap(left - right);
    case '*':
      return wrap(left * right);
    case '%':
      if (right === 0n) throw problem('integer divide by zero');
      return left % right;
    default:
      return undefined;
  }
}

/** A list of nothing but texts is looked up as a set: with a needle that is no text, that is an error. */
export function isTextSet(node: Node): boolean {
  return (
    node.kind === 'array' && node.elements.length > 0 && node.elements.every(({ kind }) => kind === 'string')
  );
}
