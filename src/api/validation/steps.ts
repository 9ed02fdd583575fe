import { metadataField } from '../metadata-field.ts';
import { pauseSeconds } from '../pause-duration.ts';
import type { CanaryStep, CanaryStrategy, Rollout } from '../v1alpha1/rollout.ts';
import { validateExperiment } from './experiment-step.ts';
import { type FieldError, invalid, required, unsupported } from './field-error.ts';
import { validateRouteSteps } from './route-steps.ts';
import type { RouterFacts } from './router-facts.ts';
import type { StepPlace } from './step-place.ts';
import { notNegative } from './top-level.ts';

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
export const stepKinds: readonly (keyof CanaryStep)[] = [...exclusive, ...others];

export function validateSteps(
  rollout: Rollout,
  canary: CanaryStrategy,
  path: string,
  routers: readonly RouterFacts[] | undefined,
): FieldError[] {
  return (canary.steps ?? []).flatMap((step, index) => {
    const place = { rollout, canary, path, at: `${path}.steps[${index}]`, index, routers };
    return [
      ...validateKinds(step, place),
      ...validateWeight(step, place),
      ...validatePause(step, place),
      ...validateScale(step, place),
      ...validateRouteSteps(step, place),
      ...validateExperiment(step, place),
      ...validateArguments(step, place),
      ...validatePlugin(step, place),
    ];
  });
}

/** A step that nothing carries out would wait for ever: it is refused instead. */
export function validateStepKinds(
  { spec }: Rollout,
  supported: readonly (keyof CanaryStep)[] = stepKinds,
): FieldError[] {
  return (spec.strategy?.canary?.steps ?? []).flatMap((step, index) =>
    stepKinds
      .filter((kind) => step[kind] !== undefined && !supported.includes(kind))
      .map((kind) =>
        unsupported(
          `spec.strategy.steps[${index}].${kind}`,
          kind,
          'this version of Sluice does not run steps of this kind; take the step out, or use an analysis',
        ),
      ),
  );
}

function validateKinds(step: CanaryStep, { at }: StepPlace): FieldError[] {
  const chosen = exclusive.filter((kind) => step[kind] !== undefined);
  const any = chosen.length > 0 || others.some((kind) => step[kind] !== undefined);
  return any && chosen.length <= 1
    ? []
    : [
        invalid(
          at,
          chosen.join(', '),
          'Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
          chosen.length > 1 ? 'Make a step of each.' : 'Say what the step does, or remove it.',
        ),
      ];
}

function validateWeight({ setWeight }: CanaryStep, { canary, at }: StepPlace): FieldError[] {
  const total = canary.trafficRouting?.maxTrafficWeight ?? 100;
  return setWeight === undefined || (setWeight >= 0 && setWeight <= total)
    ? []
    : [invalid(`${at}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${total}`)];
}

function validatePause({ pause }: CanaryStep, { at }: StepPlace): FieldError[] {
  const duration = pause?.duration;
  return duration === undefined || pauseSeconds(duration) !== undefined
    ? []
    : [
        invalid(
          `${at}.pause.duration`,
          duration,
          'Duration needs to be greater than 0',
          'Write whole seconds, or a duration with units such as `1m30s` or `2h`.',
        ),
      ];
}

function validateScale({ setCanaryScale }: CanaryStep, { canary, path, at }: StepPlace): FieldError[] {
  if (setCanaryScale === undefined) return [];
  return [
    ...(canary.trafficRouting === undefined
      ? [required(`${path}.trafficRouting`, 'SetCanaryScale requires TrafficRouting to be set')]
      : []),
    ...notNegative(`${at}.setCanaryScale.replicas`, setCanaryScale.replicas),
    ...notNegative(`${at}.setCanaryScale.weight`, setCanaryScale.weight),
  ];
}

/** References to the Rollout's metadata are read by the rules of the downward API. */
function validateArguments({ analysis, experiment }: CanaryStep, { rollout, at }: StepPlace): FieldError[] {
  const args = [
    ...(experiment?.analyses ?? []).flatMap((each) => each.args ?? []),
    ...(analysis?.args ?? []),
  ];
  return args.flatMap(({ valueFrom }) => {
    const fieldPath = valueFrom?.fieldRef?.fieldPath;
    if (fieldPath === undefined || !fieldPath.startsWith('metadata')) return [];
    return typeof metadataField(rollout.metadata, fieldPath) === 'string'
      ? []
      : [
          invalid(
            `${at}.analyses`,
            fieldPath,
            'Analyses arguments must refer to valid object metadata supported by downwardAPI',
            "Use metadata.name, metadata.namespace, metadata.uid, metadata.labels['KEY'] or metadata.annotations['KEY'].",
          ),
        ];
  });
}

function validatePlugin({ plugin }: CanaryStep, { at }: StepPlace): FieldError[] {
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
