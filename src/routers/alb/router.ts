import type { KubeObject } from '../../api/meta.ts';
import { type ObjectRef, resources } from '../../api/resources.ts';
import type { Ingress } from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { servicesOf } from '../services.ts';
import { type AlbRouting, albOf, annotationKey, forwardedWeight } from './action.ts';
import { renderIngress } from './ingress.ts';
import { withoutManaged } from './managed-annotation.ts';

/**
 * AWS ALB: weights live in the Ingress' action annotation of the root Service, which the AWS Load Balancer Controller
 * carries out. The Ingress' backends keep `port.name: use-annotation`, as the user wrote them.
 */
export const alb: TrafficRouter = {
  kind: 'alb',
  capabilities: new Set(['weight', 'headerRoute', 'additionalDestinations', 'pingPong']),
  objects: ingressRefs,
  validate: validateAlb,
  render: (rollout, current, split) =>
    current.map((ingress) => renderIngress(rollout, ingress as Ingress, split)),
  release: (rolloutName, current) =>
    current.map((ingress) => withoutManaged(ingress as Ingress, rolloutName)),
  describeChange: (object, split) => ({
    reason: 'PatchingALBIngress',
    message: `Updating Ingress \`${object.metadata.name}\` to desiredWeight '${split.canary.weight}'`,
  }),
  readWeight(rollout, current) {
    const { canary = '' } = servicesOf(rollout, 'pingPong');
    const weights = current
      .map(({ metadata }) => forwardedWeight(metadata.annotations?.[annotationKey(rollout)], canary))
      .filter((weight) => weight !== undefined);
    return weights.length === 0 ? undefined : Math.max(...weights);
  },
};

function ingressNames({ ingress, ingresses }: AlbRouting): readonly string[] {
  return ingress === undefined || ingress === '' ? (ingresses ?? []) : [ingress];
}

function ingressRefs(rollout: Rollout): readonly ObjectRef[] {
  return ingressNames(albOf(rollout)).map((name) => ({
    type: resources.ingresses,
    namespace: rollout.metadata.namespace,
    name,
  }));
}

const base = 'spec.strategy.canary.trafficRouting.alb';

function validateAlb(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
): readonly RouteProblem[] {
  const routing = albOf(rollout);
  const [single, several] = [routing.ingress ?? '', routing.ingresses ?? []];
  if ((single !== '') === several.length > 0) {
    const state = single === '' ? 'Neither are configured.' : 'Both are configured.';
    return [
      { path: base, value: single, detail: `Either Ingress or Ingresses must be configured. ${state}` },
    ];
  }
  const service = routing.rootService ?? servicesOf(rollout, 'pingPong').stable ?? '';
  return ingressNames(routing).flatMap((name, index) => {
    const path = single === '' ? `${base}.ingresses[${index}]` : `${base}.ingress`;
    const object = current[index];
    if (object === undefined)
      return [{ path, value: name, detail: `ingresses.networking.k8s.io "${name}" not found` }];
    if (hasBackend(object as Ingress, service)) return [];
    return [
      { path, value: name, detail: `ingress \`${name}\` has no rules using service ${service} backend` },
    ];
  });
}

function hasBackend({ spec }: Ingress, service: string): boolean {
  return (spec.rules ?? []).some(({ http }) =>
    http?.paths.some(({ backend }) => backend.service?.name === service),
  );
}
