/**
 * The part of a cluster's Rollouts that one controller takes care of. Two controllers whose shares overlap must never act
 * at the same time.
 */
export interface Share {
  /** Only objects with this instance id; undefined: only those without one. */
  readonly instanceId?: string;
  /** Only in these namespaces; undefined: in all. */
  readonly namespaces?: readonly string[];
  /** In all namespaces but these. Not together with `namespaces`. */
  readonly excludedNamespaces?: readonly string[];
}

/** Could one Rollout be in both? */
export function overlap(one: Share, other: Share): boolean {
  if (one.instanceId !== other.instanceId) return false;
  if (one.namespaces !== undefined) return one.namespaces.some((name) => includesNamespace(other, name));
  if (other.namespaces !== undefined) return other.namespaces.some((name) => includesNamespace(one, name));
  return true; // both leave out a few, and there may be more
}

export function includesNamespace(
  { namespaces, excludedNamespaces = [] }: Share,
  namespace: string,
): boolean {
  return namespaces === undefined ? !excludedNamespaces.includes(namespace) : namespaces.includes(namespace);
}

/** In words, for people: `namespaces web, shop`. */
export function describeShare({ instanceId, namespaces, excludedNamespaces = [] }: Share): string {
  const where =
    namespaces !== undefined
      ? `namespaces ${namespaces.join(', ')}`
      : excludedNamespaces.length > 0
        ? `all namespaces but ${excludedNamespaces.join(', ')}`
        : 'all namespaces';
  return instanceId === undefined ? where : `${where}, instance ${instanceId}`;
}
