import type { KubeObject } from '../../api/meta.ts';
import type { Ingress } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import {
  exclusiveProblem,
  type IngressFields,
  ingressProblem,
  type NamedIngress,
  namedIngresses,
} from '../ingress.ts';
import { required } from '../required.ts';
import { assertAdditionalHaveServices, servicesInTurn } from '../services.ts';
import {
  actionKey,
  albOf,
  annotationKey,
  forwardedWeight,
  greatestWeight,
  parseAction,
  stickinessProblem,
  weightedService,
} from './action.ts';
import { renderIngress } from './ingress.ts';
import { readManaged } from './managed-annotation.ts';
import { releaseIngress } from './release.ts';

const base = 'spec.strategy.canary.trafficRouting.alb';

/**
 * AWS ALB: weights live in the Ingress' action annotation of the root Service, which the AWS Load Balancer Controller
 * carries out. The Ingress' backends keep `port.name: use-annotation`, as the user wrote them.
 */
export const alb: TrafficRouter = {
  kind: 'alb',
  capabilities: new Set(['weight', 'headerRoute', 'additionalDestinations', 'pingPong']),
  objects: (rollout) => namedIngresses(rollout, fieldsOf(rollout)).map(({ ref }) => ref),
  validate,
  render: (rollout, current, split) => {
    assertAdditionalHaveServices(split);
    return namedIngresses(rollout, fieldsOf(rollout)).map(({ ref }, index) =>
      renderIngress(rollout, required<Ingress>(current[index], ref), split),
    );
  },
  release: (rolloutName, current) =>
    current.map((object) =>
      object.kind === 'Ingress' ? releaseIngress(rolloutName, object as Ingress) : object,
    ),
  describeChange: (object, split) => ({
    reason: 'PatchingALBIngress',
    message: `Updating Ingress \`${object.metadata.name}\` to desiredWeight '${split.canary.weight}'`,
  }),
  readWeight,
  readReceivers: (rollout, current) =>
    current.flatMap((object) => {
      const action = parseAction(object?.metadata.annotations?.[annotationKey(rollout)]);
      return (action?.ForwardConfig?.TargetGroups ?? []).map(({ ServiceName = '', Weight = 0 }) => ({
        service: ServiceName,
        weight: Weight,
      }));
    }),
};

function fieldsOf(rollout: Rollout): IngressFields {
  const { ingress, ingresses } = albOf(rollout);
  return {
    base,
    one: { field: 'ingress', value: ingress },
    several: { field: 'ingresses', value: ingresses },
  };
}

function validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const problem = exclusiveProblem(fieldsOf(rollout));
  if (problem !== undefined) return [problem];
  const service = weightedService(rollout);
  return [
    ...namedIngresses(rollout, fieldsOf(rollout)).map((named, index) => {
      const ingress = current[index] as Ingress | undefined;
      return ingressProblem(named, ingress, service) ?? (ingress && takenProblem(rollout, named, ingress));
    }),
    totalProblem(rollout),
    durationProblem(rollout),
  ].filter((found) => found !== undefined);
}

/** Two Rollouts that write one action would do so in turn, for ever. */
function takenProblem(
  rollout: Rollout,
  { path, ref }: NamedIngress,
  ingress: Ingress,
): RouteProblem | undefined {
  const managedRoutes = rollout.spec.strategy?.canary?.trafficRouting?.managedRoutes ?? [];
  const own = [annotationKey(rollout), ...managedRoutes.map(({ name }) => actionKey(rollout, name))];
  const others = Object.entries(readManaged(ingress)).filter(([name]) => name !== rollout.metadata.name);
  for (const [owner, keys] of others) {
    const taken = own.find((key) => keys.includes(key));
    if (taken === undefined) continue;
    const detail = `annotation ${taken} of ingress \`${ref.name}\` is managed by Rollout "${owner}"; give the route another name`;
    return { path, value: ref.name, detail };
  }
  return undefined;
}

/** The weights are written as they are, and AWS takes none above 999. */
function totalProblem(rollout: Rollout): RouteProblem | undefined {
  const total = rollout.spec.strategy?.canary?.trafficRouting?.maxTrafficWeight ?? 100;
  if (total <= greatestWeight) return undefined;
  return {
    path: 'spec.strategy.canary.trafficRouting.maxTrafficWeight',
    value: String(total),
    detail: `an ALB target group takes a weight of at most ${greatestWeight}`,
  };
}

function durationProblem(rollout: Rollout): RouteProblem | undefined {
  const { stickinessConfig } = albOf(rollout);
  const detail = stickinessProblem(stickinessConfig);
  if (detail === undefined) return undefined;
  const path = `${base}.stickinessConfig.durationSeconds`;
  return { path, value: String(stickinessConfig?.durationSeconds), detail };
}

/** The most that any Ingress gives the canary: they agree, unless a write failed between two of them. */
function readWeight(rollout: Rollout, current: readonly KubeObject[], split?: Split): number | undefined {
  const { canary = '' } = servicesInTurn(rollout, split);
  const weights = current
    .map(({ metadata }) => forwardedWeight(metadata.annotations?.[annotationKey(rollout, split)], canary))
    .filter((weight) => weight !== undefined);
  return weights.length === 0 ? undefined : Math.max(...weights);
}
