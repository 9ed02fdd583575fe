/** Are two JSON values the same? A member that is undefined is a member that is not there; the order of members says nothing. */
export function sameJson(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) || Array.isArray(other)) {
    return (
      Array.isArray(one) &&
      Array.isArray(other) &&
      one.length === other.length &&
      one.every((item, index) => sameJson(item, other[index]))
    );
  }
  if (!isMap(one) || !isMap(other)) return false;
  let members = 0;
  for (const name of Object.keys(one)) {
    if (one[name] === undefined) continue;
    if (!sameJson(one[name], other[name])) return false;
    members += 1;
  }
  return members === Object.keys(other).filter((name) => other[name] !== undefined).length;
}

/**
 * Is everything that is wanted there? A server adds its defaults to what it stores, and leaves out a null.
 * Lists must be of one length, and so go together item by item.
 */
export function isPartOf(wanted: unknown, found: unknown): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (Array.isArray(wanted)) {
    return (
      Array.isArray(found) &&
      wanted.length === found.length &&
      wanted.every((item, index) => isPartOf(item, found[index]))
    );
  }
  if (!isMap(wanted)) return sameJson(wanted, found);
  if (!isMap(found)) return Object.values(wanted).every((value) => value === undefined || value === null);
  return Object.entries(wanted).every(([name, value]) => isPartOf(value, found[name]));
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
