import { pauseSeconds } from '../pause-duration.ts';
import { type CanaryStrategy, initialFailures, type RolloutSpec } from '../v1alpha1/rollout.ts';
import { type FieldError, invalid, notOneOf, required } from './field-error.ts';

/** Fields that the peer does not have: see `docs/extensions.md`. */
export function validateInitialAnalysis({ initialAnalysis }: RolloutSpec): FieldError[] {
  if (initialAnalysis === undefined) return [];
  const { onFailure } = initialAnalysis;
  return [
    ...(onFailure === undefined || initialFailures.includes(onFailure)
      ? []
      : [notOneOf('spec.initialAnalysis.onFailure', onFailure, [...initialFailures])]),
  ];
}

export function validateBake(
  { bake, steps = [], trafficRouting }: CanaryStrategy,
  path: string,
): FieldError[] {
  if (bake === undefined) return [];
  const at = `${path}.bake`;
  const { duration, analysis } = bake;
  return [
    ...(duration === undefined && analysis === undefined
      ? [required(at, 'a bake needs a duration, an analysis, or both')]
      : []),
    ...(duration === undefined || pauseSeconds(duration) !== undefined
      ? []
      : [invalid(`${at}.duration`, duration, 'must be whole seconds, or a duration such as 30m or 2h')]),
    ...(trafficRouting !== undefined && steps.length === 0
      ? [invalid(at, bake, 'without steps a router gives the new version no traffic that could be looked at')]
      : []),
  ];
}
