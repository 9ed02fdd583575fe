import { podTemplateHashLabel } from '../../api/labels.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodSpec, PodTemplateSpec } from '../../api/workloads.ts';
import { sameJson } from '../../kernel/same-json.ts';

/**
 * Keeps pods of the canary off nodes with pods of stable, so that draining the canary later does not look like an empty
 * node to a cluster autoscaler that stable still needs. Only while the two differ.
 */
export function withAntiAffinity(
  template: PodTemplateSpec,
  rollout: Rollout,
  stableHash: string | undefined,
): PodTemplateSpec {
  const { canary, blueGreen } = rollout.spec.strategy ?? {};
  const wanted = canary?.antiAffinity ?? blueGreen?.antiAffinity;
  if (wanted === undefined || stableHash === undefined || template.spec === undefined) return template;
  const term = {
    labelSelector: {
      matchExpressions: [{ key: podTemplateHashLabel, operator: 'In', values: [stableHash] }],
    },
    namespaces: [rollout.metadata.namespace ?? ''],
    topologyKey: 'kubernetes.io/hostname',
  };
  const preferred = wanted.preferredDuringSchedulingIgnoredDuringExecution;
  const [member, entry] =
    preferred === undefined
      ? ([required, term] as const)
      : ([preferredMember, { weight: preferred.weight, podAffinityTerm: term }] as const);
  const affinity = record(template.spec.affinity);
  const podAntiAffinity = record(affinity.podAntiAffinity);
  const terms = { ...podAntiAffinity, [member]: [...listOf(podAntiAffinity[member]), entry] };
  return { ...template, spec: { ...template.spec, affinity: { ...affinity, podAntiAffinity: terms } } };
}

/** What a merge patch must say of the pod spec so that its term is about this stable revision, or gone. */
export function antiAffinityChange(
  template: PodTemplateSpec,
  rollout: Rollout,
  stableHash: string | undefined,
): Record<string, unknown> | undefined {
  if (template.spec === undefined) return undefined;
  const bare = { ...template, spec: withoutAntiAffinity(template.spec) };
  const wanted = withAntiAffinity(bare, rollout, stableHash).spec?.affinity;
  if (sameJson(wanted, template.spec.affinity)) return undefined;
  if (wanted === undefined) return { affinity: null };
  const terms = record(wanted.podAntiAffinity);
  const lists = [required, preferredMember].map((member) => [member, terms[member] ?? null]);
  return {
    affinity: { podAntiAffinity: Object.keys(terms).length === 0 ? null : Object.fromEntries(lists) },
  };
}

const required = 'requiredDuringSchedulingIgnoredDuringExecution';
const preferredMember = 'preferredDuringSchedulingIgnoredDuringExecution';

/** The pod spec without our term; members that held nothing else go too. */
export function withoutAntiAffinity(spec: PodSpec): PodSpec {
  const podAntiAffinity = record(spec.affinity?.podAntiAffinity);
  const kept = Object.fromEntries(
    Object.entries(podAntiAffinity).flatMap(([member, terms]) => {
      const others = listOf(terms).filter((term) => !isOurs(term));
      return others.length === 0 ? [] : [[member, others]];
    }),
  );
  if (JSON.stringify(kept) === JSON.stringify(podAntiAffinity)) return spec;
  const { podAntiAffinity: _dropped, ...affinity } = spec.affinity ?? {};
  const next = Object.keys(kept).length === 0 ? affinity : { ...affinity, podAntiAffinity: kept };
  const { affinity: _old, ...rest } = spec;
  return Object.keys(next).length === 0 ? (rest as PodSpec) : { ...spec, affinity: next };
}

function isOurs(term: unknown): boolean {
  return JSON.stringify(term).includes(`"key":"${podTemplateHashLabel}"`);
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
