import { badQueryAt } from './errors.ts';

/** `number`, `duration`, `string`, `identifier`, `metric identifier`, `end of input`; keywords and signs are kinds of their own. */
export interface Token {
  readonly kind: string;
  /** As written, keywords in the letters of the query. */
  readonly text: string;
  /** Where it starts: an index into the query. */
  readonly from: number;
}

export const endOfInput = 'end of input';

/** Keywords that Prometheus calls operators, aggregators and the rest in its messages. */
const operators = ['and', 'or', 'unless', 'atan2'];
export const aggregators: readonly string[] = [
  'sum',
  'avg',
  'count',
  'min',
  'max',
  'group',
  'stddev',
  'stdvar',
  'topk',
  'bottomk',
  'count_values',
  'quantile',
];
const modifiers = ['offset', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool'];
const keywords = new Set([...operators, ...aggregators, ...modifiers, 'start', 'end']);
const signs = ['==', '!=', '<=', '>=', '=~', '!~', '+', '-', '*', '/', '%', '^', '<', '>', '@'];
const named = new Set(['identifier', 'metric identifier', 'string', 'number', 'duration']);

/** What Prometheus calls a token that it did not expect. */
export function describeToken({ kind, text }: Token): string {
  if (kind === endOfInput) return kind;
  if (kind.endsWith('identifier')) return `${kind} ${quoted(text)}`;
  if (modifiers.includes(kind)) return `<${text}>`;
  if (kind === '@') return '"<Item 57385>" <op:@>'; // it has no name in Prometheus
  if (operators.includes(kind) || signs.includes(kind)) return `<op:${text}>`;
  if (aggregators.includes(kind)) return `<aggr:${text}>`;
  const shown = text.length > 10 ? `${quoted(text.slice(0, 10))}...` : quoted(text);
  return named.has(kind) ? `${kind} ${shown}` : shown;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}

/**
 * The query's tokens, one at a time, as Prometheus 2 cuts them. What it may not contain is refused in Prometheus' words when it
 * is reached, and not before: which of two faults is told depends on it.
 */
export function createLexer(text: string): { next(): Token } {
  return new Lexer(text);
}

const isDigit = (char: string) => char >= '0' && char <= '9';
const isAlpha = (char: string) => /^[A-Za-z_]$/.test(char);
const isAlphanumeric = (char: string) => isAlpha(char) || (char !== '' && isDigit(char));
const isSpace = (char: string) => char === ' ' || char === '\t' || char === '\n' || char === '\r';

class Lexer {
  readonly #text: string;
  #start = 0;
  #at = 0;
  #openParens = 0;
  #isInBraces = false;
  #isInBrackets = false;
  #hasColon = false;
  /** After `[` only a duration may follow. */
  #wantsDuration = false;

  constructor(text: string) {
    this.#text = text;
  }

  next(): Token {
    this.#skipBlanks();
    this.#start = this.#at;
    if (this.#wantsDuration) return this.#bracketDuration();
    return this.#isInBraces ? this.#insideBraces() : this.#statement();
  }

  get #char(): string {
    return this.#at < this.#text.length
      ? String.fromCodePoint(this.#text.codePointAt(this.#at) as number)
      : '';
  }

  #take(): string {
    const char = this.#char;
    this.#at += char.length;
    return char;
  }

  #accept(chars: string): boolean {
    const char = this.#char;
    if (char === '' || !chars.includes(char)) return false;
    this.#at += 1;
    return true;
  }

  #acceptWhile(test: (char: string) => boolean): void {
    while (this.#char !== '' && test(this.#char)) this.#at += 1;
  }

  #token(kind: string): Token {
    return { kind, text: this.#text.slice(this.#start, this.#at), from: this.#start };
  }

  #fail(message: string, at = this.#start): Error {
    return badQueryAt(this.#text, at, message);
  }

  #skipBlanks(): void {
    for (;;) {
      this.#acceptWhile(isSpace);
      if (this.#char !== '#') return;
      this.#acceptWhile((char) => char !== '\n');
    }
  }

  #statement(): Token {
    const char = this.#char;
    if (char === '') {
      if (this.#openParens > 0) throw this.#fail('unclosed left parenthesis');
      if (this.#isInBrackets) throw this.#fail('unclosed left bracket');
      return this.#token(endOfInput);
    }
    if (isDigit(char) || (char === '.' && isDigit(this.#text[this.#at + 1] ?? ''))) return this.#number();
    if (char === '"' || char === "'" || char === '`') return this.#string();
    if (isAlpha(char) || char === ':') return this.#isInBrackets ? this.#colon() : this.#word();
    this.#take();
    switch (char) {
      case ',':
      case '*':
      case '/':
      case '%':
      case '+':
      case '-':
      case '^':
      case '@':
        return this.#token(char);
      case '=':
        if (this.#char === '~') throw this.#fail(`unexpected character after '=': '~'`);
        return this.#token(this.#accept('=') ? '==' : '=');
      case '!':
        if (this.#accept('=')) return this.#token('!=');
        throw this.#fail(`unexpected character after '!': ${shownChar(this.#char)}`);
      case '<':
      case '>':
        return this.#token(this.#accept('=') ? `${char}=` : char);
      case '(':
        this.#openParens += 1;
        return this.#token('(');
      case ')':
        this.#openParens -= 1;
        if (this.#openParens < 0) throw this.#fail(`unexpected right parenthesis ')'`, this.#at);
        return this.#token(')');
      case '{':
        this.#isInBraces = true;
        return this.#token('{');
      case '[':
        if (this.#isInBrackets) throw this.#fail(`unexpected left bracket '['`);
        [this.#isInBrackets, this.#hasColon, this.#wantsDuration] = [true, false, true];
        return this.#token('[');
      case ']':
        if (!this.#isInBrackets) throw this.#fail(`unexpected right bracket ']'`, this.#start);
        this.#isInBrackets = false;
        return this.#token(']');
      default:
        throw this.#fail(`unexpected character: ${shownChar(char)}`);
    }
  }

  #insideBraces(): Token {
    const char = this.#char;
    if (char === '') throw this.#fail('unexpected end of input inside braces');
    if (isAlpha(char)) {
      this.#acceptWhile(isAlphanumeric);
      return this.#token('identifier');
    }
    if (char === '"' || char === "'" || char === '`') return this.#string();
    this.#take();
    switch (char) {
      case ',':
        return this.#token(',');
      case '=':
        return this.#token(this.#accept('~') ? '=~' : '=');
      case '!':
        if (this.#accept('~')) return this.#token('!~');
        if (this.#accept('=')) return this.#token('!=');
        throw this.#fail(`unexpected character after '!' inside braces: ${shownChar(this.#char)}`);
      case '{':
        throw this.#fail(`unexpected left brace '{'`);
      case '}':
        this.#isInBraces = false;
        return this.#token('}');
      default:
        throw this.#fail(`unexpected character inside braces: ${shownChar(char)}`);
    }
  }

  #colon(): Token {
    const char = this.#take();
    if (this.#hasColon) throw this.#fail(`unexpected colon ${shownChar(char)}`);
    this.#hasColon = true;
    return this.#token(':');
  }

  #word(): Token {
    this.#acceptWhile((char) => isAlphanumeric(char) || char === ':');
    const word = this.#text.slice(this.#start, this.#at);
    const lower = word.toLowerCase();
    if (keywords.has(lower)) return this.#token(lower);
    if (lower === 'inf' || lower === 'nan') return this.#token('number');
    return this.#token(word.includes(':') ? 'metric identifier' : 'identifier');
  }

  #number(): Token {
    if (this.#scanNumber()) return this.#token('number');
    if (this.#scanUnits()) return this.#token('duration');
    throw this.#fail(`bad number or duration syntax: ${quoted(this.#text.slice(this.#start, this.#at))}`);
  }

  #bracketDuration(): Token {
    this.#wantsDuration = false;
    if (this.#scanNumber()) throw this.#fail('missing unit character in duration');
    if (this.#scanUnits()) return this.#token('duration');
    throw this.#fail(`bad duration syntax: ${quoted(this.#text.slice(this.#start, this.#at))}`);
  }

  /** False when letters follow, which may be units. */
  #scanNumber(): boolean {
    const isHex = this.#accept('0') && this.#accept('xX');
    const digits = isHex ? '0123456789abcdefABCDEF' : '0123456789';
    this.#acceptWhile((char) => digits.includes(char));
    if (this.#accept('.')) this.#acceptWhile((char) => digits.includes(char));
    if (this.#accept('eE')) {
      this.#accept('+-');
      this.#acceptWhile(isDigit);
    }
    return !isAlphanumeric(this.#char);
  }

  #scanUnits(): boolean {
    if (!this.#accept('smhdwy')) return false;
    this.#accept('s');
    while (isDigit(this.#char)) {
      this.#acceptWhile(isDigit);
      if (!this.#accept('smhdw')) return false;
      this.#accept('s');
    }
    if (!isAlphanumeric(this.#char)) return true;
    this.#take(); // the message shows it
    return false;
  }

  #string(): Token {
    const quote = this.#take();
    for (;;) {
      const char = this.#take();
      if (quote === '`' && char === '') throw this.#fail('unterminated raw string');
      if (quote !== '`' && (char === '' || char === '\n')) throw this.#fail('unterminated quoted string');
      if (char === quote) return this.#token('string');
      if (char === '\\' && quote !== '`') this.#escape(quote);
    }
  }

  #escape(quote: string): void {
    const char = this.#take();
    if (char === '') throw this.#fail('escape sequence not terminated');
    if ('abfnrtv\\'.includes(char) || char === quote) return;
    const form = escapeForms[/[0-7]/.test(char) ? '0' : char];
    if (form === undefined) {
      throw this.#fail(`unknown escape sequence ${unicodeName(char)} ${shownChar(char)}`);
    }
    let digits = char === 'x' || char === 'u' || char === 'U' ? '' : char;
    while (digits.length < form.length) {
      const digit = this.#take();
      if (digit === '') throw this.#fail('escape sequence not terminated');
      if (!form.digits.test(digit)) {
        throw this.#fail(`illegal character ${unicodeName(digit)} ${shownChar(digit)} in escape sequence`);
      }
      digits += digit;
    }
    const code = Number.parseInt(digits, form.base);
    if (code > form.most || (code >= 0xd800 && code < 0xe000)) {
      throw this.#fail('escape sequence is an invalid Unicode code point');
    }
  }
}

const escapeForms: Readonly<
  Record<string, { digits: RegExp; length: number; base: number; most: number } | undefined>
> = {
  '0': { digits: /[0-7]/, length: 3, base: 8, most: 255 },
  x: { digits: /[0-9a-fA-F]/, length: 2, base: 16, most: 255 },
  u: { digits: /[0-9a-fA-F]/, length: 4, base: 16, most: 0x10ffff },
  U: { digits: /[0-9a-fA-F]/, length: 8, base: 16, most: 0x10ffff },
};

/** Past the end stands what Go shows for no character. */
function shownChar(char: string): string {
  if (char === '') return "'\ufffd'";
  return char === "'" ? `'\\''` : `'${JSON.stringify(char).slice(1, -1).replace('\\"', '"')}'`;
}

function unicodeName(char: string): string {
  return `U+${(char.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, '0')}`;
}
