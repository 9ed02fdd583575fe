import { type Environment, Optional } from '@marcbachmann/cel-js';
import { isObject } from '../json.ts';

/** An element or a value of a literal that is left out when it is missing. */
class Maybe {
  readonly value: unknown;
  constructor(value: unknown) {
    this.value = value;
  }
}

const isThere = (value: unknown): boolean => !(value instanceof Maybe) || optionalOf(value).hasValue();
const plain = (value: unknown): unknown => (value instanceof Maybe ? optionalOf(value).value() : value);

function optionalOf({ value }: Maybe): Optional {
  if (value instanceof Optional) return value;
  throw new Error('cannot initialize optional list element from non-optional value');
}

/** What literals with `?` in them are written as for the evaluator, which does not read them. */
export function registerOptionalLiterals(environment: Environment): void {
  environment.registerType('Maybe', Maybe);
  environment.registerFunction('maybeElement(dyn): Maybe', (value: unknown) => new Maybe(value));
  environment.registerFunction('listOfPresent(list): list', (items: unknown[]) =>
    items.filter(isThere).map(plain),
  );
  environment.registerFunction('mapOfPresent(map): map', (map: unknown) =>
    map instanceof Map
      ? new Map([...map].filter(([, value]) => isThere(value)).map(([key, value]) => [key, plain(value)]))
      : Object.fromEntries(
          Object.entries(isObject(map) ? map : {})
            .filter(([, value]) => isThere(value))
            .map(([key, value]) => [key, plain(value)]),
        ),
  );
}

const tokens = /(?:[rRbB]{0,2}(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'))|\/\/[^\n]*|[\w.]+|\s+|./gs;
const opening: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

interface Open {
  readonly close: string;
  /** Where its own token stands among those written. */
  readonly at: number;
  readonly isLiteral: boolean;
  isMarked: boolean;
  /** A `?` has been read whose value is not over yet. */
  isInMaybe: boolean;
}

/**
 * A rule with its literals of optional members, `[?x]` and `{?'a': x}`, as calls: an index (`a[?0]`) and a choice (`a ? b : c`)
 * are left as they are.
 */
export function withPlainOptionals(rule: string): string {
  if (!/[[{,]\s*\?/.test(rule)) return rule;
  const written: string[] = [];
  const open: Open[] = [];
  let last = '';
  for (const [token] of rule.matchAll(tokens)) {
    const around = open.at(-1);
    const isSpace = /^(\s|\/\/)/.test(token);
    const begins = around?.isLiteral === true && (last === ',' || written.length === around.at + 1);
    if (token === '?' && begins && around !== undefined) {
      around.isMarked = true;
      around.isInMaybe = true;
      if (around.close === ']') written.push('maybeElement(');
      continue;
    }
    if (around?.isInMaybe === true && (token === ',' || token === around.close)) {
      written.push(')');
      around.isInMaybe = false;
    }
    written.push(token);
    if (token === ':' && around?.close === '}' && around.isInMaybe) written.push(' maybeElement(');
    const close = opening[token];
    if (close !== undefined) {
      const isLiteral = token === '{' || (token === '[' && !/[\w)\]}'"]$/.test(last));
      open.push({ close, at: written.length - 1, isLiteral, isMarked: false, isInMaybe: false });
    } else if (token === around?.close) {
      open.pop();
      if (around.isMarked) {
        written[around.at] = `${token === ']' ? 'listOfPresent([' : 'mapOfPresent({'}`;
        written.push(')');
      }
    }
    if (!isSpace) last = token;
  }
  return written.join('');
}
