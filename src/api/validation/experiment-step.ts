import { parseGoDuration } from '../../kernel/duration.ts';
import type { CanaryStep, CanaryStrategy } from '../v1alpha1/rollout.ts';
import { type FieldError, invalid, notOneOf } from './field-error.ts';
import type { StepPlace } from './step-place.ts';

export function validateExperiment({ experiment }: CanaryStep, place: StepPlace): FieldError[] {
  if (experiment === undefined) return [];
  const at = `${place.at}.experiment`;
  const { templates = [], duration } = experiment;
  return [
    ...templates.flatMap(({ specRef }, index) =>
      specRef === 'canary' || specRef === 'stable'
        ? []
        : [notOneOf(`${at}.templates[${index}].specRef`, specRef, ['canary', 'stable'])],
    ),
    ...templates.flatMap(({ weight }, index) =>
      weight === undefined ? [] : validateWeight(weight, place, `${at}.templates[${index}].weight`),
    ),
    ...validateSum(
      templates.reduce((sum, { weight = 0 }) => sum + weight, 0),
      place,
      `${at}.templates`,
    ),
    ...(duration === undefined || duration === '' || parseGoDuration(duration) !== undefined
      ? []
      : [invalid(`${at}.duration`, duration, 'must be a duration such as 10m or 1h30m')]),
  ];
}

function validateWeight(weight: number, { canary, routers }: StepPlace, path: string): FieldError[] {
  const routing = canary.trafficRouting;
  if (routing === undefined) {
    return [
      invalid(path, weight, 'Experiment template weight cannot be set unless TrafficRouting is enabled'),
    ];
  }
  const known = routers !== undefined && routers.length > 0;
  const unable = known
    ? routers.filter(
        ({ supported, capabilities }) => supported && !capabilities.has('additionalDestinations'),
      )
    : [];
  const isAble = known
    ? unable.length === 0
    : (['smi', 'alb', 'istio', 'plugins'] as const).some((kind) => routing[kind] !== undefined);
  if (isAble) return weight >= 0 ? [] : [invalid(path, weight, 'must be greater than or equal to 0')];
  const names = unable.map(({ kind }) => kind).join(', ');
  return [
    invalid(
      path,
      weight,
      `Experiment template weight is only available for TrafficRouting with SMI, ALB, and Istio at this time${names === '' ? '' : `; ${names} cannot`}`,
    ),
  ];
}

/** What the experiment takes is taken from stable: together with the canary's share it must leave stable no less than 0. */
function validateSum(sum: number, { canary, index }: StepPlace, path: string): FieldError[] {
  const total = canary.trafficRouting?.maxTrafficWeight ?? 100;
  const weight = weightAt(canary, index);
  return sum === 0 || sum + weight <= total
    ? []
    : [
        invalid(
          path,
          sum,
          `the weights of the experiment and of the canary (${weight}) sum to ${sum + weight}, more than ${total}`,
        ),
      ];
}

/** The canary's weight while this step runs. */
function weightAt({ steps = [] }: CanaryStrategy, index: number): number {
  return steps.slice(0, index + 1).findLast(({ setWeight }) => setWeight !== undefined)?.setWeight ?? 0;
}
