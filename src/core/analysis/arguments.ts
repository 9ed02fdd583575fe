import { metadataField } from '../../api/metadata-field.ts';
import type { Argument, RolloutArgument } from '../../api/v1alpha1/analysis.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { formatGoFloat } from '../../kernel/go-number.ts';

/** Hashes that `podTemplateHashValue` stands for; empty while there is no such revision. */
export interface RevisionHashes {
  readonly stable: string;
  readonly latest: string;
}

/**
 * The Rollout's arguments with their values filled in, in order. Every one has a value afterwards, possibly an empty
 * one: naming an argument in the Rollout always overrides the template's default.
 *
 * The peer forgets a bad path when a good one follows it; we report the first.
 */
export function resolveRolloutArguments(
  args: readonly RolloutArgument[],
  rollout: Rollout,
  hashes: RevisionHashes,
): { readonly args: readonly Argument[] } | { readonly error: string } {
  const resolved: Argument[] = [];
  for (const argument of args) {
    const value = argumentValue(argument, rollout, hashes);
    if (typeof value !== 'string') return value;
    resolved.push({ name: argument.name, value });
  }
  return { args: resolved };
}

function argumentValue(
  argument: RolloutArgument,
  rollout: Rollout,
  hashes: RevisionHashes,
): string | { error: string } {
  const { value = '', valueFrom } = argument;
  if (valueFrom?.podTemplateHashValue === 'Latest') return hashes.latest;
  if (valueFrom?.podTemplateHashValue === 'Stable') return hashes.stable;
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path === undefined) return value;
  return path.startsWith('metadata') ? metadataField(rollout.metadata, path) : fieldAt(rollout, path);
}

/** A field anywhere in the Rollout: `spec.template.spec.containers[0].image`. It must be a text, a number or a flag. */
function fieldAt(rollout: Rollout, path: string): string | { error: string } {
  let at: unknown = rollout;
  for (const part of path.split(/[.[\]]+/).filter((text) => text !== '')) {
    if (Array.isArray(at)) {
      if (!/^[+-]?\d+$/.test(part)) return { error: `invalid index '${part}'` };
      const index = Number(part);
      if (index < 0 || index >= at.length) return { error: `index ${index} out of range` };
      at = at[index];
    } else if (typeof at === 'object' && at !== null) {
      at = Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined;
    } else {
      return { error: `invalid path ${path} in rollout` };
    }
  }
  if (at === undefined || at === null) return { error: `invalid path ${path} in rollout` };
  if (typeof at === 'number') return formatGoFloat(at);
  if (typeof at === 'string' || typeof at === 'boolean') return String(at);
  return { error: `path ${path} in rollout must terminate in a primitive value` };
}
