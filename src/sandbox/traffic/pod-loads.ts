/** Requests per second that reach each pod by all ways together: what its limit is compared with. */
export interface PodLoads {
  /** Of a pod, by `namespace/name`. */
  of(pod: string): number;
  routesTo(pod: string): Iterable<string>;
  /** What one route sends to each pod from now on. Answers with the pods that it sent something to, or does now. */
  replace(route: string, shares: ReadonlyMap<string, number>): Iterable<string>;
}

export function createPodLoads(): PodLoads {
  const byPod = new Map<string, Map<string, number>>();
  const byRoute = new Map<string, ReadonlyMap<string, number>>();
  return {
    of: (pod) => [...(byPod.get(pod)?.values() ?? [])].reduce((sum, share) => sum + share, 0),
    routesTo: (pod) => byPod.get(pod)?.keys() ?? [],
    replace(route, shares) {
      const before = byRoute.get(route) ?? new Map<string, number>();
      for (const pod of before.keys()) {
        const routes = byPod.get(pod);
        routes?.delete(route);
        if (routes?.size === 0) byPod.delete(pod);
      }
      for (const [pod, share] of shares) {
        const routes = byPod.get(pod) ?? new Map<string, number>();
        byPod.set(pod, routes.set(route, share));
      }
      if (shares.size === 0) byRoute.delete(route);
      else byRoute.set(route, shares);
      return new Set([...before.keys(), ...shares.keys()]);
    },
  };
}
