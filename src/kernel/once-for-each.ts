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
