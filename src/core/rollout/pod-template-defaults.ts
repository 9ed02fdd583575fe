import { goStructs } from '../../api/pod-struct-table.ts';
import type { PodTemplateSpec } from '../../api/workloads.ts';
import { onceForEach } from '../../kernel/once-for-each.ts';
import { isEmptyInGo, isNil } from './go-json.ts';

/**
 * What the API server fills into the pod template of a ReplicaSet that leaves it out. What it fills into pods only, such as
 * requests from limits, is not among it.
 * Source: k8s.io/kubernetes 1.34, pkg/apis/core/v1/defaults.go, and the defaults in the types themselves.
 */
export function withDefaults(template: PodTemplateSpec): PodTemplateSpec {
  return filled(template, 'PodTemplateSpec') as PodTemplateSpec;
}

type Json = Readonly<Record<string, unknown>>;
/** A value, or what follows from the other members of the struct. */
type Default = unknown | ((owner: Json) => unknown);

const fileMode = 0o644;

/** By struct and member, as far as the types do not say it themselves. */
const defaults: Readonly<Record<string, Readonly<Record<string, Default>>>> = {
  PodSpec: {
    restartPolicy: 'Always',
    dnsPolicy: 'ClusterFirst',
    schedulerName: 'default-scheduler',
    terminationGracePeriodSeconds: 30,
    securityContext: {},
    serviceAccountName: ({ serviceAccount }: Json) => serviceAccount,
  },
  Container: {
    terminationMessagePath: '/dev/termination-log',
    terminationMessagePolicy: 'File',
    imagePullPolicy: pullPolicyOf,
  },
  Probe: { timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
  HTTPGetAction: { path: '/', scheme: 'HTTP' },
  ObjectFieldSelector: { apiVersion: 'v1' },
  VolumeSource: { emptyDir: (volume: Json) => (hasSource(volume) ? undefined : {}) },
  SecretVolumeSource: { defaultMode: fileMode },
  ConfigMapVolumeSource: { defaultMode: fileMode },
  DownwardAPIVolumeSource: { defaultMode: fileMode },
  ProjectedVolumeSource: { defaultMode: fileMode },
  ServiceAccountTokenProjection: { expirationSeconds: 3600 },
  HostPathVolumeSource: { type: '' },
  AzureDiskVolumeSource: { cachingMode: 'ReadWrite', kind: 'Shared' },
  PersistentVolumeClaimSpec: { volumeMode: 'Filesystem' },
  ImageVolumeSource: { pullPolicy: ({ reference }: Json) => pullPolicyOf({ image: reference }) },
};
const sameAs: Readonly<Record<string, string>> = { EphemeralContainerCommon: 'Container' };

/** `Always` without a tag or with `latest`, unless a digest says which image it is. */
function pullPolicyOf({ image = '' }: { readonly image?: unknown }): string {
  const text = String(image);
  const name = text.slice(text.lastIndexOf('/') + 1);
  const isMoving = !name.includes(':') || name.endsWith(':latest');
  return isMoving && !text.includes('@') ? 'Always' : 'IfNotPresent';
}

function hasSource(volume: Json): boolean {
  return Object.entries(volume).some(([name, source]) => name !== 'name' && !isNil(source));
}

function filled(value: unknown, type: string): unknown {
  if (isNil(value)) return value;
  if (type.startsWith('*')) return filled(value, type.slice(1));
  if (type.startsWith('[]')) {
    return Array.isArray(value) ? value.map((item) => filled(item, type.slice(2))) : value;
  }
  const isStruct = type in goStructs && typeof value === 'object';
  return isStruct ? { ...(value as Json), ...membersOf(value as Json, type) } : value;
}

/** The members that the struct knows and that are set or have a default. */
function membersOf(owner: Json, struct: string): Json {
  const members = linesOf(struct).flatMap(([name = '', rule, type = '', facts = '']): [string, unknown][] => {
    if (rule === 'inline') return Object.entries(membersOf(owner, type.replace('*', '')));
    const given = owner[name];
    const value = isEmptyInGo(given, type) ? (defaultOf(struct, name, owner, facts, type) ?? given) : given;
    return isNil(value) ? [] : [[name, filled(value, type)]];
  });
  return Object.fromEntries(members);
}

/** The lines of a struct, taken apart once. */
function linesOf(struct: string): readonly (readonly string[])[] {
  const lines = goStructs[struct];
  return lines === undefined ? [] : partsOf(lines);
}

const partsOf = onceForEach((lines: readonly string[]) => lines.map((line) => line.split('|')));

function defaultOf(struct: string, member: string, owner: Json, facts: string, type: string): unknown {
  const known = defaults[sameAs[struct] ?? struct]?.[member];
  if (known !== undefined) return typeof known === 'function' ? known(owner) : known;
  const fact = /(?:^| )default:(.*)$/.exec(facts)?.[1];
  return type.endsWith('bool') && fact !== undefined ? fact === 'true' : fact;
}
