import type { HeaderRoute, MirrorRoute, Split } from '../../api/split.ts';
import { isAborted, isPromoted, type Memory } from './memory.ts';
import type { Situation } from './situation.ts';

type Routes = Pick<Split, 'headerRoutes' | 'mirrorRoutes'>;

/**
 * Header and mirror routes that the steps up to here have set. A later step of the same name replaces a route, and removes
 * it when it matches nothing. None of them outlives the update, nor leads to a canary without pods.
 */
export function managedRoutes(seen: Situation, memory: Memory): Routes {
  const headers = new Map<string, HeaderRoute>();
  const mirrors = new Map<string, MirrorRoute>();
  if (mayRoute(seen, memory)) {
    for (const { setHeaderRoute, setMirrorRoute } of seen.steps.slice(0, memory.index + 1)) {
      const name = setHeaderRoute?.name ?? '';
      if (setHeaderRoute?.match !== undefined && setHeaderRoute.match.length > 0) {
        headers.set(name, { name, match: setHeaderRoute.match });
      } else if (setHeaderRoute !== undefined) headers.delete(name);
      if (setMirrorRoute?.match !== undefined && setMirrorRoute.match.length > 0) {
        const { match, percentage = 100 } = setMirrorRoute;
        mirrors.set(setMirrorRoute.name, { name: setMirrorRoute.name, match, percentage });
      } else if (setMirrorRoute !== undefined) mirrors.delete(setMirrorRoute.name);
    }
  }
  const byPrecedence = precedenceOf(seen);
  return {
    headerRoutes: [...headers.values()].sort(byPrecedence),
    mirrorRoutes: [...mirrors.values()].sort(byPrecedence),
  };
}

function mayRoute(seen: Situation, memory: Memory): boolean {
  const { canary, stable } = seen;
  if (stable === undefined || canary.available === 0 || memory.promoteFull) return false;
  return !isPromoted(seen, memory) && !isAborted(memory);
}

/** The order of `managedRoutes` in the spec is their precedence in the router. */
function precedenceOf({ strategy }: Situation) {
  const order = (strategy.trafficRouting?.managedRoutes ?? []).map(({ name }) => name);
  return (a: { name: string }, b: { name: string }) => order.indexOf(a.name) - order.indexOf(b.name);
}
