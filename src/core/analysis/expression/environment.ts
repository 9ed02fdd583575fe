import type { Node } from './ast.ts';
import type { Type } from './types.ts';
import type { Value } from './values.ts';

/** What an expression may name besides built-ins. */
export interface Environment {
  readonly variables: Readonly<Record<string, { readonly type: Type; readonly value: Value }>>;
  readonly functions: Readonly<Record<string, EnvironmentFunction>>;
  /** Functions behind a name: `time.Now()`. The name itself is no value. */
  readonly modules?: Readonly<Record<string, Readonly<Record<string, EnvironmentFunction>>>>;
  /** For `now()`; an expression reads no clock. Nanoseconds since the epoch. */
  readonly nowNanoseconds: bigint;
}

export interface EnvironmentFunction {
  readonly params: readonly Type[];
  readonly result: Type;
  call(args: readonly Value[]): Value;
}

/** The function of a module that is called here; undefined when something else is called. */
export function moduleFunction(
  { modules = {} }: Environment,
  callee: Node,
): (EnvironmentFunction & { readonly name: string }) | undefined {
  if (callee.kind !== 'member' || callee.base.kind !== 'identifier' || callee.property.kind !== 'string') {
    return undefined;
  }
  const module = Object.hasOwn(modules, callee.base.name) ? modules[callee.base.name] : undefined;
  const name = callee.property.value;
  const found = module !== undefined && Object.hasOwn(module, name) ? module[name] : undefined;
  return found && { ...found, name: `${callee.base.name}.${name}` };
}
