import { type ObjectRef, resources } from '../../api/resources.ts';
import type { ApisixRoute, ApisixRule } from '../../api/routes.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';
import type { RouteObjectRef } from '../../ports/traffic-router.ts';

export type ApisixSettings = NonNullable<NonNullable<TrafficRouting['apisix']>['route']>;

export function apisixOf(rollout: Rollout): ApisixSettings {
  return rollout.spec.strategy?.canary?.trafficRouting?.apisix?.route ?? { name: '' };
}

/** The user's route, which holds the weights. */
export function baseRef(rollout: Rollout): ObjectRef {
  const { namespace } = rollout.metadata;
  return { type: resources.apisixRoutes, namespace, name: apisixOf(rollout).name };
}

/** A route of our own for each managed one, which exists while a step asks for it. */
export function managedRefs(rollout: Rollout): readonly RouteObjectRef[] {
  const { type, namespace } = baseRef(rollout);
  const names = rollout.spec.strategy?.canary?.trafficRouting?.managedRoutes ?? [];
  return names.map(({ name }) => ({ type, namespace, name, isMadeByRouter: true }));
}

/** The rules that hold the weights: those that the Rollout names, or the only one. */
export function isEdited(
  rollout: Rollout,
  { spec: { http = [] } }: ApisixRoute,
  { name }: ApisixRule,
): boolean {
  const { rules = [] } = apisixOf(rollout);
  return rules.length === 0 ? http.length === 1 || name === apisixOf(rollout).name : rules.includes(name);
}
