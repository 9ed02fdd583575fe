import type { Static } from 'typebox';
import type {
  AnalysisRunSpec,
  AnalysisTemplate,
  Argument,
  dryRunSchema,
  Metric,
  measurementRetentionSchema,
} from '../../api/v1alpha1/analysis.ts';

export type DryRunRule = Static<typeof dryRunSchema>;
export type RetentionRule = Static<typeof measurementRetentionSchema>;

/** What the user of the templates adds to them. */
export interface RunOverlay {
  readonly args: readonly Argument[];
  readonly dryRun?: readonly DryRunRule[];
  readonly measurementRetention?: readonly RetentionRule[];
}

export type Merged = { readonly spec: AnalysisRunSpec } | { readonly error: string };

/** One run's spec out of several templates, with the user's arguments and rules laid over theirs. */
export function mergeTemplates(templates: readonly AnalysisTemplate[], overlay: RunOverlay): Merged {
  const specs = templates.map(({ spec }) => spec);
  const metrics = specs.flatMap((spec) => spec.metrics ?? []);
  const dryRun = [...(overlay.dryRun ?? []), ...specs.flatMap((spec) => spec.dryRun ?? [])];
  const retention = [
    ...(overlay.measurementRetention ?? []),
    ...specs.flatMap((spec) => spec.measurementRetention ?? []),
  ];
  const error =
    duplicate('two metrics have', metrics.map(metricName)) ??
    duplicate('two Dry-Run metric rules have', dryRun.map(ruleName)) ??
    duplicate('two Measurement Retention metric rules have', retention.map(ruleName));
  if (error !== undefined) return { error };
  const declared = mergeArguments(specs.flatMap((spec) => spec.args ?? []));
  if ('error' in declared) return declared;
  const args = overlayArguments(declared.args, overlay.args);
  const open = args.find(({ value, valueFrom }) => value === undefined && valueFrom === undefined);
  if (open !== undefined) return { error: `args.${open.name} was not resolved` };
  return {
    spec: {
      metrics,
      ...(args.length > 0 && { args }),
      ...(dryRun.length > 0 && { dryRun }),
      ...(retention.length > 0 && { measurementRetention: retention }),
    },
  };
}

/** Arguments by name: the first with a value stays; two different values are a contradiction. */
function mergeArguments(all: readonly Argument[]): { args: Argument[] } | { error: string } {
  const byName = new Map<string, Argument>();
  for (const argument of all) {
    const earlier = byName.get(argument.name);
    if (earlier?.value === undefined) {
      byName.set(argument.name, argument);
    } else if (argument.value !== undefined && argument.value !== earlier.value) {
      const values = `'${earlier.value}', '${argument.value}'`;
      return {
        error: `Argument \`${argument.name}\` specified multiple times with different values: ${values}`,
      };
    }
  }
  return { args: [...byName.values()] };
}

/** An incoming value wins over the template's; an incoming argument that no template declares is dropped. */
function overlayArguments(declared: readonly Argument[], incoming: readonly Argument[]): Argument[] {
  return declared.map((argument) => {
    const given = incoming.findLast(({ name }) => name === argument.name);
    if (given?.value !== undefined) return { ...argument, value: given.value };
    if (given?.valueFrom !== undefined) return { ...argument, valueFrom: given.valueFrom };
    return argument;
  });
}

function duplicate(subject: string, names: readonly string[]): string | undefined {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  return twice === undefined ? undefined : `${subject} the same name '${twice}'`;
}

const metricName = ({ name }: Metric) => name;
const ruleName = ({ metricName }: { metricName: string }) => metricName;
