import type { FloatNode, IntegerNode } from './ast.ts';
import { problem, quote } from './problem.ts';

const largestInteger = 2n ** 63n - 1n;

/** `42`, `1_000`, `0x1f`, `0b101`, `0o17` are integers; a dot or an exponent makes a float. */
export function numberLiteral(text: string): IntegerNode | FloatNode {
  const plain = text.replaceAll('_', '');
  if (/^0[xXbBoO]/.test(plain)) return integer(text, plain.toLowerCase());
  if (/[.eE]/.test(plain)) return float(text, plain);
  // Go reads a leading zero as decimal here, as JavaScript's BigInt does
  return integer(text, plain);
}

function integer(text: string, plain: string): IntegerNode {
  if (plain.length < 3 && /^0[xbo]/.test(plain)) throw problem(`invalid integer literal: ${quote(text)}`);
  const value = BigInt(plain);
  if (value > largestInteger) throw problem(`invalid integer literal: value out of range: ${quote(text)}`);
  return { kind: 'integer', value };
}

function float(text: string, plain: string): FloatNode {
  const value = Number(plain);
  if (!Number.isFinite(value)) throw problem(`invalid float literal: ${quote(text)}`);
  return { kind: 'float', value };
}
