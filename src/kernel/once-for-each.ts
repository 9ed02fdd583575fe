/**
 * The function, worked out once for each object, however often it is asked about it. For objects that are never changed;
 * it goes by identity, and keeps no object alive.
 */
export function onceForEach<K extends object, V>(compute: (object: K) => V): (object: K) => V {
  const known = new WeakMap<K, { readonly value: V }>();
  return (object) => {
    const found = known.get(object);
    if (found !== undefined) return found.value;
    const value = compute(object);
    known.set(object, { value });
    return value;
  };
}

/**
 * The last answer about each object, as long as everything else that it was worked out from is the same, by identity. For
 * what is asked many times before anything changes.
 */
export function onceWhileSame<K extends object, V>(
  compute: (object: K) => V,
  inputsOf: (object: K) => readonly unknown[],
  keyOf: (object: K) => object,
): (object: K) => V {
  const known = new WeakMap<object, { readonly inputs: readonly unknown[]; readonly value: V }>();
  return (object) => {
    const inputs = inputsOf(object);
    const found = known.get(keyOf(object));
    if (found !== undefined && isSameList(found.inputs, inputs)) return found.value;
    const value = compute(object);
    known.set(keyOf(object), { inputs, value });
    return value;
  };
}

function isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
