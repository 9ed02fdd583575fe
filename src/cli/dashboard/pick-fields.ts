/**
 * `fields=a.b,c` keeps only those members of an answer, `fields=-a.b,c` leaves them out; lists are looked through. Anything
 * else of the query is not looked at.
 */
export function pickFields(value: unknown, fields: string | null): unknown {
  if (fields === null || fields === '') return value;
  const excludes = fields.startsWith('-');
  const paths = (excludes ? fields.slice(1) : fields).split(',').map((path) => path.split('.'));
  return excludes ? without(value, paths) : only(value, paths);
}

type Paths = readonly (readonly string[])[];

function only(value: unknown, paths: Paths): unknown {
  if (Array.isArray(value)) return value.map((each) => only(each, paths));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, member]) => {
    const below = pathsBelow(paths, key);
    if (below.length === 0) return [];
    return [[key, below.some((path) => path.length === 0) ? member : only(member, below)]];
  });
  return Object.fromEntries(kept);
}

function without(value: unknown, paths: Paths): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, paths));
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([key, member]) => {
    const below = pathsBelow(paths, key);
    return below.some((path) => path.length === 0) ? [] : [[key, without(member, below)]];
  });
  return Object.fromEntries(kept);
}

function pathsBelow(paths: Paths, key: string): Paths {
  return paths.filter(([first]) => first === key).map(([, ...rest]) => rest);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
