import { wholeNumber } from './access.ts';
import type { Budget } from './budget.ts';
import { problem } from './problem.ts';
import { isList, type List, type Value, valueTypeName } from './values.ts';

type TextFunction = (args: readonly Value[], context: { readonly budget: Budget }) => Value;

/** Built-ins over texts. Positions count bytes of UTF-8, as in Go. */
export const textFunctions: Readonly<Record<string, TextFunction>> = {
  trim: ([of, cutset]) => (cutset === undefined ? text(of).trim() : trimSet(text(of), text(cutset))),
  trimPrefix: ([of, prefix = ' ']) =>
    text(of).startsWith(text(prefix)) ? text(of).slice(text(prefix).length) : text(of),
  trimSuffix: ([of, suffix = ' ']) =>
    text(of).endsWith(text(suffix)) ? text(of).slice(0, text(of).length - text(suffix).length) : text(of),
  upper: ([of]) => eachCharacter(text(of), (character) => character.toUpperCase()),
  lower: ([of]) => eachCharacter(text(of), (character) => character.toLowerCase()),
  split: ([of, by, limit], { budget }) => texts(split(text(of), text(by), limit, false), budget),
  splitAfter: ([of, by, limit], { budget }) => texts(split(text(of), text(by), limit, true), budget),
  replace: ([of, from, to, limit], { budget }) => replace(text(of), text(from), text(to), limit, budget),
  repeat: ([of, times = null], { budget }) => repeat(text(of), times, budget),
  join: ([of = null, glue = ''], { budget }) => join(of, text(glue), budget),
  indexOf: ([of, part]) => bytesBefore(text(of), text(of).indexOf(text(part))),
  lastIndexOf: ([of, part]) => bytesBefore(text(of), text(of).lastIndexOf(text(part))),
  hasPrefix: ([of, prefix]) => text(of).startsWith(text(prefix)),
  hasSuffix: ([of, suffix]) => text(of).endsWith(text(suffix)),
  toBase64: ([of]) => btoa(String.fromCodePoint(...new TextEncoder().encode(text(of)))),
  fromBase64: ([of]) => fromBase64(text(of)),
};

function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  const found = value === null || value === undefined ? 'nil' : valueTypeName(value);
  throw problem(`interface conversion: interface {} is ${found}, not string`);
}

function texts(items: readonly string[], budget: Budget): List {
  budget.grow(items.length);
  return { kind: 'list', name: '[]string', items };
}

function trimSet(of: string, cutset: string): string {
  const cut = new Set(cutset);
  const characters = [...of];
  const first = characters.findIndex((character) => !cut.has(character));
  if (first === -1) return '';
  return characters.slice(first, characters.findLastIndex((character) => !cut.has(character)) + 1).join('');
}

/** Go changes letters one by one, so one that becomes several stays. */
function eachCharacter(of: string, change: (character: string) => string): string {
  return Array.from(of, (character) => {
    const changed = change(character);
    return [...changed].length === 1 ? changed : character;
  }).join('');
}

function split(of: string, by: string, limit: Value | undefined, keep: boolean): string[] {
  const most = limit === undefined ? -1 : Number(wholeNumber(limit));
  if (most === 0) return [];
  const parts = by === '' ? [...of] : of.split(by);
  const between = keep ? by : '';
  if (most < 0 || parts.length <= most) {
    return parts.map((part, index) => (index < parts.length - 1 ? part + between : part));
  }
  const head = parts.slice(0, most - 1).map((part) => part + between);
  return [...head, parts.slice(most - 1).join(by)];
}

function replace(of: string, from: string, to: string, limit: Value | undefined, budget: Budget): string {
  const most = limit === undefined ? -1 : Number(wholeNumber(limit));
  const parts = from === '' ? ['', ...of, ''] : of.split(from);
  const times = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  budget.grow(of.length + times * to.length);
  const head = parts.slice(0, times + 1).join(to);
  return [head, ...parts.slice(times + 1)].join(from);
}

function repeat(of: string, times: Value, budget: Budget): string {
  const count = Number(wholeNumber(times));
  if (count < 0) throw problem(`invalid argument for repeat (expected positive integer, got ${count})`);
  if (count > 1_000_000) throw problem('memory budget exceeded');
  budget.grow(of.length * count);
  return of.repeat(count);
}

function join(of: Value, glue: string, budget: Budget): string {
  if (!isList(of) || (of.name !== '[]string' && of.name !== '[]interface {}')) {
    throw problem(`invalid argument for join (type ${valueTypeName(of)})`);
  }
  const parts = of.items.map(text);
  budget.grow(parts.reduce((total, part) => total + part.length + glue.length, 0));
  return parts.join(glue);
}

function bytesBefore(of: string, index: number): Value {
  return index < 0 ? -1n : BigInt(new TextEncoder().encode(of.slice(0, index)).length);
}

function fromBase64(of: string): string {
  if (of.length % 4 !== 0) throw problem('illegal base64 data');
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(of), (character) => character.charCodeAt(0)));
  } catch {
    throw problem('illegal base64 data');
  }
}
