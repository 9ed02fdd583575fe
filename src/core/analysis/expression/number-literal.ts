import type { FloatNode, IntegerNode } from './ast.ts';
import type { Token } from './lexer.ts';
import { problem, quote } from './problem.ts';

const largestInteger = 2n ** 63n - 1n;

/** `42`, `1_000`, `0x1f`, `0b101`, `0o17` are integers; a dot or an exponent makes a float. */
export function numberLiteral(token: Token): IntegerNode | FloatNode {
  const plain = token.value.replaceAll('_', '');
  if (/^0[xXbBoO]/.test(plain)) return integer(token, plain.toLowerCase());
  if (/[.eE]/.test(plain)) return float(token, plain);
  // Go reads a leading zero as decimal here, as JavaScript's BigInt does
  return integer(token, plain);
}

function integer(token: Token, plain: string): IntegerNode {
  if (plain.length < 3 && /^0[xbo]/.test(plain))
    throw problem(`invalid integer literal: ${quote(token.value)}`, token);
  const value = BigInt(plain);
  if (value > largestInteger)
    throw problem(`invalid integer literal: value out of range: ${quote(token.value)}`, token);
  return { kind: 'integer', value };
}

function float(token: Token, plain: string): FloatNode {
  const value = Number(plain);
  if (!Number.isFinite(value)) throw problem(`invalid float literal: ${quote(token.value)}`, token);
  return { kind: 'float', value };
}
