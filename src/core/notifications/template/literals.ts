import { problem } from './problem.ts';
import type { GoValue } from './values.ts';

const escapes: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\\': '\\', "'": "'", '"': '"' },
};

/** The text of a Go string literal. */
export function stringLiteral(literal: string): string {
  const body = literal.slice(1, -1);
  return literal.startsWith('`') ? body : unescaped(body);
}

/** The number of the character in a Go character literal. */
export function charLiteral(literal: string): GoValue {
  return BigInt(unescaped(literal.slice(1, -1)).codePointAt(0) as number);
}

function unescaped(body: string): string {
  return body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_, code: string) => {
      if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
      if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
      const known = escapes[code];
      if (known === undefined) throw problem(`unknown escape sequence \\${code}`);
      return known;
    },
  );
}

/** A Go number literal: whole, or a float. */
export function numberLiteral(literal: string): GoValue {
  const text = literal.replaceAll('_', '');
  const negative = text.startsWith('-');
  const body = text.replace(/^[+-]/, '');
  if (/^(\d+|0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+)$/.test(body)) {
    const value = BigInt(/^0[0-7]+$/.test(body) ? `0o${body.slice(1)}` : body.toLowerCase());
    return negative ? -value : value;
  }
  return Number(text);
}
