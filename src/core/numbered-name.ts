import type { KubeObject } from '../api/meta.ts';

/** An object to be created, or the one that is there already and is meant. */
export interface Named<T extends KubeObject> {
  readonly object: T;
  readonly reused: boolean;
}

/**
 * The object of this name, or of `name`, separator and a number, that is this very one; else a new one under the first of
 * these names that is free. A name may be taken by an object that nobody here can see: then the next was made instead.
 */
export function withFreeName<T extends KubeObject>(
  wanted: T,
  existing: readonly T[],
  { separator, isSame }: { readonly separator: '.' | '-'; readonly isSame: (other: T) => boolean },
): Named<T> {
  const base = wanted.metadata.name;
  const isOfName = (name: string): boolean => {
    if (name === base) return true;
    return name.startsWith(`${base}${separator}`) && /^\d+$/.test(name.slice(base.length + 1));
  };
  const same = existing.find((other) => isOfName(other.metadata.name) && isSame(other));
  if (same !== undefined) return { object: same, reused: true };
  const taken = new Set(existing.map(({ metadata }) => metadata.name));
  let name = base;
  for (let attempt = 1; taken.has(name); attempt += 1) name = `${base}${separator}${attempt}`;
  return { object: { ...wanted, metadata: { ...wanted.metadata, name } }, reused: false };
}
