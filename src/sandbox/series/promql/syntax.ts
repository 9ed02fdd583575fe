import { messageOf } from '../../../kernel/errors.ts';
import { anchoredPattern } from '../labels.ts';
import { badQueryAt } from './errors.ts';
import { functionTable, unsupportedFunctions } from './functions.ts';
import { aggregators, createLexer, describeToken, endOfInput, type Token } from './lexer.ts';
import { isNumberText, parsePromDuration, parseString } from './literals.ts';

/**
 * Refuses what Prometheus 2 cannot read, with its words and place: the first fault as its parser meets them. The grammar in use is
 * newer than that and says only that something is wrong.
 */
export function checkSyntax(text: string): void {
  new SyntaxChecker(text).check();
}

/** The same for a selector that stands alone, as in `match[]`. */
export function checkSelectorSyntax(text: string): void {
  new SyntaxChecker(text).checkSelector();
}

/** What an operand is, as far as the modifiers behind it ask. */
interface Operand {
  readonly from: number;
  readonly kind: 'selector' | 'range' | 'subquery' | 'other';
  readonly hasOffset?: boolean;
  readonly hasAt?: boolean;
}

const binaryOperators = new Set('+ - * / % ^ == != < > <= >= and or unless atan2'.split(' '));
const words = new Set('by without offset and or unless start end'.split(' '));
/** Kinds of tokens that may stand for a metric's name, and for a label's. */
const metricNames = new Set(['identifier', 'metric identifier', ...aggregators, ...words]);
const labelNames = new Set([
  'identifier',
  ...aggregators,
  ...[...words].filter((word) => word !== 'without'),
  ...'bool group_left group_right ignoring on atan2'.split(' '),
]);
const expressionStarts = new Set([...metricNames, 'number', 'string', '(', '{', '+', '-']);
const withParameter = new Set(['topk', 'bottomk', 'quantile', 'count_values']);

class SyntaxChecker {
  readonly #text: string;
  readonly #lexer: { next(): Token };
  #ahead: Token | undefined;
  /** Aggregations that are open: whatever is wrong in one is said to be wrong "in aggregation". */
  #aggregations = 0;

  constructor(text: string) {
    this.#text = text;
    this.#lexer = createLexer(text);
  }

  check(): void {
    if (this.#peek().kind === endOfInput) throw this.#fail(0, 'no expression found in input');
    this.#expression();
    if (this.#peek().kind !== endOfInput) throw this.#unexpected();
  }

  checkSelector(): void {
    const { kind, from } = this.#peek();
    if (kind !== '{') {
      if (!metricNames.has(kind)) throw this.#unexpected();
      this.#take();
    }
    this.#selector(from);
    if (this.#peek().kind !== endOfInput) throw this.#unexpected();
  }

  #peek(): Token {
    this.#ahead ??= this.#lexer.next();
    return this.#ahead;
  }

  #take(): Token {
    const token = this.#peek();
    this.#ahead = undefined;
    return token;
  }

  #accept(...kinds: readonly string[]): boolean {
    if (!kinds.includes(this.#peek().kind)) return false;
    this.#take();
    return true;
  }

  #fail(at: number, message: string): Error {
    return badQueryAt(this.#text, at, message);
  }

  #unexpected(where?: string, expected?: string): Error {
    const place = where ?? (this.#aggregations > 0 ? 'aggregation' : undefined);
    const { from } = this.#peek();
    const found = `unexpected ${describeToken(this.#peek())}`;
    const context = place === undefined ? '' : ` in ${place}`;
    return this.#fail(from, `${found}${context}${expected === undefined ? '' : `, expected ${expected}`}`);
  }

  #expression(): Operand {
    const first = this.#operand();
    if (!binaryOperators.has(this.#peek().kind)) return first;
    while (binaryOperators.has(this.#peek().kind)) {
      this.#take();
      this.#matching();
      this.#operand();
    }
    return { kind: 'other', from: first.from };
  }

  #matching(): void {
    this.#accept('bool');
    if (!this.#accept('on', 'ignoring')) return;
    this.#labels();
    if (!this.#accept('group_left', 'group_right')) return;
    const { kind } = this.#peek();
    if (kind === '(' || !expressionStarts.has(kind)) this.#labels();
  }

  #operand(): Operand {
    const { kind, from } = this.#peek();
    if (kind === '+' || kind === '-') {
      this.#take();
      this.#operand();
      return { kind: 'other', from };
    }
    let operand = this.#primary();
    for (;;) {
      const { kind: modifier } = this.#peek();
      if (modifier === '[') operand = this.#brackets(operand);
      else if (modifier === 'offset') operand = this.#offset(operand);
      else if (modifier === '@') operand = this.#at(operand);
      else return operand;
    }
  }

  #primary(): Operand {
    const token = this.#peek();
    const { kind, from } = token;
    if (kind === 'number') return this.#number();
    if (kind === 'string') {
      this.#take();
      return { kind: 'other', from };
    }
    if (kind === '(') {
      this.#take();
      this.#expression();
      if (!this.#accept(')')) throw this.#unexpected();
      return { kind: 'other', from };
    }
    if (kind === '{') return this.#selector(from);
    if (!metricNames.has(kind)) throw this.#unexpected();
    this.#take();
    const next = this.#peek().kind;
    if (aggregators.includes(kind) && ['by', 'without', '('].includes(next)) return this.#aggregation(token);
    if (kind === 'identifier' && next === '(') return this.#call(token);
    return this.#selector(from);
  }

  #number(): Operand {
    const { text, from } = this.#take();
    if (!isNumberText(text)) {
      const problem = `strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`;
      throw this.#fail(from, `error parsing number: ${problem}`);
    }
    return { kind: 'other', from };
  }

  #selector(from: number): Operand {
    if (this.#accept('{')) {
      while (!this.#accept('}')) {
        this.#matcher();
        if (this.#peek().kind !== '}' && !this.#accept(',')) {
          throw this.#unexpected('label matching', '"," or "}"');
        }
      }
    }
    return { kind: 'selector', from };
  }

  #matcher(): void {
    const { from } = this.#peek();
    if (!this.#accept('identifier')) throw this.#unexpected('label matching', 'identifier or "}"');
    const { kind: operator } = this.#peek();
    if (!this.#accept('=', '!=', '=~', '!~')) {
      throw this.#unexpected('label matching', 'label matching operator');
    }
    if (this.#peek().kind !== 'string') throw this.#unexpected('label matching', 'string');
    const value = parseString(this.#take().text);
    if (operator.endsWith('~')) this.#pattern(from, value);
  }

  #pattern(from: number, value: string): void {
    try {
      anchoredPattern(value);
    } catch (error) {
      throw this.#fail(from, messageOf(error));
    }
  }

  #labels(): void {
    if (!this.#accept('(')) throw this.#unexpected('grouping opts', '"("');
    while (!this.#accept(')')) {
      if (!labelNames.has(this.#peek().kind)) throw this.#unexpected('grouping opts', 'label');
      this.#take();
      if (this.#peek().kind !== ')' && !this.#accept(',')) {
        throw this.#unexpected('grouping opts', '"," or ")"');
      }
    }
  }

  #aggregation({ kind, from }: Token): Operand {
    this.#aggregations += 1;
    const isFirst = this.#peek().kind !== '(';
    if (isFirst) {
      this.#take();
      this.#labels();
    }
    const count = this.#arguments();
    this.#aggregations -= 1;
    if (!isFirst && this.#accept('by', 'without')) {
      this.#labels();
    }
    const expected = withParameter.has(kind) ? 2 : 1;
    if (count === 0) throw this.#fail(from, 'no arguments for aggregate expression provided');
    if (count !== expected) {
      const counts = `expected ${expected}, got ${count}`;
      throw this.#fail(from, `wrong number of arguments for aggregate expression provided, ${counts}`);
    }
    return { kind: 'other', from };
  }

  #call({ text, from }: Token): Operand {
    this.#arguments();
    if (unsupportedFunctions.has(text)) {
      throw this.#fail(from, `the sandbox's PromQL does not support the function "${text}"`);
    }
    if (!Object.hasOwn(functionTable, text)) {
      throw this.#fail(from, `unknown function with name ${JSON.stringify(text)}`);
    }
    return { kind: 'other', from };
  }

  #arguments(): number {
    if (!this.#accept('(')) throw this.#unexpected();
    if (this.#accept(')')) return 0;
    for (let count = 1; ; count += 1) {
      this.#expression();
      if (this.#accept(')')) return count;
      const { from } = this.#peek();
      if (!this.#accept(',')) throw this.#unexpected();
      if (!expressionStarts.has(this.#peek().kind)) {
        throw this.#fail(from, 'trailing commas not allowed in function call args');
      }
    }
  }

  #brackets(operand: Operand): Operand {
    const { from } = this.#take();
    if (this.#peek().kind !== 'duration') throw this.#unexpected('subquery selector', 'duration');
    this.#duration();
    if (this.#accept(']')) {
      const fault = rangeFault(operand);
      if (fault !== undefined) throw this.#fail(from, fault);
      return { kind: 'range', from: operand.from };
    }
    if (!this.#accept(':')) throw this.#unexpected('subquery or range', '":" or "]"');
    if (this.#peek().kind === 'duration') {
      this.#duration();
      if (!this.#accept(']')) throw this.#unexpected('subquery selector', '"]"');
    } else if (!this.#accept(']')) throw this.#unexpected('subquery selector', 'duration or "]"');
    return { kind: 'subquery', from: operand.from };
  }

  #offset(operand: Operand): Operand {
    this.#take();
    this.#accept('-');
    if (this.#peek().kind !== 'duration') throw this.#unexpected('offset', 'duration');
    this.#duration();
    if (operand.kind === 'other') throw this.#fail(operand.from, mustFollow('offset'));
    if (operand.hasOffset === true) throw this.#fail(operand.from, 'offset may not be set multiple times');
    return { ...operand, hasOffset: true };
  }

  #at(operand: Operand): Operand {
    const wrong = () => this.#unexpected('@', 'timestamp');
    this.#take();
    let time = 0;
    if (this.#accept('start', 'end')) {
      if (!this.#accept('(') || !this.#accept(')')) throw wrong();
    } else {
      this.#accept('+', '-');
      if (this.#peek().kind !== 'number') throw wrong();
      time = Number(this.#peek().text.replace(/^inf$/i, 'Infinity'));
      this.#number();
    }
    if (operand.kind === 'other') throw this.#fail(operand.from, mustFollow('@'));
    if (!Number.isFinite(time)) {
      const shown = Number.isNaN(time) ? 'NaN' : '+Inf';
      throw this.#fail(operand.from, `timestamp out of bounds for @ modifier: ${shown}`);
    }
    if (operand.hasAt === true) {
      throw this.#fail(operand.from, '@ <timestamp> may not be set multiple times');
    }
    return { ...operand, hasAt: true };
  }

  #duration(): void {
    const { text, from } = this.#take();
    const milliseconds = parsePromDuration(text);
    if (milliseconds === undefined) {
      throw this.#fail(from, `not a valid duration string: ${JSON.stringify(text)}`);
    }
    if (milliseconds === 0) throw this.#fail(from, 'duration must be greater than 0');
    if (milliseconds > longestMs) throw this.#fail(from, 'duration out of range');
  }
}

/** Go counts durations in nanoseconds of 63 bits. */
const longestMs = 2 ** 63 / 1e6;

function rangeFault({ kind, hasOffset, hasAt }: Operand): string | undefined {
  if (kind !== 'selector') return 'ranges only allowed for vector selectors';
  if (hasOffset === true) return 'no offset modifiers allowed before range';
  return hasAt === true ? 'no @ modifiers allowed before range' : undefined;
}

function mustFollow(modifier: string): string {
  return `${modifier} modifier must be preceded by an instant vector selector or range vector selector or a subquery`;
}
