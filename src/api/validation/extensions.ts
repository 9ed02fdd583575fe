import { pauseSeconds } from '../pause-duration.ts';
import { splitQueries, windowPlaceholder } from '../v1alpha1/observed-split.ts';
import { type CanaryStrategy, initialFailures, type RolloutSpec } from '../v1alpha1/rollout.ts';
import { type FieldError, forbidden, invalid, notOneOf, required } from './field-error.ts';

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

export function validateObservedSplit(canary: CanaryStrategy, path: string): FieldError[] {
  const { observedSplit, trafficRouting } = canary;
  if (observedSplit === undefined) return [];
  const at = `${path}.observedSplit`;
  if (trafficRouting === undefined) {
    return [forbidden(at, 'without trafficRouting there is no weight to compare with', 'Remove it.')];
  }
  return [
    ...queryErrors(canary, at),
    ...misplacedQueries(canary, at),
    ...(['interval', 'patience'] as const).flatMap((name) =>
      durationErrors(observedSplit[name], `${at}.${name}`),
    ),
    ...toleranceErrors(observedSplit.tolerance, `${at}.tolerance`),
  ];
}

function queryErrors(canary: CanaryStrategy, at: string): FieldError[] {
  if (splitQueries(canary, '') === undefined) {
    const members = (['canaryRequests', 'stableRequests'] as const).filter(
      (name) => canary.observedSplit?.[name] === undefined,
    );
    return members.map((name) =>
      required(
        `${at}.${name}`,
        'both queries are needed, except with Istio, canaryService and stableService',
      ),
    );
  }
  return (['canaryRequests', 'stableRequests'] as const).flatMap((name) => {
    const query = canary.observedSplit?.[name];
    if (query === undefined || query.includes(windowPlaceholder)) return [];
    const detail = `must count over ${windowPlaceholder}, as in sum(increase(requests_total[${windowPlaceholder}]))`;
    return [invalid(`${at}.${name}`, query, detail)];
  });
}

function misplacedQueries({ observedSplit }: CanaryStrategy, at: string): FieldError[] {
  return (['query', 'rangeQuery'] as const)
    .filter((name) => observedSplit?.prometheus?.[name] !== undefined)
    .map((name) =>
      forbidden(
        `${at}.prometheus.${name}`,
        'the queries are canaryRequests and stableRequests',
        'Remove it.',
      ),
    );
}

function durationErrors(value: string | number | undefined, at: string): FieldError[] {
  const seconds = value === undefined ? undefined : pauseSeconds(value);
  if (value === undefined || (seconds !== undefined && seconds > 0)) return [];
  return [invalid(at, value, 'must be whole seconds above 0, or a duration such as 30s or 2m')];
}

function toleranceErrors(value: number | undefined, at: string): FieldError[] {
  if (value === undefined || (value >= 1 && value <= 100)) return [];
  return [invalid(at, value, 'must be from 1 to 100 percent')];
}
