import { parseInt64 } from '../../../analysis/expression/functions.ts';
import { formatValue, type GoValue, isKind, isList, truth } from '../values.ts';

/** sprig's `strval`: `%v`. */
export function textOf(value: GoValue): string {
  return formatValue(value);
}

/** A list of texts without nils; a single value is a list of one. */
export function textsOf(value: GoValue): string[] {
  if (value === null) return [];
  return isList(value) ? value.filter((item) => item !== null).map(textOf) : [textOf(value)];
}

/** The whole number that a value amounts to; 0 when it amounts to none. */
export function integerOf(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? BigInt(Math.trunc(value)) : 0n;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (isKind(value, 'duration')) return value.nanoseconds;
  if (typeof value !== 'string') return 0n;
  const plain = value.replace(/\.0*$/, '').replace(/^([+-]?)0+(?=\d)/, '$1');
  return parseInt64(plain) ?? 0n;
}

export function floatOf(value: GoValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') {
    const parsed = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value) ? Number(value) : 0;
    return Number.isFinite(parsed) ? parsed : 0;
  }
  return Number(integerOf(value));
}

/** sprig's `empty`: as Go's truth, but a time is empty only at its zero. */
export function isEmpty(value: GoValue | undefined): boolean {
  return value === undefined || !truth(value);
}
