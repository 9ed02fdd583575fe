import { type ObjectRef, resources } from '../../api/resources.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';

export type IstioRouting = NonNullable<TrafficRouting['istio']>;
/** Which routes of one VirtualService are ours to edit. */
export type RouteSelection = Pick<
  NonNullable<IstioRouting['virtualService']>,
  'routes' | 'tlsRoutes' | 'tcpRoutes'
>;

export function istioOf(rollout: Rollout): IstioRouting {
  return rollout.spec.strategy?.canary?.trafficRouting?.istio ?? {};
}

/** The VirtualServices that the spec names, in its order. */
export function virtualServiceRefs(
  rollout: Rollout,
): readonly { readonly ref: ObjectRef; readonly selection: RouteSelection }[] {
  const { virtualService, virtualServices } = istioOf(rollout);
  const named = virtualService === undefined ? (virtualServices ?? []) : [virtualService];
  return named.map(({ name, ...selection }) => ({
    ref: { type: resources.virtualServices, ...splitName(name, rollout.metadata.namespace) },
    selection,
  }));
}

/** The DestinationRule stands in the Rollout's namespace. None, or one. */
export function destinationRuleRef(rollout: Rollout): readonly ObjectRef[] {
  const name = istioOf(rollout).destinationRule?.name;
  return name === undefined
    ? []
    : [{ type: resources.destinationRules, namespace: rollout.metadata.namespace, name }];
}

/** `name`, `name.namespace`, or either with `.cluster.local` behind it: the last part is the namespace. */
function splitName(text: string, ownNamespace: string | undefined): Pick<ObjectRef, 'name' | 'namespace'> {
  const plain = text.replace(/(\.svc)?\.cluster\.local$/, '');
  const dot = plain.lastIndexOf('.');
  return dot === -1
    ? { name: plain, namespace: ownNamespace }
    : { name: plain.slice(0, dot), namespace: plain.slice(dot + 1) };
}
