import { metadataField } from '../../api/metadata-field.ts';
import type { Argument } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { formatInstant, parseInstant } from '../../kernel/instant.ts';
import { fillTags } from '../analysis/substitute.ts';
import { finishesAt, hashOf, replicaSetOf, type Seen } from './situation.ts';

/**
 * An analysis' arguments with their placeholders filled in. A reference to a Secret goes to the run as it is, and a field
 * of the Experiment's metadata is filled in; the peer drops both.
 */
export function resolveExperimentArguments(
  seen: Seen,
  status: ExperimentStatus,
  args: readonly Argument[] = [],
): { readonly args: readonly Argument[] } | { readonly error: string } {
  const resolved: Argument[] = [];
  for (const argument of args) {
    const one = resolveArgument(seen, status, argument);
    if ('error' in one) return one;
    resolved.push(one);
  }
  return { args: resolved };
}

function resolveArgument(
  seen: Seen,
  status: ExperimentStatus,
  { name, value, valueFrom }: Argument,
): Argument | { readonly error: string } {
  if (value !== undefined) {
    const filled = fillTags(value, (tag) => placeholderValue(seen, status, tag));
    return 'error' in filled ? filled : { name, value: filled.text };
  }
  if (valueFrom?.secretKeyRef !== undefined) return { name, valueFrom };
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return { name };
  const found = metadataField(seen.experiment.metadata, path);
  return typeof found === 'string' ? { name, value: found } : found;
}

/** `reference/experiments.md` §3.4. Undefined for anything else, and for an end that the experiment does not have. */
function placeholderValue(seen: Seen, status: ExperimentStatus, tag: string): string | undefined {
  if (tag === 'experiment.availableAt') return timeText(status.availableAt);
  if (tag === 'experiment.finishedAt') {
    const end = finishesAt(seen.spec, status);
    return end === undefined ? undefined : formatInstant(end);
  }
  const [, name, field] = /^templates\.(.+)\.(podTemplateHash|replicaset\.name)$/.exec(tag) ?? [];
  const template = seen.spec.templates.find((each) => each.name === name);
  const replicaSet = template === undefined ? undefined : replicaSetOf(seen, template);
  if (replicaSet === undefined) return undefined;
  return field === 'podTemplateHash' ? hashOf(replicaSet) : replicaSet.metadata.name;
}

/** In UTC; the peer writes its own zone. */
function timeText(stamp: string | undefined): string | undefined {
  const at = parseInstant(stamp);
  return at === undefined ? undefined : formatInstant(at);
}
