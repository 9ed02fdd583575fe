// Writes src/sandbox/builtin/messages.ts: the protocol buffer fields of the kinds that kubectl sends in that form. Only field
// numbers, names and types are read from the struct tags of the Go modules k8s.io/api and k8s.io/apimachinery:
//   node scripts/kubernetes-messages.ts GOMODCACHE/k8s.io/api@VERSION GOMODCACHE/k8s.io/apimachinery@VERSION
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [api = '', machinery = ''] = process.argv.slice(2);

const roots: Readonly<Record<string, readonly string[]>> = {
  'core/v1': [
    'Pod',
    'PodTemplate',
    'Service',
    'Endpoints',
    'ConfigMap',
    'Secret',
    'Namespace',
    'Node',
    'Event',
    'ServiceAccount',
    'Binding',
    'ResourceQuota',
    'LimitRange',
    'PersistentVolumeClaim',
    'PersistentVolume',
    'ReplicationController',
  ],
  'apps/v1': ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'ControllerRevision'],
  'batch/v1': ['Job', 'CronJob'],
  'networking/v1': ['Ingress', 'IngressClass', 'NetworkPolicy'],
  'scheduling/v1': ['PriorityClass'],
  'storage/v1': ['StorageClass'],
  'admissionregistration/v1': ['ValidatingWebhookConfiguration', 'MutatingWebhookConfiguration'],
  'discovery/v1': ['EndpointSlice'],
  'autoscaling/v1': ['Scale', 'HorizontalPodAutoscaler'],
  'autoscaling/v2': ['HorizontalPodAutoscaler'],
  'coordination/v1': ['Lease'],
  'policy/v1': ['PodDisruptionBudget', 'Eviction'],
  'rbac/v1': ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'],
  'authorization/v1': [
    'SelfSubjectAccessReview',
    'SelfSubjectRulesReview',
    'SubjectAccessReview',
    'LocalSubjectAccessReview',
  ],
  'authentication/v1': ['SelfSubjectReview', 'TokenRequest'],
  'events/v1': ['Event'],
  'meta/v1': ['DeleteOptions'],
};

const groups: Readonly<Record<string, string>> = {
  core: '',
  networking: 'networking.k8s.io',
  discovery: 'discovery.k8s.io',
  coordination: 'coordination.k8s.io',
  rbac: 'rbac.authorization.k8s.io',
  authorization: 'authorization.k8s.io',
  authentication: 'authentication.k8s.io',
  events: 'events.k8s.io',
  scheduling: 'scheduling.k8s.io',
  storage: 'storage.k8s.io',
  admissionregistration: 'admissionregistration.k8s.io',
  meta: '',
};

/** Types that are read in a way of their own. */
const special: Readonly<Record<string, string>> = {
  string: 's',
  bool: 'b',
  int32: 'i',
  int64: 'i',
  float64: 'd',
  '[]byte': 'y',
  'resource.Quantity': 'Q',
  'intstr.IntOrString': 'I',
  'meta/v1.Time': 'T',
  'meta/v1.MicroTime': 'U',
  'meta/v1.FieldsV1': 'J',
  'runtime.RawExtension': 'J',
  'types.UID': 's',
  'types.NodeName': 's',
};

interface Package {
  readonly structs: ReadonlyMap<string, string>;
  /** `type A B`: what a named type is underneath. */
  readonly named: ReadonlyMap<string, string>;
}

const packages = new Map<string, Package>();

function packageOf(path: string): Package {
  const known = packages.get(path);
  if (known !== undefined) return known;
  const folder = path === 'meta/v1' ? join(machinery, 'pkg/apis/meta/v1') : join(api, path);
  const text = readFileSync(join(folder, 'types.go'), 'utf8');
  const structs = new Map(
    [...text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)].map((m) => [m[1] as string, m[2] as string]),
  );
  const named = new Map(
    [...text.matchAll(/^type (\w+) ((?:\[\]|map\[|\w)[^\n{]*)$/gm)].map((m) => [
      m[1] as string,
      (m[2] as string).trim(),
    ]),
  );
  const result = { structs, named };
  packages.set(path, result);
  return result;
}

const messages = new Map<string, string>();
const aliases: Readonly<Record<string, string>> = {
  metav1: 'meta/v1',
  v1: 'core/v1',
  corev1: 'core/v1',
  apiv1: 'core/v1',
};

/** A Go type as a code: `s`, `*i`, `[core/v1.Container`, `{s`. */
function codeOf(type: string, home: string): string {
  if (special[type] !== undefined) return special[type];
  if (type.startsWith('*')) return `*${codeOf(type.slice(1), home)}`;
  if (type === '[]byte') return 'y';
  if (type.startsWith('[]')) return `[${codeOf(type.slice(2), home)}`;
  const map = /^map\[[^\]]+\](.*)$/.exec(type);
  if (map !== null) return `{${codeOf(map[1] as string, home)}`;
  const [prefix, name] = type.includes('.') ? (type.split('.') as [string, string]) : [undefined, type];
  const path = prefix === undefined ? home : (aliases[prefix] ?? prefix);
  const full = `${path}.${name}`;
  if (special[full] !== undefined) return special[full];
  if (path === home || aliases[prefix ?? ''] !== undefined) {
    const { structs, named } = packageOf(path);
    const under = named.get(name as string);
    if (under !== undefined) return codeOf(under, path);
    if (structs.has(name as string)) {
      describe(path, name as string);
      return full;
    }
  }
  throw new Error(`unknown type ${type} in ${home}`);
}

function describe(path: string, name: string): void {
  const key = `${path}.${name}`;
  if (messages.has(key)) return;
  messages.set(key, '');
  const body = packageOf(path).structs.get(name);
  if (body === undefined) throw new Error(`no struct ${key}`);
  const fields: string[] = [];
  for (const line of body.split('\n')) {
    const match =
      /^\t(?:(\w+)\s+)?([*\w.[\]]+)\s+`json:"([^"]*)"(?:\s+\w+:"[^"]*")*\s+protobuf:"\w+,(\d+),/.exec(line);
    if (match === null) continue;
    const [, , type = '', json = '', number = ''] = match;
    const [jsonName = ''] = json.split(',');
    if (jsonName === '-') continue;
    fields.push(`${number}:${json.includes('inline') ? '' : jsonName}:${codeOf(type, path)}`);
  }
  messages.set(key, fields.join(' '));
}

const kinds: string[] = [];
for (const [path, names] of Object.entries(roots)) {
  for (const name of names) {
    describe(path, name);
    const [group = '', version = ''] = path.split('/');
    const apiGroup = groups[group] ?? group;
    kinds.push(
      `  ${JSON.stringify(`${apiGroup === '' ? '' : `${apiGroup}/`}${version}/${name}`)}: ${JSON.stringify(`${path}.${name}`)},`,
    );
  }
}
const lines = [...messages]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .map(([name, fields]) => `  ${JSON.stringify(name)}: ${JSON.stringify(fields)},`);
writeFileSync(
  'src/sandbox/builtin/messages.ts',
  `// Generated by scripts/kubernetes-messages.ts from the Go types of Kubernetes 1.34. Do not edit.
// biome-ignore-all format: one message a line
// biome-ignore-all lint: generated

/** Which message a kind is: \`apiVersion/kind\`. */
export const messageOfKind: Readonly<Record<string, string>> = {
${kinds.join('\n')}
};

/**
 * Fields of a message: \`number:name:type\`, separated by spaces. No name: the members of the field stand in the object itself.
 * Types: \`s\` string, \`i\` integer, \`b\` boolean, \`d\` double, \`y\` bytes, \`Q\` quantity, \`I\` int-or-string, \`T\` time, \`U\` time with
 * microseconds, \`J\` raw JSON, or another message. Before it \`*\` optional with a meaning of its own for zero, \`[\` list, \`{\` map.
 */
export const messages: Readonly<Record<string, string>> = {
${lines.join('\n')}
};
`,
);
