import type { AppMeshTarget, AppMeshVirtualRouter } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { percentOf } from '../percent.ts';
import { appMeshOf } from './references.ts';

type Route = NonNullable<AppMeshVirtualRouter['spec']['routes']>[number];

/** Protocols of a route, in the order in which they are looked for; it has one. */
const protocols = ['httpRoute', 'tcpRoute', 'http2Route', 'grpcRoute'] as const;

interface ProtocolRoute {
  readonly action?: { readonly weightedTargets?: readonly AppMeshTarget[] };
  readonly [member: string]: unknown;
}

/** The routes that the Rollout names; all without names. */
export function editedRoutes(rollout: Rollout, { spec }: AppMeshVirtualRouter): readonly Route[] {
  const { routes: names = [] } = appMeshOf(rollout).virtualService ?? {};
  return (spec.routes ?? []).filter(({ name }) => names.length === 0 || names.includes(name));
}

/** Weighted targets of a route; undefined when it has none. */
export function targetsOf(route: Route): readonly AppMeshTarget[] | undefined {
  const protocol = protocols.find((each) => route[each] !== undefined);
  return protocol === undefined ? undefined : (route[protocol] as ProtocolRoute).action?.weightedTargets;
}

export function roleOf(rollout: Rollout, { virtualNodeRef }: AppMeshTarget): 'stable' | 'canary' | undefined {
  const { virtualNodeGroup } = appMeshOf(rollout);
  const { namespace } = rollout.metadata;
  const isHere = (virtualNodeRef?.namespace ?? namespace) === namespace;
  if (!isHere || virtualNodeRef === undefined) return undefined;
  if (virtualNodeRef.name === virtualNodeGroup?.canaryVirtualNodeRef?.name) return 'canary';
  return virtualNodeRef.name === virtualNodeGroup?.stableVirtualNodeRef?.name ? 'stable' : undefined;
}

/** The router with the weights of a split, of 100; the very same object when it has them. */
export function weightedRouter(
  rollout: Rollout,
  router: AppMeshVirtualRouter,
  split: Split,
): AppMeshVirtualRouter {
  const percent = percentOf(split);
  const weights = { canary: percent, stable: 100 - percent };
  const edited = new Set(editedRoutes(rollout, router));
  const routes = (router.spec.routes ?? []).map((route) => {
    const protocol = protocols.find((each) => route[each] !== undefined);
    if (protocol === undefined || !edited.has(route)) return route;
    const inner = route[protocol] as ProtocolRoute;
    const weightedTargets = (inner.action?.weightedTargets ?? []).map((target) => {
      const role = roleOf(rollout, target);
      return role === undefined ? target : { ...target, weight: weights[role] };
    });
    return { ...route, [protocol]: { ...inner, action: { ...inner.action, weightedTargets } } };
  });
  return sameJson(routes, router.spec.routes) ? router : { ...router, spec: { ...router.spec, routes } };
}
