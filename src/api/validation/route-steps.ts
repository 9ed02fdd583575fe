import type { RouterCapability, StringMatch } from '../split.ts';
import type { CanaryStep, TrafficRouting } from '../v1alpha1/rollout.ts';
import { type FieldError, invalid, required } from './field-error.ts';
import type { StepPlace } from './step-place.ts';

/** Steps that make routes of their own: by header, and copies. */
export function validateRouteSteps(step: CanaryStep, place: StepPlace): FieldError[] {
  return [
    ...validateHeaderRoute(step, place),
    ...validateMirrorRoute(step, place),
    ...validateManaged(step, place),
  ];
}

function validateHeaderRoute({ setHeaderRoute }: CanaryStep, place: StepPlace): FieldError[] {
  if (setHeaderRoute === undefined) return [];
  const at = `${place.at}.setHeaderRoute`;
  const unable = unableRouters(place, 'headerRoute', ['istio', 'alb', 'apisix', 'plugins']);
  if (unable !== undefined) {
    return [
      invalid(
        at,
        setHeaderRoute.name,
        `SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix${unable}`,
      ),
    ];
  }
  const exactOnly = place.canary.trafficRouting?.alb !== undefined;
  return (setHeaderRoute.match ?? []).flatMap(({ headerValue = {} }, index) => {
    const path = `${at}.match[${index}]`;
    if (exactOnly && (matchers(headerValue) !== 1 || !isSet(headerValue.exact))) {
      return [
        invalid(path, headerValue, "SetHeaderRoute match value invalid. ALB supports 'exact' value only"),
      ];
    }
    return oneMatcher(headerValue, path);
  });
}

function validateMirrorRoute({ setMirrorRoute }: CanaryStep, place: StepPlace): FieldError[] {
  if (setMirrorRoute === undefined) return [];
  const at = `${place.at}.setMirrorRoute`;
  const { name, match = [], percentage } = setMirrorRoute;
  const unable = unableRouters(place, 'mirrorRoute', ['istio', 'plugins']);
  return [
    ...(unable === undefined
      ? []
      : [invalid(at, name, `SetMirrorRoute requires TrafficRouting, supports Istio and Plugins${unable}`)]),
    ...match.flatMap(({ method, path }, index) => [
      ...(method === undefined ? [] : oneMatcher(method, `${at}.match[${index}]`)),
      ...(path === undefined ? [] : oneMatcher(path, `${at}.match[${index}]`)),
    ]),
    ...(percentage === undefined || (percentage >= 0 && percentage <= 100)
      ? []
      : [invalid(`${at}.percentage`, percentage, 'must be between 0 and 100')]),
  ];
}

/** A route that nobody lists has no place in the order of routes. */
function validateManaged(step: CanaryStep, { canary, path, at }: StepPlace): FieldError[] {
  const { setHeaderRoute, setMirrorRoute } = step;
  if (canary.trafficRouting === undefined) return [];
  const named = [
    ...(setHeaderRoute === undefined ? [] : [{ kind: 'setHeaderRoute', name: setHeaderRoute.name }]),
    ...(setMirrorRoute === undefined ? [] : [{ kind: 'setMirrorRoute', name: setMirrorRoute.name }]),
  ];
  const { managedRoutes } = canary.trafficRouting;
  if (named.length > 0 && managedRoutes === undefined) {
    return [
      required(
        `${path}.trafficRouting.managedRoutes`,
        "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'",
        'List the names of all routes that steps set, the one that goes first at the top.',
      ),
    ];
  }
  return named
    .filter(({ name }) => !managedRoutes?.some((route) => route.name === name))
    .map(({ kind, name }) =>
      invalid(
        `${at}.${kind}.name`,
        name,
        'Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
      ),
    );
}

/**
 * Every configured router must be able to: one that cannot would send these requests the wrong way. Undefined when all
 * are; else what to add to the message.
 */
function unableRouters(
  { canary: { trafficRouting }, routers }: StepPlace,
  capability: RouterCapability,
  able: readonly (keyof TrafficRouting)[],
): string | undefined {
  if (trafficRouting === undefined) return '';
  if (routers === undefined || routers.length === 0) {
    return able.some((kind) => trafficRouting[kind] !== undefined) ? undefined : '';
  }
  const unable = routers.filter(({ capabilities, supported }) => supported && !capabilities.has(capability));
  return unable.length === 0 ? undefined : `; ${unable.map(({ kind }) => kind).join(', ')} cannot`;
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}

function matchers({ exact, prefix, regex }: StringMatch): number {
  return [exact, prefix, regex].filter(isSet).length;
}

function oneMatcher(match: StringMatch, path: string): FieldError[] {
  const count = matchers(match);
  if (count === 1) return [];
  return [
    invalid(
      path,
      match,
      count === 0
        ? 'StringMatch value missed, match value must have one of the following: exact, regex, prefix'
        : 'StringMatch match value must have exactly one of the following: exact, regex, prefix',
    ),
  ];
}
