import type { KubeObject } from '../../api/meta.ts';
import { type ObjectRef, resources } from '../../api/resources.ts';
import type { TraefikService } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { required } from '../required.ts';
import { servicesOf } from '../services.ts';

const path = 'spec.strategy.canary.trafficRouting.traefik.weightedTraefikServiceName';

/** Traefik: a weighted TraefikService of the user's holds both Services; their weights are ours, and nothing else in it. */
export const traefik: TrafficRouter = {
  kind: 'traefik',
  capabilities: new Set(['weight']),
  objects: (rollout) => [traefikServiceRef(rollout)],
  validate,
  render(rollout, [current], split) {
    return [weighted(rollout, required<TraefikService>(current, traefikServiceRef(rollout)), split)];
  },
  describeChange: ({ metadata }, { canary }) => ({
    reason: 'UpdatedTraefikService',
    message: `TraefikService \`${metadata.name}\` set to desiredWeight '${canary.weight}'`,
  }),
  readWeight(rollout, [current]) {
    const { canary } = servicesOf(rollout);
    return entriesOf(current).find(({ name }) => name === canary)?.weight;
  },
};

function traefikServiceRef(rollout: Rollout): ObjectRef {
  const { namespace } = rollout.metadata;
  const name = rollout.spec.strategy?.canary?.trafficRouting?.traefik?.weightedTraefikServiceName ?? '';
  return { type: resources.traefikServices, namespace, name };
}

function entriesOf(object: KubeObject | undefined) {
  return (object as TraefikService | undefined)?.spec.weighted?.services ?? [];
}

function validate(rollout: Rollout, [current]: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const { name, type } = traefikServiceRef(rollout);
  const problem = (detail: string) => [{ path, value: name, detail }];
  if (current === undefined) return problem(`${type.plural}.${type.group} "${name}" not found`);
  const { services } = (current as TraefikService).spec.weighted ?? {};
  if (services === undefined) {
    return problem('spec.weighted.services was not found in traefik service manifest');
  }
  if (services.some((entry) => (entry.name ?? '') === ''))
    return problem('name field was not found in service');
  const { stable, canary } = servicesOf(rollout);
  const roles = [
    ['canary', canary],
    ['stable', stable],
  ] as const;
  return roles.flatMap(([role, service]) => {
    const count = services.filter((entry) => entry.name === service).length;
    if (count === 0) return problem(`traefik ${role} service was not found`);
    return count === 1
      ? []
      : problem(`traefik ${role} service stands there ${count} times; its weight would count twice`);
  });
}

function weighted(rollout: Rollout, object: TraefikService, split: Split): TraefikService {
  const { stable, canary } = servicesOf(rollout);
  const services = entriesOf(object).map((entry) => {
    if (entry.name === canary) return { ...entry, weight: split.canary.weight };
    return entry.name === stable ? { ...entry, weight: split.total - split.canary.weight } : entry;
  });
  if (sameJson(services, entriesOf(object))) return object;
  return { ...object, spec: { ...object.spec, weighted: { ...object.spec.weighted, services } } };
}
