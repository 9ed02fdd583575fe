import type { KubeObject } from '../../api/meta.ts';
import type { Instant } from '../../kernel/instant.ts';
import { isObject, type MutableJson, valueAt } from '../json.ts';
import type { TableShape } from '../resource.ts';
import { at, count, images, integer, listAt, names, orNone, selectorText, table, text } from './cells.ts';
import { ageColumn, ageOf, durationText, nameColumn, nameOf, sinceText } from './generic.ts';
import { keptTables } from './kept.ts';
import { podTable } from './pods.ts';

const deployment = table(
  [
    text('Ready'),
    text('Up-to-date'),
    text('Available'),
    ageColumn,
    text('Containers', 1),
    text('Images', 1),
    text('Selector', 1),
  ],
  (object, now) => [
    `${count(object, 'status.readyReplicas')}/${count(object, 'spec.replicas')}`,
    count(object, 'status.updatedReplicas'),
    count(object, 'status.availableReplicas'),
    ageOf(object, now),
    names(object),
    images(object),
    selectorText(at(object, 'spec.selector')),
  ],
);

const replicaSet = table(
  [
    integer('Desired'),
    integer('Current'),
    integer('Ready'),
    ageColumn,
    text('Containers', 1),
    text('Images', 1),
    text('Selector', 1),
  ],
  (object, now) => [
    count(object, 'spec.replicas'),
    count(object, 'status.replicas'),
    count(object, 'status.readyReplicas'),
    ageOf(object, now),
    names(object),
    images(object),
    selectorText(at(object, 'spec.selector')),
  ],
);

const service = table(
  [text('Type'), text('Cluster-IP'), text('External-IP'), text('Port(s)'), ageColumn, text('Selector', 1)],
  (object, now) => [
    at(object, 'spec.type'),
    orNone(at(object, 'spec.clusterIP')),
    externalAddress(object),
    portsText(object),
    ageOf(object, now),
    orNone(
      Object.entries((at(object, 'spec.selector') ?? {}) as MutableJson)
        .map(([key, value]) => `${key}=${String(value)}`)
        .join(','),
    ),
  ],
);

function externalAddress(object: KubeObject): string {
  if (at(object, 'spec.type') === 'ExternalName') return String(at(object, 'spec.externalName'));
  const balancers = listAt(object, 'status.loadBalancer.ingress').map(({ ip, hostname }) => ip ?? hostname);
  if (balancers.length > 0) return balancers.join(',');
  return at(object, 'spec.type') === 'LoadBalancer' ? '<pending>' : '<none>';
}

function portsText(object: KubeObject): string {
  const ports = listAt(object, 'spec.ports').map(({ port, nodePort, protocol }) =>
    nodePort === undefined ? `${port}/${protocol}` : `${port}:${nodePort}/${protocol}`,
  );
  return ports.join(',') || '<none>';
}

const job = table(
  [
    text('Status'),
    text('Completions'),
    text('Duration'),
    ageColumn,
    text('Containers', 1),
    text('Images', 1),
    text('Selector', 1),
  ],
  (object, now) => [
    jobStatus(object),
    `${count(object, 'status.succeeded')}/${at(object, 'spec.completions') ?? 1}`,
    jobDuration(object, now),
    ageOf(object, now),
    names(object),
    images(object),
    selectorText(at(object, 'spec.selector')),
  ],
);

function jobStatus(object: KubeObject): string {
  const isTrue = (type: string) =>
    listAt(object, 'status.conditions').some(
      (condition) => condition.type === type && condition.status === 'True',
    );
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  if (object.metadata.deletionTimestamp !== undefined) return 'Terminating';
  if (isTrue('Suspended')) return 'Suspended';
  return isTrue('FailureTarget') ? 'FailureTarget' : 'Running';
}

function jobDuration(object: KubeObject, now: Instant): string {
  const started = at(object, 'status.startTime');
  if (typeof started !== 'string') return '';
  const ended = at(object, 'status.completionTime');
  if (typeof ended !== 'string') return sinceText(started, now);
  return durationText((Date.parse(ended) - Date.parse(started)) / 1000);
}

const ingress = table(
  [text('Class'), text('Hosts'), text('Address'), text('Ports'), ageColumn],
  (object, now) => [
    orNone(at(object, 'spec.ingressClassName')),
    hostsText(listAt(object, 'spec.rules')),
    listAt(object, 'status.loadBalancer.ingress')
      .map(({ ip, hostname }) => ip ?? hostname)
      .join(','),
    listAt(object, 'spec.tls').length > 0 ? '80, 443' : '80',
    ageOf(object, now),
  ],
);

function hostsText(rules: readonly MutableJson[]): string {
  const hosts = rules.map(({ host }) => host).filter((host) => host !== undefined && host !== '');
  if (hosts.length === 0) return '*';
  return hosts.length > 3 ? `${hosts.slice(0, 3).join(',')} + ${hosts.length - 3} more...` : hosts.join(',');
}

const event: TableShape = {
  columns: [
    text('Last Seen'),
    text('Type'),
    text('Reason'),
    text('Object'),
    text('Subobject', 1),
    text('Source', 1),
    text('Message'),
    text('First Seen', 1),
    text('Count', 1),
    { ...nameColumn, priority: 1 },
  ],
  cells: (object, now) => {
    const first =
      at(object, 'firstTimestamp') ?? at(object, 'eventTime') ?? object.metadata.creationTimestamp;
    const last = at(object, 'series.lastObservedTime') ?? at(object, 'lastTimestamp') ?? first;
    return [
      sinceText(String(last), now),
      at(object, 'type') ?? '',
      at(object, 'reason') ?? '',
      `${String(at(object, 'involvedObject.kind') ?? '').toLowerCase()}/${String(at(object, 'involvedObject.name') ?? '')}`,
      at(object, 'involvedObject.fieldPath') ?? '',
      at(object, 'source.component') ?? at(object, 'reportingComponent') ?? '',
      String(at(object, 'message') ?? '').trim(),
      sinceText(String(first), now),
      String(at(object, 'series.count') ?? at(object, 'count') ?? 1),
      nameOf(object),
    ];
  },
};

const node = table(
  [
    ...[text('Status'), text('Roles'), ageColumn, text('Version')],
    ...['Internal-IP', 'External-IP', 'OS-Image', 'Kernel-Version', 'Container-Runtime'].map((name) =>
      text(name, 1),
    ),
  ],
  (object, now) => [
    nodeStatus(object),
    rolesText(object),
    ageOf(object, now),
    at(object, 'status.nodeInfo.kubeletVersion') ?? '',
    ...['InternalIP', 'ExternalIP'].map((kind) =>
      orNone(listAt(object, 'status.addresses').find(({ type }) => type === kind)?.address),
    ),
    ...['osImage', 'kernelVersion', 'containerRuntimeVersion'].map((name) =>
      String(at(object, `status.nodeInfo.${name}`) || '<unknown>'),
    ),
  ],
);

function nodeStatus(object: KubeObject): string {
  const ready = listAt(object, 'status.conditions').find(({ type }) => type === 'Ready');
  const status = ready === undefined ? 'Unknown' : ready.status === 'True' ? 'Ready' : 'NotReady';
  return at(object, 'spec.unschedulable') === true ? `${status},SchedulingDisabled` : status;
}

function rolesText({ metadata }: KubeObject): string {
  const prefix = 'node-role.kubernetes.io/';
  const roles = Object.keys(metadata.labels ?? {}).filter((label) => label.startsWith(prefix));
  return orNone(roles.map((label) => label.slice(prefix.length)).join(','));
}

const autoscaler = table(
  [text('Reference'), text('Targets'), text('MinPods'), text('MaxPods'), integer('Replicas'), ageColumn],
  (object, now) => [
    `${at(object, 'spec.scaleTargetRef.kind')}/${at(object, 'spec.scaleTargetRef.name')}`,
    targetsText(object),
    String(at(object, 'spec.minReplicas') ?? '<unset>'),
    count(object, 'spec.maxReplicas'),
    count(object, 'status.currentReplicas'),
    ageOf(object, now),
  ],
);

function targetsText(object: KubeObject): string {
  const current = listAt(object, 'status.currentMetrics');
  const targets = listAt(object, 'spec.metrics').map((metric, index) => {
    const name = valueAt(metric, ['resource', 'name']);
    if (name === undefined) return '<unknown>';
    const read = (of: unknown, place: string) => {
      const percent = valueAt(of, ['resource', place, 'averageUtilization']);
      return percent === undefined ? valueAt(of, ['resource', place, 'averageValue']) : `${percent}%`;
    };
    return `${name}: ${read(current[index], 'current') ?? '<unknown>'}/${read(metric, 'target') ?? '<auto>'}`;
  });
  return targets.join(', ') || '<none>';
}

const endpoints = table([text('Endpoints'), ageColumn], (object, now) => {
  const all = listAt(object, 'subsets').flatMap(({ addresses, ports }) =>
    (Array.isArray(addresses) ? addresses : []).flatMap(({ ip }: { ip: string }) =>
      (Array.isArray(ports) && ports.length > 0 ? ports : [undefined]).map((port?: { port: number }) =>
        port === undefined ? ip : `${ip}:${port.port}`,
      ),
    ),
  );
  const more = all.length > 3 ? ` + ${all.length - 3} more...` : '';
  return [all.length === 0 ? '<none>' : all.slice(0, 3).join(',') + more, ageOf(object, now)];
});

const endpointSlice = table(
  [text('AddressType'), text('Ports'), text('Endpoints'), ageColumn],
  (object, now) => [
    at(object, 'addressType'),
    listAt(object, 'ports')
      .map(({ port }) => port)
      .join(',') || '<unset>',
    listAt(object, 'endpoints')
      .flatMap(({ addresses }) => (Array.isArray(addresses) ? addresses : []))
      .slice(0, 3)
      .join(',') || '<unset>',
    ageOf(object, now),
  ],
);

const budget = table(
  [text('Min Available'), text('Max Unavailable'), integer('Allowed Disruptions'), ageColumn],
  (object, now) => [
    String(at(object, 'spec.minAvailable') ?? 'N/A'),
    String(at(object, 'spec.maxUnavailable') ?? 'N/A'),
    count(object, 'status.disruptionsAllowed'),
    ageOf(object, now),
  ],
);

const size = (value: unknown): number => (isObject(value) ? Object.keys(value).length : 0);
const role = table([{ ...text('Created At'), type: 'date' }], ({ metadata }) => [metadata.creationTimestamp]);
const binding = table(
  [text('Role'), ageColumn, ...['Users', 'Groups', 'ServiceAccounts'].map((name) => text(name, 1))],
  (object, now) => [
    `${at(object, 'roleRef.kind')}/${at(object, 'roleRef.name')}`,
    ageOf(object, now),
    ...['User', 'Group', 'ServiceAccount'].map((kind) => subjectsText(object, kind)),
  ],
);

function subjectsText(object: KubeObject, kind: string): string {
  const subjects = listAt(object, 'subjects').filter((subject) => subject.kind === kind);
  return subjects
    .map(({ name, namespace }) => (kind === 'ServiceAccount' ? `${namespace ?? ''}/${name}` : String(name)))
    .join(', ');
}

/** What `kubectl get` prints of the built-in kinds, by where they are stored. */
export const builtinTables: Readonly<Record<string, TableShape>> = {
  ...keptTables,
  pods: podTable,
  services: service,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'jobs.batch': job,
  'ingresses.networking.k8s.io': ingress,
  'ingressclasses.networking.k8s.io': table(
    [text('Controller'), text('Parameters'), ageColumn],
    (object, now) => [
      at(object, 'spec.controller'),
      orNone(at(object, 'spec.parameters.name')),
      ageOf(object, now),
    ],
  ),
  events: event,
  nodes: node,
  endpoints,
  'endpointslices.discovery.k8s.io': endpointSlice,
  'horizontalpodautoscalers.autoscaling': autoscaler,
  'poddisruptionbudgets.policy': budget,
  namespaces: table([text('Status'), ageColumn], (object, now) => [
    at(object, 'status.phase'),
    ageOf(object, now),
  ]),
  configmaps: table([text('Data'), ageColumn], (object, now) => [
    size(at(object, 'data')) + size(at(object, 'binaryData')),
    ageOf(object, now),
  ]),
  secrets: table([text('Type'), text('Data'), ageColumn], (object, now) => [
    at(object, 'type'),
    size(at(object, 'data')),
    ageOf(object, now),
  ]),
  serviceaccounts: table([text('Secrets'), ageColumn], (object, now) => [
    listAt(object, 'secrets').length,
    ageOf(object, now),
  ]),
  'leases.coordination.k8s.io': table([text('Holder'), ageColumn], (object, now) => [
    at(object, 'spec.holderIdentity') ?? '',
    ageOf(object, now),
  ]),
  'roles.rbac.authorization.k8s.io': role,
  'clusterroles.rbac.authorization.k8s.io': role,
  'rolebindings.rbac.authorization.k8s.io': binding,
  'clusterrolebindings.rbac.authorization.k8s.io': binding,
};
