import type { Instant } from '../../../../kernel/instant.ts';
import { problem } from '../problem.ts';
import type { GoTime } from '../time-format.ts';
import { type GoValue, isList, isMap, typeName } from '../values.ts';

/** What a function may know besides its arguments. */
export interface TemplateContext {
  readonly now: Instant;
  /** A checksum in hexadecimal digits. */
  readonly digest: (algorithm: 'sha1' | 'sha256' | 'sha512', text: string) => string;
}

export interface TemplateFunction {
  readonly least: number;
  readonly most: number;
  readonly call: (args: readonly GoValue[], context: TemplateContext) => GoValue;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

const unbounded = Number.POSITIVE_INFINITY;

/** A function of exactly so many values of any type. */
export function exactly(
  count: number,
  call: (args: readonly [GoValue, GoValue, GoValue, GoValue], context: TemplateContext) => GoValue,
): TemplateFunction {
  return { least: count, most: count, call: call as unknown as TemplateFunction['call'] };
}

export function atLeast(count: number, call: TemplateFunction['call']): TemplateFunction {
  return { least: count, most: unbounded, call };
}

/** A function of texts only. */
export function ofTexts(count: number, call: (...texts: string[]) => GoValue): TemplateFunction {
  return { least: count, most: count, call: (args) => call(...args.map(text)) };
}

/** Where Go takes a string it takes nothing else. */
export function text(value: GoValue | undefined): string {
  if (typeof value === 'string') return value;
  throw wrongType(value, 'string');
}

/** Where Go takes an int it takes any whole number, and nothing else. */
export function whole(value: GoValue | undefined): number {
  if (typeof value === 'bigint') return Number(value);
  throw wrongType(value, 'int');
}

export function map(value: GoValue | undefined): ReadonlyMap<string, GoValue> {
  if (isMap(value)) return value;
  throw wrongType(value, 'map[string]interface {}');
}

export function list(value: GoValue | undefined, of: string): readonly GoValue[] {
  if (isList(value)) return value;
  throw problem(`cannot ${of} on type ${kindOfWrong(value)}`);
}

export function nowOf({ now }: TemplateContext): GoTime {
  return { kind: 'time', nanoseconds: BigInt(Math.trunc(now)) * 1_000_000n };
}

/** More than this is no message any more. */
export const longestText = 1024 * 1024;

/** Refuses what would grow beyond any use. */
export function bounded(length: number): number {
  if (length <= longestText) return length;
  throw problem(`the result would be longer than ${longestText} characters`);
}

function wrongType(value: GoValue | undefined, wanted: string): Error {
  if (value === null || value === undefined) return problem(`invalid value; expected ${wanted}`);
  return problem(`wrong type for value; expected ${wanted}; got ${typeName(value)}`);
}

function kindOfWrong(value: GoValue | undefined): string {
  return value === null || value === undefined ? 'invalid' : typeName(value);
}
