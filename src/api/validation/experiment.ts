import { parseGoDuration } from '../../kernel/duration.ts';
import type { LabelSelector } from '../meta.ts';
import type { Experiment, ExperimentSpec } from '../v1alpha1/experiment.ts';

/** `progressDeadlineSeconds` when the spec does not say. Source: the peer's defaults. */
export const defaultProgressDeadlineSeconds = 600;

/**
 * What is wrong with an Experiment, as one sentence; undefined when nothing is. Only the first is said, in the order and
 * in the words of `reference/experiments.md` §2. What the peer lets pass and can never work is refused after that.
 */
export function experimentProblem({ metadata, spec }: Experiment): string | undefined {
  const names = new Set<string>();
  for (const [index, template] of (spec.templates ?? []).entries()) {
    const problem = templateProblem(metadata.name, spec, index, names);
    if (problem !== undefined) return problem;
    names.add(template.name);
  }
  return labelsProblem(spec) ?? analysesProblem(metadata.name, spec) ?? durationProblem(spec);
}

function templateProblem(
  experiment: string,
  spec: ExperimentSpec,
  index: number,
  earlier: ReadonlySet<string>,
): string | undefined {
  const template = spec.templates[index] as ExperimentSpec['templates'][number];
  const { selector, name, minReadySeconds = 0 } = template;
  const deadline = spec.progressDeadlineSeconds ?? defaultProgressDeadlineSeconds;
  if (selector === undefined || selector === null) {
    return `Rollout has missing field '.Spec.Templates[${index}].Selector'`; // sic: the peer's word, which people search for
  }
  if (isEmpty(selector)) {
    return `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
  }
  if (minReadySeconds > deadline) {
    return `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
  }
  if (name === '') return `Experiment ${experiment} has empty template name at index ${index}`;
  if (earlier.has(name)) return `Experiment ${experiment} has repeated template name '${name}' in templates`;
  return undefined;
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** A selector that its own pods do not match: the API server would refuse the ReplicaSet. */
function labelsProblem({ templates }: ExperimentSpec): string | undefined {
  for (const { name, selector, template } of templates) {
    const labels = template.metadata?.labels ?? {};
    const odd = Object.entries(selector.matchLabels ?? {}).find(([key, value]) => labels[key] !== value);
    if (odd !== undefined) {
      return `spec.templates '${name}': the selector asks for the label ${odd[0]}: ${odd[1]}, which the template's pods do not have`;
    }
  }
  return undefined;
}

/** Two analyses of one name would share one run. */
function analysesProblem(experiment: string, { analyses = [] }: ExperimentSpec): string | undefined {
  const names = analyses.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined
    ? undefined
    : `Experiment ${experiment} has repeated analysis name '${twice}' in analyses`;
}

/** The peer takes a duration that it cannot read for one that never passes. */
function durationProblem({ duration }: ExperimentSpec): string | undefined {
  if (duration === undefined || duration === '' || parseGoDuration(duration) !== undefined) return undefined;
  return `spec.duration: Invalid value: "${duration}": must be a duration such as 10m or 1h30m`;
}
