import { bounds } from './bounds.ts';
import { type Place, problem, quote } from './problem.ts';
import { readRawString, readString } from './string-literal.ts';

export interface Token extends Place {
  readonly kind: 'Identifier' | 'Number' | 'String' | 'Operator' | 'Bracket' | 'EOF';
  /** Of a string: what it stands for, without quotes and escapes. */
  readonly value: string;
}

/** Words that are operators wherever they stand. */
const wordOperators: ReadonlySet<string> = new Set([
  'not',
  'in',
  'or',
  'and',
  'matches',
  'contains',
  'startsWith',
  'endsWith',
  'let',
  'if',
  'else',
]);

const name = /[\p{L}_$][\p{L}\p{Nd}_$]*/uy;
const number = /(?:0[xX][0-9a-fA-F_]*|0[oO][0-7_]*|0[bB][01_]*|[0-9][0-9_]*|(?=\.[0-9]))/y;
const fraction = /\.(?!\.)[0-9_]*/y;
const exponent = /[eE][+-]?[0-9_]*/y;
const wordCharacter = /[\p{L}\p{Nd}_$]/uy;
const blank = /(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const operator = /\|\|?|::?|\?[.?]?|\.\.?|#|[&!=*<>][&=*]?|[,;%+\-^/]/y;

/** The tokens of an expression, the last one `EOF`. */
export function tokenize(source: string): readonly Token[] {
  if (source.length > bounds.length) throw problem(`expression is longer than ${bounds.length} characters`);
  const tokens: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    if (found !== undefined) at += found.length;
    return found;
  };
  const takeNumber = (): string | undefined => {
    const start = at;
    if (take(number) === undefined) return undefined;
    take(fraction);
    take(exponent);
    if (take(wordCharacter) !== undefined)
      throw problem(`bad number syntax: ${quote(source.slice(start, at))}`, { start, end: at });
    return source.slice(start, at);
  };
  for (;;) {
    take(blank);
    if (at >= source.length) break;
    if (source.startsWith('/*', at)) throw problem('unclosed comment', { start: at, end: source.length });
    const start = at;
    const first = source[at] as string;
    if (first === "'" || first === '"' || first === '`') {
      const { value, end } = first === '`' ? readRawString(source, at) : readString(source, at);
      tokens.push({ kind: 'String', value, start, end });
      at = end;
      continue;
    }
    const word =
      wordOf('Number', takeNumber()) ??
      nameOrOperator(take(name)) ??
      bracket(first, () => (at += 1)) ??
      wordOf('Operator', take(operator)) ??
      unrecognized(source, at);
    tokens.push({ ...word, start, end: at });
  }
  return [...tokens, { kind: 'EOF', value: '', start: source.length, end: source.length }];
}

/** A token as error messages show it. */
export function describeToken({ kind, value }: Word): string {
  return value === '' ? kind : `${kind}(${quote(value)})`;
}

type Word = Omit<Token, keyof Place>;

function wordOf(kind: Token['kind'], value: string | undefined): Word | undefined {
  return value === undefined ? undefined : { kind, value };
}

function nameOrOperator(value: string | undefined): Word | undefined {
  if (value === undefined) return undefined;
  return { kind: wordOperators.has(value) ? 'Operator' : 'Identifier', value };
}

function bracket(value: string, advance: () => void): Word | undefined {
  if (!'([{)]}'.includes(value)) return undefined;
  advance();
  return { kind: 'Bracket', value };
}

function unrecognized(source: string, at: number): never {
  const character = String.fromCodePoint(source.codePointAt(at) as number);
  const code = (character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0');
  throw problem(`unrecognized character: U+${code} '${character}'`, {
    start: at,
    end: at + character.length,
  });
}
