import { podTemplateHashLabel } from '../../api/labels.ts';
import type { CanaryStep } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { fnv1a32 } from '../../kernel/random.ts';
import { escapeForHtml, goJson } from './go-json.ts';
import { withDefaults } from './pod-template-defaults.ts';

/**
 * The value of `rollouts-pod-template-hash`, the same as the peer computes, so that a Rollout taken over from it restarts
 * no pod. FNV-1a over the template's Go JSON, followed by the collision count (8 bytes, little endian) when there is one.
 * Source: `reference/rollout.md` §4.1.
 */
export function podTemplateHash(template: PodTemplateSpec, collisionCount?: number): string {
  const json = new TextEncoder().encode(goJson(template, 'PodTemplateSpec'));
  if (collisionCount === undefined) return safeEncode(fnv1a32(json));
  const bytes = new Uint8Array(json.length + 8);
  bytes.set(json);
  new DataView(bytes.buffer).setUint32(json.length, collisionCount, true);
  return safeEncode(fnv1a32(bytes));
}

/** The value of `status.currentStepHash`: changes when a step does. `null` is hashed when there are no steps at all. */
export function stepsHash(steps: readonly CanaryStep[] | undefined): string {
  return safeEncode(
    fnv1a32(escapeForHtml(JSON.stringify(steps === undefined ? null : steps.map(orderedStep)))),
  );
}

/**
 * Do two templates ask for the same pods? Defaults that the API server fills in, the hash label, unknown members and the
 * form of quantities make no difference. This keeps a Rollout from restarting when the hash function changes.
 */
export function equalTemplates(one: PodTemplateSpec, other: PodTemplateSpec): boolean {
  return comparable(one) === comparable(other);
}

function comparable(template: PodTemplateSpec): string {
  const { [podTemplateHashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  const { serviceAccount: __, ...spec } = template.spec ?? { containers: [] };
  const plain = { metadata: { labels, annotations: template.metadata?.annotations ?? {} }, spec };
  return goJson(withDefaults(plain as PodTemplateSpec), 'PodTemplateSpec');
}

const alphabet = 'bcdfghjklmnpqrstvwxz2456789'; // no vowels, no look-alikes: Kubernetes' own for generated names

function safeEncode(hash: number): string {
  return [...String(hash)].map((digit) => alphabet[digit.charCodeAt(0) % alphabet.length]).join('');
}

const stepOrder = [
  'setWeight',
  'pause',
  'experiment',
  'analysis',
  'setCanaryScale',
  'setHeaderRoute',
  'setMirrorRoute',
  'plugin',
] as const satisfies readonly (keyof CanaryStep)[];

function orderedStep(step: CanaryStep): Record<string, unknown> {
  return Object.fromEntries(
    stepOrder.flatMap((kind) => (step[kind] === undefined ? [] : [[kind, orderedMembers(step[kind], kind)]])),
  );
}

/** Members of each step's struct in Go's order; what always prints stands with its empty value. */
const memberOrder: Readonly<Record<string, readonly string[]>> = {
  pause: ['duration'],
  experiment: ['templates', 'duration', 'analyses', 'dryRun', 'analysisRunMetadata', 'scaleDownDelaySeconds'],
  'experiment.templates': ['name', 'specRef', 'replicas', 'metadata', 'selector', 'weight', 'service'],
  'experiment.analyses': ['name', 'templateName', 'clusterScope', 'args', 'requiredForCompletion'],
  analysis: ['templates', 'args', 'dryRun', 'measurementRetention', 'analysisRunMetadata'],
  templates: ['templateName', 'clusterScope'],
  args: ['name', 'value', 'valueFrom'],
  valueFrom: ['podTemplateHashValue', 'fieldRef'],
  setCanaryScale: ['weight', 'replicas', 'matchTrafficWeight'],
  setHeaderRoute: ['name', 'match'],
  setMirrorRoute: ['name', 'match', 'percentage'],
  'setHeaderRoute.match': ['headerName', 'headerValue'],
  'setMirrorRoute.match': ['method', 'path', 'headers'],
  plugin: ['name', 'config'],
};
const alwaysPrinted: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  experiment: { analysisRunMetadata: {} },
  'experiment.templates': { metadata: {} },
};

function orderedMembers(value: unknown, path: string): unknown {
  if (Array.isArray(value)) return value.map((item) => orderedMembers(item, path));
  if (typeof value !== 'object' || value === null) return value;
  const record = { ...alwaysPrinted[path], ...value } as Record<string, unknown>;
  const order = memberOrder[path] ?? memberOrder[path.split('.').at(-1) ?? ''];
  const keys =
    order === undefined ? Object.keys(record).toSorted() : order.filter((key) => record[key] !== undefined);
  return Object.fromEntries(
    keys.map((key) => [key, orderedMembers(record[key], `${path.split('.')[0]}.${key}`)]),
  );
}
