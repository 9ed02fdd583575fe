import type { CanaryStrategy } from '../v1alpha1/rollout.ts';
import { validateAntiAffinity } from './anti-affinity.ts';
import { type FieldError, invalid } from './field-error.ts';
import type { RouterFacts } from './router-facts.ts';
import { validateSteps } from './steps.ts';
import { validateTrafficRouting } from './traffic-routing.ts';

export function validateCanary(
  canary: CanaryStrategy,
  path: string,
  routers: readonly RouterFacts[] | undefined,
): FieldError[] {
  return [
    ...validateAntiAffinity(canary.antiAffinity, path),
    ...validateFences(canary, path),
    ...validateServiceNames(canary, path),
    ...(canary.trafficRouting === undefined
      ? validateWithoutRouting(canary, path)
      : validateTrafficRouting(canary, canary.trafficRouting, path, routers)),
    ...validateSteps(canary, path, routers),
  ];
}

function validateFences({ maxSurge, maxUnavailable }: CanaryStrategy, path: string): FieldError[] {
  const isZero = (value: number | string | undefined) => value === 0 || value === '0' || value === '0%';
  const isOdd = (value: number | string | undefined) =>
    typeof value === 'number' ? value < 0 : value !== undefined && !/^\d+%?$/.test(value);
  const odd = (['maxSurge', 'maxUnavailable'] as const).filter((name) =>
    isOdd({ maxSurge, maxUnavailable }[name]),
  );
  if (odd.length > 0) {
    return odd.map((name) =>
      invalid(
        `${path}.${name}`,
        { maxSurge, maxUnavailable }[name],
        'must be a number of pods or a percentage, such as 25%',
      ),
    );
  }
  return isZero(maxSurge) && isZero(maxUnavailable)
    ? [invalid(`${path}.maxSurge`, maxSurge, 'MaxSurge and MaxUnavailable both can not be zero')]
    : [];
}

function validateServiceNames({ stableService, canaryService }: CanaryStrategy, path: string): FieldError[] {
  return stableService !== undefined && stableService !== '' && stableService === canaryService
    ? [
        invalid(
          `${path}.stableService`,
          stableService,
          'This rollout uses the same service for the stable and canary services, but two different services are required.',
        ),
      ]
    : [];
}

function validateWithoutRouting(canary: CanaryStrategy, path: string): FieldError[] {
  return [
    ...(canary.scaleDownDelaySeconds === undefined
      ? []
      : [
          invalid(
            `${path}.scaleDownDelaySeconds`,
            canary.scaleDownDelaySeconds,
            'Canary scaleDownDelaySeconds can only be used with traffic routing',
          ),
        ]),
    ...(canary.dynamicStableScale === true
      ? [
          invalid(
            `${path}.dynamicStableScale`,
            true,
            'Canary dynamicStableScale can only be used with traffic routing',
          ),
        ]
      : []),
  ];
}
