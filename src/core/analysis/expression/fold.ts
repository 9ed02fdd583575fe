import type { BinaryNode, Node, UnaryNode } from './ast.ts';

/**
 * The compiler of the language settles what is known beforehand, and a settled side is never evaluated: in
 * `result.a > 1 || true` a missing `a` is no error. So the same is done here, from the leaves up.
 */
export function settle(node: UnaryNode | BinaryNode): boolean | undefined {
  if (node.kind === 'unary') {
    const operand = node.operator === '!' || node.operator === 'not' ? settled(node.operand) : undefined;
    return operand === undefined ? undefined : !operand;
  }
  const { operator, left, right } = node;
  if (operator === '==') return settledEqual(left, right);
  const stops = operator === 'or' || operator === '||';
  if (!stops && operator !== 'and' && operator !== '&&') return undefined;
  const sides = [settled(left), settled(right)];
  if (sides.includes(stops)) return stops;
  return sides.every((side) => side === !stops) ? !stops : undefined;
}

/** What a node is whatever the values are; undefined when it depends on them. */
export function settled(node: Node): boolean | undefined {
  if (node.kind === 'bool') return node.value;
  return node.kind === 'unary' || node.kind === 'binary' ? node.settled : undefined;
}

function settledEqual(left: Node, right: Node): boolean | undefined {
  if (left.kind === 'integer' && right.kind === 'integer') return left.value === right.value;
  if (left.kind === 'string' && right.kind === 'string') return left.value === right.value;
  const [one, other] = [settled(left), settled(right)];
  return one === undefined || other === undefined ? undefined : one === other;
}

/** A list of nothing but texts is looked up as a set: with a needle that is no text, that is an error. */
export function isTextSet(node: Node): boolean {
  return (
    node.kind === 'array' && node.elements.length > 0 && node.elements.every(({ kind }) => kind === 'string')
  );
}
