import { providerKinds } from '../../api/measurement.ts';
import { resources } from '../../api/resources.ts';
import type { AnalysisTemplate, Argument, Metric } from '../../api/v1alpha1/analysis.ts';
import { applyRules } from '../../core/analysis/rules.ts';
import { resolveTemplates } from '../../core/analysis/templates.ts';
import { literalPattern } from '../../kernel/literal-pattern.ts';
import { checkDefault } from './check-default.ts';
import { checkMetric } from './check-metric.ts';
import { type Complaint, error, warning } from './finding.ts';
import type { World } from './world.ts';

/** An AnalysisTemplate or ClusterAnalysisTemplate by itself, and the templates that it names. */
export function checkTemplate(template: AnalysisTemplate, world: World): readonly Complaint[] {
  const { metrics = [], args = [], templates = [] } = template.spec;
  if (metrics.length === 0 && templates.length === 0) {
    return [error('spec', 'no metrics, and no templates that have some', 'Add a metric under spec.metrics.')];
  }
  return [
    ...checkMetrics(metrics, args),
    ...checkArguments(template),
    ...(templates.length > 0 ? [] : checkRules(template.spec)), // nested templates may bring the metrics
    ...checkNested(template, world),
  ];
}

/** The metrics of a template or a run. */
export function checkMetrics(metrics: readonly Metric[], args: readonly Argument[]): readonly Complaint[] {
  const names = metrics.map(({ name }) => name);
  return metrics.flatMap((metric, index) => {
    const field = `spec.metrics[${index}]`;
    if (names.indexOf(metric.name) < index) {
      const what = `two metrics have the name ${JSON.stringify(metric.name)}`;
      return [error(`${field}.name`, what, 'Give each metric a name of its own.')];
    }
    return [
      ...checkPlugins(metric, field),
      ...checkMetric(metric, args, field),
      ...checkDefault(metric, metrics, args, field),
    ];
  });
}

function checkPlugins({ provider }: Metric, field: string): readonly Complaint[] {
  return Object.keys(provider.plugin ?? {}).map((name) =>
    error(
      `${field}.provider.plugin`,
      `metric plugins are not supported: ${name}`,
      `Use one of ${providerKinds.filter((kind) => kind !== 'plugin').join(', ')}; the web provider asks any HTTP API.`,
    ),
  );
}

function checkArguments({ spec }: AnalysisTemplate): readonly Complaint[] {
  const { args = [], metrics = [], templates = [] } = spec;
  const text = JSON.stringify(metrics);
  return args.flatMap(({ name, value, valueFrom }, index) => {
    const field = `spec.args[${index}]`;
    if (args.findIndex((other) => other.name === name) < index) {
      return [error(field, `two arguments have the name ${JSON.stringify(name)}`, 'Remove one of them.')];
    }
    if (value !== undefined && valueFrom !== undefined) {
      const what = `argument ${JSON.stringify(name)} has both value and valueFrom`;
      return [error(field, what, 'Keep one of them.')];
    }
    const isUsed =
      templates.length > 0 || new RegExp(`\\{\\{\\s*args\\.${literalPattern(name)}\\s*\\}\\}`).test(text);
    if (isUsed) return [];
    return [
      warning(
        field,
        `argument ${JSON.stringify(name)} is used by no metric`,
        `Remove it, or use {{args.${name}}}.`,
      ),
    ];
  });
}

/** Dry-run and retention rules of a template or a run: each must be about one of its metrics. */
export function checkRules(
  spec: Pick<AnalysisTemplate['spec'], 'metrics' | 'dryRun' | 'measurementRetention'>,
): readonly Complaint[] {
  const rules = applyRules(
    spec,
    (spec.metrics ?? []).map(({ name }) => name),
  );
  if (!('error' in rules)) return [];
  const [field = '', ...rest] = rules.error.split(': ');
  const fix = 'Write a regular expression that is found in the name of a metric.';
  return [error(`spec.${field}.metricName`, rest.join(': '), fix)];
}

function checkNested({ metadata, spec }: AnalysisTemplate, world: World): readonly Complaint[] {
  const lookup = templateLookup(world, metadata.namespace);
  return (spec.templates ?? []).flatMap((ref, index) => {
    const field = `spec.templates[${index}]`;
    const resolved = resolveTemplates([ref], lookup);
    return 'error' in resolved ? [missingOr(resolved.error, field, world)] : [];
  });
}

/** A sentence about templates: of one that is in no file as bad as the world says, any other an error. */
export function missingOr(message: string, field: string, world: World): Complaint {
  const isMissing = / not found$/.test(message);
  return isMissing
    ? { severity: world.missing, field, message: `${message} in these files`, fix: missingFix }
    : error(field, message, 'Correct the templates that this names.');
}

export const missingFix = 'Correct the name, or lint it together with the file that has it.';

/** The templates of the files, looked up by `templateKey`. */
export function templateLookup(
  world: World,
  namespace: string | undefined,
): Readonly<Record<string, AnalysisTemplate | undefined>> {
  const all = [...world.all('AnalysisTemplate'), ...world.all('ClusterAnalysisTemplate')];
  return Object.fromEntries(
    all.map(({ kind, metadata: { name } }): [string, AnalysisTemplate | undefined] => {
      const type =
        kind === 'ClusterAnalysisTemplate' ? resources.clusterAnalysisTemplates : resources.analysisTemplates;
      return [`${kind}/${name}`, world.get<AnalysisTemplate>({ type, namespace, name })];
    }),
  );
}
