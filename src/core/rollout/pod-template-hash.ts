import { podTemplateHashLabel } from '../../api/labels.ts';
import { goStructs } from '../../api/pod-struct-table.ts';
import { canonicalQuantity, exactQuantity } from '../../api/quantity.ts';
import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { onceForEach } from '../../kernel/once-for-each.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import { goDialect, goJson } from './go-json.ts';
import { withDefaults } from './pod-template-defaults.ts';
import { olderStepStructs, stepStructs } from './step-struct-table.ts';

/**
 * The value of `rollouts-pod-template-hash`, the same as the peer computes, so that a Rollout taken over from it restarts
 * no pod. FNV-1a over the template's Go JSON, followed by the collision count (8 bytes, little endian) when there is one.
 * Source: `reference/rollout.md` §4.1.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  return collisionCount === undefined ? plainHash(template) : computeHash(template, collisionCount);
}

/** Every decision about a Rollout asks about the same templates and steps. */
const plainHash = onceForEach((template: PodTemplateSpec) => computeHash(template));

function computeHash(template: PodTemplateSpec, collisionCount?: number): string {
  const json = new TextEncoder().encode(goJson(template, 'PodTemplateSpec'));
  if (collisionCount === undefined) return safeEncode(fnv1a32(json));
  const bytes = new Uint8Array(json.length + 8);
  bytes.set(json);
  new DataView(bytes.buffer).setUint32(json.length, collisionCount, true);
  return safeEncode(fnv1a32(bytes));
}

/**
 * The value of `status.currentStepHash`: changes when a step does. `null` is hashed when there are no steps at all. The peer's
 * versions print some steps differently: one of their values that stands there already says the same, and stays.
 */
export function stepsHash(steps: readonly CanaryStep[] | undefined, current?: string): string {
  const hashes = steps === undefined ? hashesOfSteps(steps) : knownHashesOfSteps(steps);
  return hashes.find((hash) => hash === current) ?? (hashes[0] as string);
}

const knownHashesOfSteps = onceForEach((steps: readonly CanaryStep[]) => hashesOfSteps(steps));

/** The newest version's first. */
function hashesOfSteps(steps: readonly CanaryStep[] | undefined): readonly string[] {
  return stepDialects.map((dialect) => safeEncode(fnv1a32(goJson(steps, '[]CanaryStep', dialect))));
}

/**
 * Do two templates ask for the same pods? Defaults that the API server fills in, the hash label, unknown members and the
 * form of quantities make no difference. This keeps a Rollout from restarting when the hash function changes.
 */
export function equalTemplates(one: PodTemplateSpec, other: PodTemplateSpec): boolean {
  return comparable(one) === comparable(other);
}

const comparable = onceForEach((template: PodTemplateSpec): string => {
  const { [podTemplateHashLabel]: _ours, ...labels } = template.metadata?.labels ?? {};
  const { serviceAccount: _deprecated, ...spec } = withDefaults(template).spec ?? { containers: [] };
  const plain = { metadata: { labels, annotations: template.metadata?.annotations ?? {} }, spec };
  return goJson(plain, 'PodTemplateSpec', exactDialect);
});

const stepDialects = [stepStructs, olderStepStructs].map((structs) => goDialect(structs, canonicalQuantity));
const exactDialect = goDialect(goStructs, exactQuantity);

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'; // no vowels, no look-alikes: Kubernetes' own for generated names

function safeEncode(hash: number): string {
  return [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}
