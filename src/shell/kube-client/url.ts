import { apiVersionOf, type ResourceType } from '../../api/resources.ts';

/** Path of a collection, an object or a subresource, as the Kubernetes API lays them out. */
export function pathOf(
  type: ResourceType,
  namespace: string | undefined,
  name?: string,
  subresource?: string,
): string {
  const base = type.group === '' ? `/api/${type.version}` : `/apis/${apiVersionOf(type)}`;
  const scope =
    type.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const object = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${base}${scope}/${type.plural}${object}${subresource === undefined ? '' : `/${subresource}`}`;
}

/** `?a=1&b=2`, without the members that are undefined; empty when none is left. */
export function queryOf(members: Readonly<Record<string, string | number | boolean | undefined>>): string {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(members)) {
    if (value !== undefined) query.set(key, String(value));
  }
  return query.size === 0 ? '' : `?${query}`;
}
