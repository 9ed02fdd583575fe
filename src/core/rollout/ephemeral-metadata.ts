import { ephemeralMetadataAnnotation } from '../../api/labels.ts';
import type { RolloutSpec } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';

/** Labels and annotations that pods carry only while they play a part in an update. */
export interface PodMetadata {
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** What pods of that part should carry; undefined when the spec says nothing. */
export function metadataFor(
  strategy: RolloutSpec['strategy'],
  part: 'canary' | 'stable',
): PodMetadata | undefined {
  const { canary, blueGreen } = strategy ?? {};
  return part === 'canary'
    ? (canary?.canaryMetadata ?? blueGreen?.previewMetadata)
    : (canary?.stableMetadata ?? blueGreen?.activeMetadata);
}

/** The same ReplicaSet with exactly this metadata injected, and a note of it, so that it can be taken out again. */
export function injectMetadata(replicaSet: ReplicaSet, wanted: PodMetadata | undefined): ReplicaSet {
  const bare = withoutInjectedMetadata(replicaSet);
  const { [ephemeralMetadataAnnotation]: _note, ...annotations } = replicaSet.metadata.annotations ?? {};
  const metadata = { ...replicaSet.metadata, annotations };
  if (isEmpty(wanted))
    return { ...replicaSet, metadata, spec: { ...replicaSet.spec, template: bare.template } };
  return {
    ...replicaSet,
    metadata: { ...metadata, annotations: { ...annotations, [ephemeralMetadataAnnotation]: noteOf(wanted) } },
    spec: { ...replicaSet.spec, template: merged(bare.template, wanted ?? {}) },
  };
}

/** Taken out: keys that we injected and whose values are still ours. */
export function withoutInjectedMetadata({ metadata, spec }: ReplicaSet): {
  readonly template: PodTemplateSpec;
} {
  const injected = injectedMetadata(metadata.annotations?.[ephemeralMetadataAnnotation]);
  if (injected === undefined) return { template: spec.template };
  const { labels, annotations, ...rest } = spec.template.metadata ?? {};
  return {
    template: {
      ...spec.template,
      metadata: {
        ...rest,
        ...(labels !== undefined && { labels: without(labels, injected.labels) }),
        ...(annotations !== undefined && { annotations: without(annotations, injected.annotations) }),
      },
    },
  };
}

export function injectedMetadata(note: string | undefined): PodMetadata | undefined {
  if (note === undefined) return undefined;
  try {
    return JSON.parse(note) as PodMetadata;
  } catch {
    return undefined; // somebody else's text: nothing that we could take out
  }
}

export function noteOf(wanted: PodMetadata | undefined): string {
  return JSON.stringify({
    ...(wanted?.labels !== undefined && { labels: wanted.labels }),
    ...(wanted?.annotations !== undefined && { annotations: wanted.annotations }),
  });
}

export function isEmpty(metadata: PodMetadata | undefined): boolean {
  return Object.keys({ ...metadata?.labels, ...metadata?.annotations }).length === 0;
}

function merged(template: PodTemplateSpec, { labels, annotations }: PodMetadata): PodTemplateSpec {
  return {
    ...template,
    metadata: {
      ...template.metadata,
      ...(labels !== undefined && { labels: { ...template.metadata?.labels, ...labels } }),
      ...(annotations !== undefined && {
        annotations: { ...template.metadata?.annotations, ...annotations },
      }),
    },
  };
}

function without(
  values: Readonly<Record<string, string>>,
  injected: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => injected?.[key] !== value));
}
