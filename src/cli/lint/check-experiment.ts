import { matchesSelector } from '../../api/meta.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { experimentProblem } from '../../api/validation/experiment.ts';
import { limitsOf } from '../../core/analysis/limits.ts';
import { mergeTemplates } from '../../core/analysis/merge.ts';
import { resolveTemplates } from '../../core/analysis/templates.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { missingOr, templateLookup } from './check-template.ts';
import { type Complaint, error, warning } from './finding.ts';
import type { World } from './world.ts';

/** An analysis of an Experiment, or of an experiment step: both name one template. */
interface ExperimentAnalysis {
  readonly name: string;
  readonly templateName: string;
  readonly clusterScope?: boolean;
  readonly args?: readonly { readonly name: string; readonly value?: string }[];
  readonly requiredForCompletion?: boolean;
}

/** An Experiment that somebody creates by hand. */
export function checkExperiment(experiment: Experiment, world: World): readonly Complaint[] {
  const { metadata, spec } = experiment;
  const names = spec.templates.map(({ name }) => name);
  const templates = spec.templates.flatMap((each, index): readonly Complaint[] => {
    const field = `spec.templates[${index}]`;
    if (names.indexOf(each.name) < index) {
      return [
        error(`${field}.name`, `two templates have the name ${JSON.stringify(each.name)}`, 'Rename one.'),
      ];
    }
    if (matchesSelector(each.selector, each.template.metadata?.labels)) return [];
    const what = 'the selector does not match the labels of the template';
    return [error(`${field}.selector`, what, `Repeat the labels of ${field}.template in it.`)];
  });
  const others = names.length === 0 ? [error('spec.templates', 'no templates', 'Add a template.')] : [];
  const found = [
    ...others,
    ...templates,
    ...checkDuration(spec.duration, 'spec.duration'),
    ...checkAnalyses(spec.analyses ?? [], metadata.namespace, 'spec.analyses', world),
  ];
  const refused = found.length === 0 ? experimentProblem(experiment) : undefined;
  return refused === undefined ? found : [error('spec', refused, 'Correct it; the controller refuses it.')];
}

/** The experiment steps of a Rollout. */
export function checkExperimentSteps({ metadata, spec }: Rollout, world: World): readonly Complaint[] {
  return (spec.strategy?.canary?.steps ?? []).flatMap(({ experiment }, index) => {
    if (experiment === undefined) return [];
    const field = `spec.strategy.canary.steps[${index}].experiment`;
    const analyses = (experiment.analyses ?? []) as readonly ExperimentAnalysis[];
    return [
      ...checkPorts(experiment.templates, spec.template, field),
      ...checkAnalyses(analyses, metadata.namespace, `${field}.analyses`, world),
      ...checkEnd(experiment.duration, analyses, field),
    ];
  });
}

/** A weighted template gets a Service, and a Service needs ports. Of stable's pods nothing is known here. */
function checkPorts(
  templates: readonly { readonly specRef: string; readonly weight?: number }[],
  pods: Rollout['spec']['template'],
  field: string,
): Complaint[] {
  const hasPorts = (pods?.spec?.containers ?? []).some(({ ports = [] }) => ports.length > 0);
  if (pods === undefined || hasPorts) return [];
  return templates.flatMap(({ specRef, weight = 0 }, index) => {
    if (weight === 0 || specRef !== 'canary') return [];
    const what = 'a template with a weight needs a Service, and its pods declare no containerPort';
    return [
      error(`${field}.templates[${index}].weight`, what, 'Add the port to a container of spec.template.'),
    ];
  });
}

/** The release waits for the end of the experiment: there must be one. */
function checkEnd(
  duration: string | undefined,
  analyses: readonly ExperimentAnalysis[],
  field: string,
): readonly Complaint[] {
  if (
    (duration ?? '') !== '' ||
    analyses.some(({ requiredForCompletion }) => requiredForCompletion === true)
  ) {
    return [];
  }
  const what =
    'the step does not end by itself: it has no duration, and no analysis that is required for completion';
  return [
    warning(field, what, 'Give the experiment a duration, or an analysis requiredForCompletion: true.'),
  ];
}

function checkDuration(duration = '', field: string): readonly Complaint[] {
  if (duration === '' || parseGoDuration(duration) !== undefined) return [];
  const what = `${JSON.stringify(duration)} is no duration: the experiment never ends`;
  return [error(field, what, 'Write a duration such as `30s`, `5m` or `1h30m`.')];
}

function checkAnalyses(
  analyses: readonly ExperimentAnalysis[],
  namespace: string | undefined,
  field: string,
  world: World,
): readonly Complaint[] {
  const lookup = templateLookup(world, namespace);
  return analyses.flatMap((analysis, index): readonly Complaint[] => {
    const at = `${field}[${index}]`;
    const resolved = resolveTemplates([analysis], lookup);
    if ('error' in resolved) return [missingOr(resolved.error, `${at}.templateName`, world)];
    const args = (analysis.args ?? []).map(({ name, value = 'value' }) => ({ name, value }));
    const merged = mergeTemplates(resolved.templates, { args });
    if ('error' in merged) {
      return [
        error(
          `${at}.args`,
          merged.error,
          'Add the argument under args, or give it a default in the template.',
        ),
      ];
    }
    if (analysis.requiredForCompletion !== true) return [];
    const endless = merged.spec.metrics.find((metric) => limitsOf(metric).count === undefined);
    if (endless === undefined) return [];
    const what = `the experiment waits for this analysis, whose metric ${endless.name} runs indefinitely`;
    return [warning(at, what, 'Give the metric a count.')];
  });
}
