import type { CanaryStrategy, Rollout } from '../v1alpha1/rollout.ts';
import { validateAntiAffinity } from './anti-affinity.ts';
import { validateBake, validateObservedSplit } from './extensions.ts';
import { type FieldError, invalid, notOneOf } from './field-error.ts';
import type { StrategyContext } from './router-facts.ts';
import { validateSteps } from './steps.ts';
import { notNegative } from './top-level.ts';
import { validateTrafficRouting } from './traffic-routing.ts';

export function validateCanary(
  rollout: Rollout,
  canary: CanaryStrategy,
  path: string,
  context: StrategyContext | undefined,
): FieldError[] {
  return [
    ...validateFences(canary, path),
    ...validateServiceNames(canary, path),
    ...(canary.trafficRouting === undefined
      ? validateWithoutRouting(canary, path)
      : validateTrafficRouting(canary, canary.trafficRouting, path, context)),
    ...validateSteps(rollout, canary, path, context?.routers),
    ...validateAntiAffinity(canary.antiAffinity, path),
    ...validateThreshold(canary, path),
    ...validateBake(canary, path),
    ...validateObservedSplit(canary, path),
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

function validateThreshold({ replicaProgressThreshold }: CanaryStrategy, path: string): FieldError[] {
  if (replicaProgressThreshold === undefined) return [];
  const { type, value } = replicaProgressThreshold;
  const at = `${path}.replicaProgressThreshold`;
  return [
    ...(type === 'Percent' || type === 'Pods' ? [] : [notOneOf(`${at}.type`, type, ['Percent', 'Pods'])]),
    ...notNegative(`${at}.value`, value),
  ];
}
