import type { KubeObject } from '../../api/meta.ts';
import type { GatewayRoute, GatewayRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { required } from '../required.ts';
import { assertAdditionalHaveServices } from '../services.ts';
import { isDivided, ownServices, repeated, serviceOf } from './backends.ts';
import { allRoutes, observedRoutes, selectors } from './found-routes.ts';
import { isTakenName } from './header-rules.ts';
import { mirrorProblems, percentages } from './mirror-rules.ts';
import { renderRules } from './rules.ts';
import { inProgressLabel, type NamedRoute, type Protocol, settingsProblems } from './settings.ts';

/**
 * Gateway API: weights live in the backendRefs of HTTP, GRPC, TCP and TLS routes, in every rule that has both Services.
 * Routes by header are rules of our own behind them: the API prefers a match with more headers, wherever it stands. Mirrors
 * stand in front of the rule that they copy: of two equal matches the API takes the first. The peer does this in a plugin; here it is built in, under the plugin's key.
 */
export const gatewayApi: TrafficRouter = {
  kind: 'plugins/argoproj-labs/gatewayAPI',
  capabilities: new Set([
    'weight',
    'headerRoute',
    'headerRoutePattern',
    'mirrorRoute',
    'additionalDestinations',
    'pingPong',
    'maxTrafficWeight',
  ]),
  objects: (rollout, known) => allRoutes(rollout, known).map(({ ref }) => ref),
  searches: (rollout) => selectors(rollout).map(({ type, namespace }) => ({ type, namespace })),
  validate,
  render,
  describeChange: ({ kind, metadata }, { canary }) => ({
    reason: `Updated${kind}`,
    message: `${kind} \`${metadata.name}\` set to desiredWeight '${canary.weight}'`,
  }),
  dropped(rendered, answer) {
    const [wanted, kept] = [rendered, answer].map((route) => percentages((route as GatewayRoute).spec));
    if (wanted?.every((percent) => percent === 100) || sameJson(wanted, kept)) return undefined;
    const { kind, metadata } = rendered;
    return `${kind} ${metadata.name}: the cluster's definition has no requestMirror.percent, which the Gateway API has since 1.3; mirror with percentage 100, or update the definition`;
  },
  readWeight(rollout, current, split) {
    const services = ownServices(rollout, split);
    const weights = (current as GatewayRoute[]).flatMap(({ spec }) =>
      (spec.rules ?? [])
        .filter((rule) => isDivided(rule, services))
        .flatMap(({ backendRefs = [] }) =>
          backendRefs.filter((each) => serviceOf(each, services) === services.canary),
        )
        .map(({ weight = 1 }) => weight),
    );
    return weights.length === 0 ? undefined : Math.max(...weights);
  },
  readReceivers: ({ metadata }, current) =>
    (current as (GatewayRoute | undefined)[]).flatMap((route) =>
      (route?.spec.rules ?? [])
        .flatMap(({ backendRefs = [] }) => backendRefs)
        .map((backend) => ({ service: serviceOf(backend, metadata) ?? '', weight: backend.weight ?? 1 })),
    ),
};

function validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const routes = observedRoutes(rollout, current);
  const problems = settingsProblems(rollout, routes.length);
  if (problems.length > 0) return problems;
  const found = routes.flatMap(
    ({ ref, path, protocol, takesHeaderRoutes }, index): readonly RouteProblem[] => {
      const wrong = (detail: string) => [{ path, value: ref.name, detail }];
      const twice = routes.findIndex((other) => other.protocol === protocol && other.ref.name === ref.name);
      if (twice < index) return wrong('the route is named more than once');
      const object = current[index] as GatewayRoute | undefined;
      if (object === undefined) return wrong(`${ref.type.plural}.${ref.type.group} "${ref.name}" not found`);
      const taken = (object.spec.rules ?? []).find((rule) =>
        isTakenName(rollout, rule, ownServices(rollout)),
      );
      if (taken !== undefined) {
        return wrong(`rule ${taken.name} has the name of a managed route, and does not lead to the canary`);
      }
      const rules = (object.spec.rules ?? []).filter((rule) => isDivided(rule, ownServices(rollout)));
      const twofold = rules.flatMap((rule) => repeated(rule, ownServices(rollout)));
      if (twofold.length > 0) {
        return wrong(
          `backendRef ${twofold[0]} stands more than once in a rule; its weight would count twice`,
        );
      }
      if (rules.length > 0) return takesHeaderRoutes ? stepProblems(rollout, rules, protocol) : [];
      const { stable = '', canary = '' } = ownServices(rollout);
      const field = `${protocol.toLowerCase()}Route`;
      return wrong(
        `backendRef was not found in ${field}: no rule has both Services, ${stable} and ${canary}`,
      );
    },
  );
  return [...found, ...nobodyTakes(rollout, routes)];
}

const stepsPath = 'spec.strategy.canary.steps';

/** A step that sets a route must find one that takes it: else testers would go to stable, and nobody would be told. */
function nobodyTakes(rollout: Rollout, routes: readonly NamedRoute[]): readonly RouteProblem[] {
  if (routes.some(({ takesHeaderRoutes }) => takesHeaderRoutes)) return [];
  return (rollout.spec.strategy?.canary?.steps ?? []).flatMap(({ setHeaderRoute, setMirrorRoute }, index) => {
    const set = setHeaderRoute ?? setMirrorRoute;
    if (set?.match === undefined || set.match.length === 0) return [];
    const field = setHeaderRoute === undefined ? 'setMirrorRoute' : 'setHeaderRoute';
    const detail =
      'no HTTPRoute or GRPCRoute takes routes of steps: name it alone (httpRoute), or with useHeaderRoutes: true';
    return [{ path: `${stepsPath}[${index}].${field}`, value: set.name ?? '', detail }];
  });
}

function stepProblems(
  rollout: Rollout,
  rules: readonly GatewayRule[],
  protocol: Protocol,
): readonly RouteProblem[] {
  const services = ownServices(rollout);
  return (rollout.spec.strategy?.canary?.steps ?? []).flatMap(({ setMirrorRoute }, index) =>
    (setMirrorRoute === undefined ? [] : mirrorProblems(setMirrorRoute, rules, { protocol, services })).map(
      ({ at, value, detail }) => ({
        path: `${stepsPath}[${index}].setMirrorRoute.${at}`,
        value: JSON.stringify(value),
        detail,
      }),
    ),
  );
}

function render(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
  split: Split,
): readonly KubeObject[] {
  assertAdditionalHaveServices(split);
  const services = ownServices(rollout, split);
  return observedRoutes(rollout, current).map((named, index) => {
    const route = required<GatewayRoute>(current[index], named.ref);
    const rules = renderRules(rollout, route, named, { split, services });
    const metadata = labelled(rollout, route, split, rules !== route.spec.rules);
    if (rules === route.spec.rules && metadata === route.metadata) return route;
    return { ...route, metadata, spec: { ...route.spec, rules } };
  });
}

/**
 * Argo CD is told by this label not to set the weights back while a release is on. It goes with the write that ends the
 * release, and with no other: a Rollout that shares the route may have a release of its own.
 */
function labelled(
  rollout: Rollout,
  { metadata }: GatewayRoute,
  { canary, headerRoutes }: Split,
  isWritten: boolean,
): GatewayRoute['metadata'] {
  const label = inProgressLabel(rollout);
  if (label === undefined) return metadata;
  const isOn = canary.weight > 0 || headerRoutes.length > 0;
  const { labels = {} } = metadata;
  if (isOn && labels[label.key] !== label.value) {
    return { ...metadata, labels: { ...labels, [label.key]: label.value } };
  }
  if (isOn || !isWritten || labels[label.key] === undefined) return metadata;
  const { [label.key]: _, ...others } = labels;
  return { ...metadata, labels: others };
}
