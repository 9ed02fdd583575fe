/** What the page shows, as its address says it. */
export type Place =
  | { readonly kind: 'list'; readonly namespace: string | undefined }
  | { readonly kind: 'rollout'; readonly namespace: string; readonly name: string };

/** `<base>`, `<base>NAMESPACE` and, as the peer's page, `<base>rollout/NAMESPACE/NAME`. */
export function placeOf(path: string, base: string): Place {
  const [first, namespace, name] = path
    .slice(base.length)
    .split('/')
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (first === 'rollout' && namespace !== undefined && name !== undefined) {
    return { kind: 'rollout', namespace, name };
  }
  return { kind: 'list', namespace: first };
}

export function pathTo(place: Place, base: string): string {
  const part = encodeURIComponent;
  if (place.kind === 'rollout') return `${base}rollout/${part(place.namespace)}/${part(place.name)}`;
  return place.namespace === undefined ? base : base + part(place.namespace);
}
