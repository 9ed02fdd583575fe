import type { KubeObject } from '../../api/meta.ts';
import { parseInstant } from '../../kernel/instant.ts';
import type { Labels } from './labels.ts';
import type { Sample } from './state-history.ts';

/** One metric of the state of objects of one kind. */
export interface StateFamily {
  /** Where they are stored: `pods`, `deployments.apps`. */
  readonly resource: string;
  samples(object: KubeObject): readonly Sample[];
}

/** The family of a kind whose objects are known to have the shape of `T`. */
export function family<T extends KubeObject>(
  resource: string,
  samplesOf: (object: T) => readonly Sample[],
): StateFamily {
  return { resource, samples: (object) => samplesOf(object as T) };
}

/** What Prometheus adds when it scrapes kube-state-metrics. */
const exporter = { job: 'kube-state-metrics', instance: 'kube-state-metrics:8080' };

/** Without empty labels, which Prometheus does not tell from absent ones. */
export function sample(labels: Readonly<Record<string, string | undefined>>, value: Sample['value']): Sample {
  const present = Object.entries(labels).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== '',
  );
  return { labels: { ...exporter, ...Object.fromEntries(present) }, value };
}

/** 1 for the one of `values` that holds, 0 for the others. */
export function oneOf<T extends string>(
  labels: Labels,
  name: string,
  values: readonly T[],
  holds: string | undefined,
): Sample[] {
  return values.map((value) => sample({ ...labels, [name]: value }, value === holds ? 1 : 0));
}

/** Statuses of a condition as kube-state-metrics writes them. */
export const conditionStatuses = ['true', 'false', 'unknown'] as const;

/** Seconds since 1970; nothing for a time that is not there. */
export function secondsOf(time: string | undefined): number | undefined {
  const at = parseInstant(time);
  return at === undefined ? undefined : at / 1000;
}

/** As `label_…`: what is no letter, digit or underscore becomes one. kube-state-metrics shows those that it is told to; here all. */
export function labelLabels({ metadata }: KubeObject): Labels {
  return Object.fromEntries(
    Object.entries(metadata.labels ?? {}).map(([name, value]) => [
      `label_${name.replace(/[^a-zA-Z0-9_]/g, '_')}`,
      value,
    ]),
  );
}

/** One sample, or none where there is no number. */
export function numberOf(labels: Labels, value: number | undefined): Sample[] {
  return value === undefined ? [] : [sample(labels, value)];
}

/** Every condition of an object with every status it might have. */
export function conditionSamples(
  labels: Labels,
  conditions: readonly { readonly type?: string; readonly status?: string }[] = [],
): Sample[] {
  return conditions.flatMap(({ type = '', status = '' }) =>
    oneOf({ ...labels, condition: type }, 'status', conditionStatuses, status.toLowerCase()),
  );
}

/** Who controls an object, as `…_owner` says it. */
export function ownerLabels({ metadata }: KubeObject): Labels {
  const [owner] = metadata.ownerReferences ?? [];
  return {
    owner_kind: owner?.kind ?? '<none>',
    owner_name: owner?.name ?? '<none>',
    owner_is_controller: owner === undefined ? '<none>' : String(owner.controller === true),
  };
}
