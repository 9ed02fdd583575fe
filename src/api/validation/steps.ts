import { parseGoDuration } from '../../kernel/duration.ts';
import type { RouterCapability, StringMatch } from '../split.ts';
import type { CanaryStep, CanaryStrategy, Rollout } from '../v1alpha1/rollout.ts';
import { type FieldError, internal, invalid, required, unsupported } from './field-error.ts';
import type { RouterFacts } from './router-facts.ts';

/** Kinds of which a step has at most one. */
const exclusive = [
  'setWeight',
  'pause',
  'experiment',
  'analysis',
] as const satisfies readonly (keyof CanaryStep)[];
const others = [
  'setCanaryScale',
  'setHeaderRoute',
  'setMirrorRoute',
  'plugin',
] as const satisfies readonly (keyof CanaryStep)[];

export function validateSteps(
  canary: CanaryStrategy,
  path: string,
  routers: readonly RouterFacts[] | undefined,
): FieldError[] {
  return (canary.steps ?? []).flatMap((step, index) => {
    const at = `${path}.steps[${index}]`;
    return [
      ...validateKinds(step, at),
      ...validateWeight(step, canary, at),
      ...validatePause(step, at),
      ...validateScale(step, canary, path),
      ...validateRoutes(step, canary, path, at, routers),
      ...validatePlugin(step, at),
    ];
  });
}

/** A step that nothing carries out would wait for ever: it is refused instead. */
export function validateSupport({ spec }: Rollout, kinds: readonly (keyof CanaryStep)[]): FieldError[] {
  return (spec.strategy?.canary?.steps ?? []).flatMap((step, index) =>
    kinds
      .filter((kind) => step[kind] !== undefined)
      .map((kind) =>
        unsupported(
          `spec.strategy.steps[${index}].${kind}`,
          kind,
          `this version of Sluice does not run steps of this kind; take the step out, or use an analysis`,
        ),
      ),
  );
}

function validateKinds(step: CanaryStep, at: string): FieldError[] {
  const chosen = exclusive.filter((kind) => step[kind] !== undefined);
  const any = chosen.length > 0 || others.some((kind) => step[kind] !== undefined);
  return any && chosen.length <= 1
    ? []
    : [
        invalid(
          at,
          chosen.join(', '),
          'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
        ),
      ];
}

function validateWeight(
  { setWeight }: CanaryStep,
  { trafficRouting }: CanaryStrategy,
  at: string,
): FieldError[] {
  const total = trafficRouting?.maxTrafficWeight ?? 100;
  return setWeight === undefined || (setWeight >= 0 && setWeight <= total)
    ? []
    : [invalid(`${at}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${total}`)];
}

function validatePause({ pause }: CanaryStep, at: string): FieldError[] {
  const duration = pause?.duration;
  if (duration === undefined) return [];
  const seconds =
    typeof duration === 'number'
      ? duration
      : /^\d+$/.test(duration)
        ? Number(duration)
        : parseGoDuration(duration);
  return seconds !== undefined && seconds >= 0
    ? []
    : [invalid(`${at}.pause.duration`, duration, 'Duration needs to be greater than 0')];
}

function validateScale(
  { setCanaryScale }: CanaryStep,
  { trafficRouting }: CanaryStrategy,
  path: string,
): FieldError[] {
  return setCanaryScale !== undefined && trafficRouting === undefined
    ? [
        invalid(
          `${path}.trafficRouting`,
          'setCanaryScale',
          'SetCanaryScale requires TrafficRouting to be set',
        ),
      ]
    : [];
}

function validateRoutes(
  step: CanaryStep,
  { trafficRouting }: CanaryStrategy,
  path: string,
  at: string,
  routers: readonly RouterFacts[] | undefined,
): FieldError[] {
  const { setHeaderRoute, setMirrorRoute } = step;
  if (setHeaderRoute === undefined && setMirrorRoute === undefined) return [];
  const name = setHeaderRoute?.name ?? setMirrorRoute?.name;
  const managed = trafficRouting?.managedRoutes;
  return [
    ...(setHeaderRoute &&
    !canAll(trafficRouting, routers, 'headerRoute', ['istio', 'alb', 'apisix', 'plugins'])
      ? [
          invalid(
            `${at}.setHeaderRoute`,
            name,
            'SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix',
          ),
        ]
      : []),
    ...(setMirrorRoute && !canAll(trafficRouting, routers, 'mirrorRoute', ['istio', 'plugins'])
      ? [
          invalid(
            `${at}.setMirrorRoute`,
            name,
            'SetMirrorRoute requires TrafficRouting, supports Istio and Plugins',
          ),
        ]
      : []),
    ...validateHeaderMatches(step, trafficRouting?.alb !== undefined, at),
    ...validateMirrorMatches(step, at),
    ...(managed === undefined
      ? [
          required(
            `${path}.trafficRouting.managedRoutes`,
            "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'",
          ),
        ]
      : managed.some((route) => route.name === name)
        ? []
        : [
            invalid(
              setHeaderRoute ? `${at}.setHeaderRoute.name` : `${at}.setMirrorRoute.name`,
              name,
              'Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
            ),
          ]),
  ];
}

/** Every configured router must be able to: one that cannot would send these requests the wrong way. */
function canAll(
  routing: CanaryStrategy['trafficRouting'],
  routers: readonly RouterFacts[] | undefined,
  capability: RouterCapability,
  able: readonly string[],
): boolean {
  if (routing === undefined) return false;
  if (routers !== undefined && routers.length > 0) {
    return routers.every(({ capabilities, supported }) => !supported || capabilities.has(capability));
  }
  return able.some((kind) => routing[kind as keyof typeof routing] !== undefined);
}

function validateHeaderMatches({ setHeaderRoute }: CanaryStep, exactOnly: boolean, at: string): FieldError[] {
  return (setHeaderRoute?.match ?? []).flatMap(({ headerValue }, index) => {
    const path = `${at}.setHeaderRoute.match[${index}].headerValue`;
    if (exactOnly && (headerValue.exact === undefined || matchers(headerValue) !== 1)) {
      return [
        invalid(path, headerValue, "SetHeaderRoute match value invalid. ALB supports 'exact' value only"),
      ];
    }
    return oneMatcher(headerValue, path);
  });
}

function validateMirrorMatches({ setMirrorRoute }: CanaryStep, at: string): FieldError[] {
  return (setMirrorRoute?.match ?? []).flatMap(({ method, path }, index) => {
    const base = `${at}.setMirrorRoute.match[${index}]`;
    return [
      ...(method === undefined ? [] : oneMatcher(method, `${base}.method`)),
      ...(path === undefined ? [] : oneMatcher(path, `${base}.path`)),
    ];
  });
}

function matchers({ exact, prefix, regex }: StringMatch): number {
  return [exact, prefix, regex].filter((matcher) => matcher !== undefined && matcher !== '').length;
}

function oneMatcher(match: StringMatch, path: string): FieldError[] {
  const count = matchers(match);
  if (count === 1) return [];
  return [
    internal(
      path,
      count === 0
        ? 'StringMatch value missed, match value must have one of the following: exact, regex, prefix'
        : 'StringMatch match value must have exactly one of the following: exact, regex, prefix',
    ),
  ];
}

function validatePlugin({ plugin }: CanaryStep, at: string): FieldError[] {
  return plugin === undefined
    ? []
    : [
        unsupported(
          `${at}.plugin`,
          plugin.name,
          'step plugins are Go programs of the peer, which Sluice does not run; use an analysis or a pause instead',
        ),
      ];
}
