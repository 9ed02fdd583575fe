import { badQuery } from './errors.ts';

const msPerUnit: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};

/** `1h30m` in milliseconds; undefined when the text is no duration. Units in falling order, each at most once. */
export function parsePromDuration(text: string): number | undefined {
  if (!/^(?=\d)(\d+y)?(\d+w)?(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+)(ms|[smhdwy])/g)) {
    total += Number(amount) * (msPerUnit[unit as string] as number);
  }
  return total;
}

/** Whether a text is a number literal without a sign. */
export function isNumberText(text: string): boolean {
  return /^(0[xX][0-9a-fA-F]+|(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?|inf|nan)$/i.test(text);
}

/** Any number literal, with a sign or without: decimal, hexadecimal, octal with a leading 0 as in Go, `Inf`, `NaN`. */
export function parseNumber(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const digits = text.replace(/^[+-](\s|#.*)*/, '');
  if (/^inf$/i.test(digits)) return sign * Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(digits)) return Number.NaN;
  if (/^0[0-7]+$/.test(digits)) return sign * Number.parseInt(digits, 8);
  return sign * Number(digits);
}

const simpleEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

/** The text that a quoted literal stands for. Back quotes take everything as it is; the others escape as Go does. */
export function parseString(literal: string): string {
  const quote = literal[0] as string;
  if (literal.length < 2 || !literal.endsWith(quote)) throw badQuery('unterminated quoted string');
  const body = literal.slice(1, -1);
  if (quote === '`') return body;
  return body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g,
    (whole, code: string) => unescaped(whole, code),
  );
}

function unescaped(whole: string, code: string): string {
  const simple = simpleEscapes[code];
  if (simple !== undefined) return simple;
  if (/^[xuU]./.test(code)) return String.fromCodePoint(Number.parseInt(code.slice(1), 16));
  if (/^[0-7]{3}$/.test(code)) return String.fromCodePoint(Number.parseInt(code, 8));
  throw badQuery(`unknown escape sequence ${whole}`);
}

/** A sample's value as Prometheus writes it in JSON: as JavaScript does, but for the infinities. */
export function formatValue(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return Object.is(value, -0) ? '-0' : String(value);
}
