import type { Cluster } from '../ports/cluster.ts';

/** The same cluster, each of whose writes is sent only if `mayWrite` does not throw in that instant. */
export function guardedCluster(cluster: Cluster, mayWrite: () => void): Cluster {
  return {
    ...cluster,
    create: (object, type, options) => cluster.create(object, type, { ...options, mayWrite }),
    replace: (object, type, options) => cluster.replace(object, type, { ...options, mayWrite }),
    patch: (ref, patch, options) => cluster.patch(ref, patch, { ...options, mayWrite }),
    delete: (ref, options) => cluster.delete(ref, { ...options, mayWrite }),
  };
}
