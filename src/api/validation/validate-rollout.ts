import type { AnalysisTemplate } from '../v1alpha1/analysis.ts';
import type { Rollout } from '../v1alpha1/rollout.ts';
import { analysesOf } from '../v1alpha1/rollout-analyses.ts';
import type { PodTemplateSpec, Service } from '../workloads.ts';
import { validateBlueGreen } from './blue-green.ts';
import { validateCanary } from './canary.ts';
import { validateInitialAnalysis } from './extensions.ts';
import { type FieldError, formatFieldError, invalid, required } from './field-error.ts';
import { validatePodTemplate } from './pod-template.ts';
import { validateProviders } from './providers.ts';
import type { RouterFacts, Supported } from './router-facts.ts';
import { validateServices } from './services.ts';
import { validateStepKinds } from './steps.ts';
import { validateTimes, validateWorkload } from './top-level.ts';

/** What a Rollout is judged against, beside itself. Without it only the Rollout's own fields are judged, as `lint` does. */
export interface ValidationContext {
  /** With `workloadRef`: the template it names. Undefined: the Rollout's own. */
  readonly template?: PodTemplateSpec;
  /** Every Service that the spec names; undefined when it does not exist. */
  readonly services: Readonly<Record<string, Service | undefined>>;
  /** One entry for each configured router. */
  readonly routers: readonly RouterFacts[];
  /** Every analysis template that the spec names, as it was found. */
  readonly templates?: Readonly<Record<string, AnalysisTemplate | undefined>>;
  /** What this process can drive, ask and carry out; absent: not judged. */
  readonly supported?: Supported;
  /** What is wrong with the analysis templates that the spec names. */
  readonly templateProblems: readonly {
    readonly field: string;
    readonly value: string;
    readonly detail: string;
  }[];
}

/**
 * Everything that is wrong, in the order in which the peer looks (`reference/rollout.md` §3): the spec first, then what it
 * refers to. The condition of a Rollout tells the first, `lint` all.
 */
export function validateRollout(rollout: Rollout, context?: ValidationContext): FieldError[] {
  const { spec } = rollout;
  const template = context?.template ?? spec.template;
  const own = [
    ...validateWorkload(spec),
    ...(template === undefined ? [] : validatePodTemplate(template, spec.selector)),
    ...validateTimes(spec),
    ...validateStrategy(rollout, context),
    ...validateInitialAnalysis(spec),
    ...validateAnalyses(rollout),
  ];
  if (context === undefined) return own;
  return [
    ...own,
    ...validateStepKinds(rollout, context.supported?.steps),
    ...validateServices(rollout, template, context.services),
    ...context.templateProblems.map(({ field, value, detail }) => invalid(field, value, detail)),
    ...validateProviders(context.templates ?? {}, context.supported?.providers),
    ...context.routers.flatMap(({ problems }) =>
      problems.map(({ path, value, detail }) => invalid(path, value, detail)),
    ),
  ];
}

function validateStrategy(rollout: Rollout, context: ValidationContext | undefined): FieldError[] {
  const { spec } = rollout;
  const { canary, blueGreen } = spec.strategy ?? {};
  const path = 'spec.strategy';
  if (canary === undefined && blueGreen === undefined) {
    return [
      required(
        `${path}.strategy`,
        "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
      ),
    ];
  }
  if (canary !== undefined && blueGreen !== undefined) {
    return [invalid(`${path}.strategy`, 'canary, blueGreen', 'Multiple Strategies can not be listed')];
  }
  if (blueGreen !== undefined) return validateBlueGreen(spec, blueGreen, path);
  return canary === undefined ? [] : validateCanary(rollout, canary, path, context);
}

/** An analysis of nothing has no verdict: what waits for it would wait for ever. */
function validateAnalyses(rollout: Rollout): FieldError[] {
  return analysesOf(rollout)
    .filter(({ analysis }) => (analysis.templates ?? []).length === 0)
    .map(({ field }) => required(`${field}.templates`, 'an analysis needs at least one template'));
}

/** The message of the `InvalidSpec` condition. */
export function invalidSpecMessage(rolloutName: string, error: FieldError): string {
  return `The Rollout "${rolloutName}" is invalid: ${formatFieldError(error)}`;
}
