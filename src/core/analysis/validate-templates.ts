import type {
  AnalysisTemplate,
  Metric,
  RolloutAnalysis,
  RolloutArgument,
} from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { resolveRolloutArguments } from './arguments.ts';
import { limitsOf } from './limits.ts';
import { mergeTemplates } from './merge.ts';
import { resolveMetrics } from './substitute.ts';
import { resolveTemplates, type TemplateLookup } from './templates.ts';

/** A problem with the analysis of a Rollout, for its `InvalidSpec` condition. */
export interface TemplateProblem {
  /** `spec.strategy.canary.analysis.templates`, or `spec.templates` for a reference inside a template. */
  readonly field: string;
  /** The value found there. */
  readonly value: string;
  readonly detail: string;
}

export interface AnalysisUse {
  readonly rollout: Rollout;
  readonly analysis: RolloutAnalysis;
  readonly templates: TemplateLookup;
  /** Path of the analysis in the Rollout: `spec.strategy.canary.steps[1].analysis`. */
  readonly field: string;
  /** Background analysis may run without end, and takes its arguments from the Rollout alone. */
  readonly background: boolean;
}

/** Can runs be made of this? The first problem, or undefined. */
export function validateAnalysisUse(use: AnalysisUse): TemplateProblem | undefined {
  const { analysis, field } = use;
  const refs = analysis.templates ?? [];
  const resolved = resolveTemplates(refs, use.templates);
  if ('error' in resolved) {
    const missing = /'(.*?)'/.exec(resolved.error)?.[1] ?? '';
    return {
      field: resolved.nested ? 'spec.templates' : `${field}.templates`,
      value: missing,
      detail: resolved.error,
    };
  }
  const names = refs.map(({ templateName }) => templateName ?? '');
  const problem = (detail: string) => ({
    field: `${field}.templates`,
    value: `templateNames: [${names.join(' ')}]`,
    detail,
  });
  const detail = mergeProblem(use, resolved.templates) ?? eachProblem(use, resolved.templates);
  return detail === undefined ? undefined : problem(detail);
}

/** Hashes are not known yet when a Rollout is validated; these stand for them. */
const dummyHashes = { stable: 'dummy-stable-hash', latest: 'dummy-new-hash' };

function mergeProblem({ rollout, analysis }: AnalysisUse, templates: readonly AnalysisTemplate[]) {
  const args = (analysis.args ?? []).map((argument) => dummyArgument(argument, rollout));
  const merged = mergeTemplates(templates, {
    args,
    dryRun: analysis.dryRun,
    measurementRetention: analysis.measurementRetention,
  });
  return 'error' in merged ? merged.error : undefined;
}

/** A field that is not there yet (a status) is no reason to refuse the Rollout: it counts as empty. */
function dummyArgument(argument: RolloutArgument, rollout: Rollout) {
  const resolved = resolveRolloutArguments([argument], rollout, dummyHashes);
  return 'error' in resolved
    ? { name: argument.name, value: '' }
    : { name: argument.name, value: resolved.args[0]?.value ?? '' };
}

function eachProblem(use: AnalysisUse, templates: readonly AnalysisTemplate[]): string | undefined {
  for (const template of templates) {
    const problem = use.background
      ? missingArgument(template, use.analysis.args)
      : endlessOrUnresolved(template);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function missingArgument({ spec }: AnalysisTemplate, given: readonly RolloutArgument[] | undefined) {
  const open = (spec.args ?? []).filter(
    ({ value, valueFrom }) => value === undefined && valueFrom === undefined,
  );
  if (open.length === 0) return undefined;
  if (given === undefined) return 'missing analysis arguments in rollout spec';
  return open.find(({ name }) => !given.some((argument) => argument.name === name))?.name;
}

/** Each template on its own: its placeholders must fill, and every metric must come to an end. */
function endlessOrUnresolved({ metadata, spec }: AnalysisTemplate): string | undefined {
  const subject = `AnalysisTemplate ${metadata.name}`;
  const both = (spec.args ?? []).find(
    ({ value, valueFrom }) => value !== undefined && valueFrom !== undefined,
  );
  if (both !== undefined) return `${subject}: arg '${both.name}' has both Value and ValueFrom fields`;
  const args = (spec.args ?? []).map(({ name, value = 'dummy-value' }) => ({ name, value }));
  const resolved = resolveMetrics(spec.metrics ?? [], args);
  if ('error' in resolved) return `${subject}: ${resolved.error}`;
  const endless = resolved.metrics.find((metric) => limitsOf(metric).count === undefined);
  return endless === undefined ? undefined : `${subject} has metric ${endlessText(endless)}`;
}

function endlessText({ name, count }: Metric): string {
  return `${name} which runs indefinitely. Invalid value for count: ${count ?? '<nil>'}`;
}
