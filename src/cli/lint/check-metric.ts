import { type MetricResult, type ProviderKind, providerKinds } from '../../api/measurement.ts';
import type { Argument, Metric } from '../../api/v1alpha1/analysis.ts';
import { conditionProblem } from '../../core/analysis/conditions.ts';
import { limitsOf } from '../../core/analysis/limits.ts';
import { resolveMetrics } from '../../core/analysis/substitute.ts';
import { validateMetrics } from '../../core/analysis/validate.ts';
import { underline } from '../../view/caret.ts';
import { candidatesOf } from './candidates.ts';
import { checkQuery, queryType } from './check-query.ts';
import { type Complaint, error, warning } from './finding.ts';

/** Everything that can be told of one metric without asking its source. `args` are those that its placeholders may name. */
export function checkMetric(metric: Metric, args: readonly Argument[], field: string): readonly Complaint[] {
  const unresolved = resolveMetrics(
    [metric],
    args.map(({ name, value = 'value' }) => ({ name, value })),
  );
  if ('error' in unresolved) {
    const known = args.map(({ name }) => name).join(', ');
    return [
      error(
        field,
        unresolved.error,
        known === ''
          ? 'Declare the argument under spec.args.'
          : `Declare it under spec.args; there are ${known}.`,
      ),
    ];
  }
  const candidates = candidatesOf(metric, args);
  const structural = fewest(candidates, (candidate) => checkStructure(candidate, field));
  if (structural.some(({ severity }) => severity === 'error')) return structural;
  return [
    ...structural,
    ...checkLimits(metric, field),
    ...fewest(candidates, (candidate) => checkQuery(candidate, field)),
    ...checkConditions(metric, candidates, field),
  ];
}

/** The complaints about the candidate that has the fewest: one way to use the metric is enough. */
function fewest(
  candidates: readonly Metric[],
  check: (candidate: Metric) => readonly Complaint[],
): readonly Complaint[] {
  const all = candidates.map(check).toSorted((one, other) => one.length - other.length);
  return all[0] ?? [];
}

function checkStructure(metric: Metric, field: string): readonly Complaint[] {
  const problem = validateMetrics([metric]);
  if (problem === undefined) return [];
  const detail = problem.replace(/^metrics\[0\]: /, '');
  const member =
    /noDataTimeout|noData|minimumSamples|sampleCount|interval|count|failureLimit|inconclusiveLimit|consecutive\w+Limit|startDelay|provider/.exec(
      detail,
    )?.[0];
  const named = { startDelay: 'initialDelay' }[member ?? ''] ?? member;
  return [error(named === undefined ? field : `${field}.${named}`, detail, structureFix(named))];
}

function structureFix(member: string | undefined): string {
  switch (member) {
    case 'provider':
      return `Give the metric exactly one provider: ${providerKinds.join(', ')}.`;
    case 'interval':
    case 'initialDelay':
      return 'Write a duration such as `30s`, `5m` or `1h30m`.';
    default:
      return 'Change the limit or the count so that the sentence holds.';
  }
}

/** Limits that are legal, and surely not meant. */
function checkLimits(metric: Metric, field: string): readonly Complaint[] {
  const { count, failureLimit, inconclusiveLimit } = limitsOf(metric);
  const found: Complaint[] = [];
  if (count !== undefined && failureLimit > 0 && failureLimit >= count) {
    const what = `failureLimit ${failureLimit} is not below count ${count}: the metric can never fail`;
    found.push(warning(`${field}.failureLimit`, what, `Set failureLimit below ${count}.`));
  }
  if (count !== undefined && inconclusiveLimit > 0 && inconclusiveLimit >= count) {
    const what = `inconclusiveLimit ${inconclusiveLimit} is not below count ${count}: it is never reached`;
    found.push(warning(`${field}.inconclusiveLimit`, what, `Set inconclusiveLimit below ${count}.`));
  }
  return found;
}

/** Sources that say themselves what is good, so that conditions are not looked at. */
const judgesItself: ReadonlySet<ProviderKind> = new Set(['job', 'kayenta', 'plugin']);

const resultKinds: Readonly<Record<ProviderKind, readonly MetricResult['kind'][]>> = {
  prometheus: ['vector', 'scalar'],
  cloudWatch: ['cloudwatch'],
  datadog: ['optionalScalar', 'vector'],
  web: ['json'],
  newRelic: ['json'],
  wavefront: ['vector', 'scalar'],
  graphite: ['vector'],
  influxdb: ['json'],
  skywalking: ['json'],
  job: [],
  kayenta: [],
  plugin: [],
};

function checkConditions(metric: Metric, candidates: readonly Metric[], field: string): readonly Complaint[] {
  const provider = providerKinds.find((kind) => metric.provider[kind] !== undefined);
  if (provider === undefined || provider === 'plugin') return [];
  const fields = ['successCondition', 'failureCondition'] as const;
  const given = fields.filter((each) => (metric[each] ?? '') !== '');
  if (judgesItself.has(provider)) {
    return given.map((each) =>
      warning(`${field}.${each}`, `a ${provider} metric does not look at conditions`, `Remove ${each}.`),
    );
  }
  if (given.length === 0) {
    const what = 'without a condition every answer counts as good';
    return [warning(field, what, 'Add a successCondition or a failureCondition.')];
  }
  return given.flatMap((each) =>
    fewest(candidates, (candidate) => checkCondition(candidate, each, provider, field)),
  );
}

function checkCondition(
  metric: Metric,
  name: 'successCondition' | 'failureCondition',
  provider: ProviderKind,
  field: string,
): readonly Complaint[] {
  const condition = metric[name] ?? '';
  const known = provider === 'prometheus' ? queryType(metric) : undefined;
  const kinds = known === undefined ? resultKinds[provider] : [known];
  const problems = kinds.map((kind) => conditionProblem(condition, kind));
  const [problem] = problems;
  if (problem === undefined || problems.includes(undefined)) return [];
  const lines = problem.place === undefined ? undefined : underline(condition, problem.place);
  const isTyped = !/^(unexpected token|unclosed|unrecognized|literal|bad number)/.test(problem.message);
  const fix = isTyped
    ? conditionFix(kinds)
    : 'Correct the expression at the mark; `sluice evaluate` tries it.';
  return [error(`${field}.${name}`, `"${condition}": ${problem.message}`, fix, lines)];
}

function conditionFix(kinds: readonly MetricResult['kind'][]): string {
  switch (kinds[0]) {
    case 'vector':
      return 'The result is a list of numbers: write `result[0] >= 0.95`, or `all(result, # >= 0.95)`. `sluice evaluate --kind vector` tries it.';
    case 'scalar':
    case 'optionalScalar':
      return 'The result is a number: write `result >= 0.95`. `sluice evaluate --kind scalar` tries it.';
    case 'cloudwatch':
      return 'The result is a list of metric data: write `result[0].Values[0] >= 0.95`. `sluice evaluate --kind cloudwatch` tries it.';
    default:
      return 'Correct the expression; `sluice evaluate` tries it on a result.';
  }
}
