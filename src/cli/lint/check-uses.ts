import type { AnalysisTemplate, Argument } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { type AnalysisUse, analysesOf } from '../../api/v1alpha1/rollout-analyses.ts';
import { resolveRolloutArguments } from '../../core/analysis/arguments.ts';
import { mergeTemplates } from '../../core/analysis/merge.ts';
import { resolveTemplates } from '../../core/analysis/templates.ts';
import { validateAnalysisUse } from '../../core/analysis/validate-templates.ts';
import { checkMetric } from './check-metric.ts';
import { missingOr, templateLookup } from './check-template.ts';
import { type Complaint, error, warning } from './finding.ts';
import type { World } from './world.ts';

/** Everywhere that a Rollout asks for an analysis: are the templates there, and do they get their arguments? */
export function checkUses(rollout: Rollout, world: World): readonly Complaint[] {
  return analysesOf(rollout).flatMap((use) => checkUse(rollout, use, world));
}

function checkUse(rollout: Rollout, use: AnalysisUse, world: World): readonly Complaint[] {
  const { analysis, field } = use;
  const background = use.purpose === 'Background';
  const lookup = templateLookup(world, rollout.metadata.namespace);
  const refs = analysis.templates ?? [];
  if (refs.length === 0) return [error(`${field}.templates`, 'no templates', 'Name an AnalysisTemplate.')];
  const lost = refs.flatMap((ref, index) => {
    const resolved = resolveTemplates([ref], lookup);
    return 'error' in resolved ? [missingOr(resolved.error, `${field}.templates[${index}]`, world)] : [];
  });
  const resolved = resolveTemplates(refs, lookup);
  if (lost.length > 0 || 'error' in resolved) return lost;
  const wrong = checkArguments(use, rollout, resolved.templates);
  if (wrong.some(({ severity }) => severity === 'error')) return wrong;
  const problem = validateAnalysisUse({ rollout, analysis, templates: lookup, field, background });
  if (problem !== undefined) return [...wrong, error(problem.field, problem.detail, useFix(problem.detail))];
  return [...wrong, ...checkMerged(use, rollout, resolved.templates)];
}

function useFix(detail: string): string {
  if (detail.includes('runs indefinitely'))
    return 'Give the metric a count: this step waits for the end of the run.';
  if (detail.includes('same name')) return 'Rename one of them, or leave one template out.';
  return 'Correct the template.';
}

function checkArguments(
  { analysis, field }: AnalysisUse,
  rollout: Rollout,
  templates: readonly AnalysisTemplate[],
): readonly Complaint[] {
  const given = analysis.args ?? [];
  const declared = templates.flatMap(({ spec }) => spec.args ?? []);
  const names = new Set(declared.map(({ name }) => name));
  const open = [...names].filter(
    (name) =>
      !given.some((argument) => argument.name === name) &&
      declared.every(
        (each) => each.name !== name || (each.value === undefined && each.valueFrom === undefined),
      ),
  );
  const templateNames = templates.map(({ metadata }) => metadata.name).join(', ');
  return [
    ...open.map((name) =>
      error(
        `${field}.args`,
        `argument ${JSON.stringify(name)} of ${templateNames} has no value`,
        `Add it under args, or give it a default in the template.`,
      ),
    ),
    ...given.flatMap((argument, index): readonly Complaint[] => {
      const at = `${field}.args[${index}]`;
      if (!names.has(argument.name)) {
        const known = names.size === 0 ? 'it declares none' : `there are ${[...names].join(', ')}`;
        const what = `${templateNames} declares no argument ${JSON.stringify(argument.name)}: it is dropped`;
        return [warning(`${at}.name`, what, `Correct the name (${known}), or remove it.`)];
      }
      const path = argument.valueFrom?.fieldRef?.fieldPath;
      if (path === undefined || path.startsWith('status')) return []; // status is not in a file
      const resolved = resolveRolloutArguments([argument], rollout, { stable: '', latest: '' });
      if (!('error' in resolved)) return [];
      const fix = "Name a field that the manifest has, such as metadata.name or metadata.labels['app'].";
      return [error(`${at}.valueFrom.fieldRef.fieldPath`, resolved.error, fix)];
    }),
  ];
}

/** The metrics with the values of this Rollout: a condition may be right for the template, and wrong with them. */
function checkMerged(
  { analysis, field }: AnalysisUse,
  rollout: Rollout,
  templates: readonly AnalysisTemplate[],
): readonly Complaint[] {
  const resolved = resolveRolloutArguments(analysis.args ?? [], rollout, {
    stable: 'stable',
    latest: 'latest',
  });
  if ('error' in resolved) return [];
  const merged = mergeTemplates(templates, { args: resolved.args });
  if ('error' in merged) return [];
  const withValues = merged.spec.args ?? [];
  const own = new Map<string, readonly Argument[]>(
    templates.map(({ metadata, spec }) => [metadata.name, spec.args ?? []]),
  );
  return templates.flatMap(({ metadata, spec }) =>
    (spec.metrics ?? []).flatMap((metric) => {
      const byItself = checkMetric(metric, own.get(metadata.name) ?? [], '');
      if (byItself.some(({ severity }) => severity === 'error')) return []; // told at the template
      return checkMetric(metric, withValues, '')
        .filter(({ severity }) => severity === 'error')
        .map((complaint) => ({
          ...complaint,
          field: `${field}.args`,
          message: `with these values metric ${metric.name} of ${metadata.name} is wrong: ${complaint.message}`,
          fix: 'Correct the values, or the metric.',
        }));
    }),
  );
}
