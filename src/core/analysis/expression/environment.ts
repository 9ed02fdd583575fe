import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** What an expression may name besides built-ins. */
export interface Environment {
  readonly variables: Readonly<Record<string, { readonly type: Type; readonly value: Value }>>;
  readonly functions: Readonly<Record<string, EnvironmentFunction>>;
  /** For `now()`; an expression reads no clock. Nanoseconds since the epoch. */
  readonly nowNanoseconds: bigint;
}

export interface EnvironmentFunction {
  readonly params: readonly Type[];
  readonly result: Type;
  call(args: readonly Value[]): Value;
}
