import { problem } from './problem.ts';

/** A literal that was read, and where the source goes on. */
export interface Literal {
  readonly value: string;
  readonly end: number;
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
};
const codeEscape =
  /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|u\{([0-9a-fA-F]{1,6})\}|U([0-9a-fA-F]{8})|([0-3][0-7]{2})/y;

/** A text between single or double quotes, with escapes, on one line. */
export function readString(source: string, start: number): Literal {
  const quotes = source[start] as string;
  let value = '';
  let at = start + 1;
  for (;;) {
    const next = source[at];
    if (next === undefined || next === '\n') throw problem('literal not terminated', { start, end: at });
    if (next === quotes) return { value, end: at + 1 };
    if (next !== '\\') {
      value += next;
      at += 1;
      continue;
    }
    const escaped = readEscape(source, at + 1, quotes);
    value += escaped.value;
    at = escaped.end;
  }
}

function readEscape(source: string, at: number, quotes: string): Literal {
  const next = source[at] ?? '';
  if (next === quotes) return { value: next, end: at + 1 };
  const simple = Object.hasOwn(simpleEscapes, next) ? simpleEscapes[next] : undefined;
  if (simple !== undefined) return { value: simple, end: at + 1 };
  codeEscape.lastIndex = at;
  const found = codeEscape.exec(source);
  if (found === null) throw problem('invalid char escape', { start: at - 1, end: at + 1 });
  const hex = found[1] ?? found[2] ?? found[3] ?? found[4];
  const code = hex === undefined ? Number.parseInt(found[5] as string, 8) : Number.parseInt(hex, 16);
  if (code > 0x10ffff) {
    throw problem('unable to unescape string', { start: at - 1, end: at + found[0].length });
  }
  return { value: String.fromCodePoint(code), end: at + found[0].length };
}

/** A text between backquotes, as it stands; two backquotes stand for one. */
export function readRawString(source: string, start: number): Literal {
  let value = '';
  let at = start + 1;
  for (;;) {
    const end = source.indexOf('`', at);
    if (end === -1) throw problem('literal not terminated', { start, end: source.length });
    value += source.slice(at, end);
    if (source[end + 1] !== '`') return { value, end: end + 1 };
    value += '`';
    at = end + 2;
  }
}
