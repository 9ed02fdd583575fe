import { type ResourceType, resources } from '../api/resources.ts';
import { configMapName, secretName } from '../core/notifications/config.ts';
import { pluginConfigName } from './plugins.ts';

/** What is asked of the API server with a resource. Watches come with their lists: one without the other is of no use. */
export type AccessVerb = 'create' | 'delete' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** What a right belongs to. An installation can do without all but `core`. */
export type PermissionPart = 'core' | 'jobs' | 'secrets' | 'selfService' | RouterPart;

/** One for each router that needs more than `core`, by the names that values of charts have for them. */
export type RouterPart =
  | 'ambassador'
  | 'apisix'
  | 'awsAppMesh'
  | 'awsLoadBalancerController'
  | 'gatewayAPI'
  | 'ingress'
  | 'istio'
  | 'smi'
  | 'traefik';

/** One right of the controller. */
export interface Permission {
  readonly part: PermissionPart;
  readonly type: ResourceType;
  readonly subresource?: 'status' | 'finalizers' | 'eviction';
  readonly verbs: readonly AccessVerb[];
  /** Only the objects of these names. Absent: all. */
  readonly names?: readonly string[];
  /** What the controller does with it, as the page for operators tells. */
  readonly why: string;
}

const follow = ['get', 'list', 'watch'] as const;

/**
 * Everything that the controller asks of the API server, in the namespaces that it watches: config/, the chart and
 * docs/permissions.md are generated from it. A test plays releases under exactly these rights, and finds those that nothing uses.
 */
export const permissions: readonly Permission[] = [
  {
    part: 'core',
    type: resources.rollouts,
    verbs: [...follow, 'patch'],
    why: 'follows Rollouts; writes their revision and workload generation',
  },
  {
    part: 'core',
    type: resources.rollouts,
    subresource: 'status',
    verbs: ['patch'],
    why: 'writes the status, the only place where the state of a release is kept',
  },
  ...[resources.rollouts, resources.analysisRuns, resources.experiments].map(
    (type): Permission => ({
      part: 'core',
      type,
      subresource: 'finalizers',
      verbs: ['update'],
      why: 'owns what it creates, where the cluster asks for that right (OwnerReferencesPermissionEnforcement)',
    }),
  ),
  ...[resources.analysisRuns, resources.experiments].map(
    (type): Permission => ({
      part: 'core',
      type,
      verbs: [...follow, 'create', 'patch', 'delete'],
      why: 'starts them as the steps of a release say, writes their status, ends and removes old ones',
    }),
  ),
  ...[resources.analysisTemplates, resources.clusterAnalysisTemplates].map(
    (type): Permission => ({
      part: 'core',
      type,
      verbs: ['list', 'watch'],
      why: 'reads what a run measures',
    }),
  ),
  {
    part: 'core',
    type: resources.replicaSets,
    verbs: [...follow, 'create', 'patch', 'delete'],
    why: 'makes one for each revision, sizes it, and removes those beyond the history limit',
  },
  {
    part: 'core',
    type: resources.deployments,
    verbs: ['list', 'watch', 'patch'],
    why: 'reads the template that workloadRef names, and scales that Deployment down',
  },
  {
    part: 'core',
    type: resources.podTemplates,
    verbs: ['list', 'watch'],
    why: 'reads the template that workloadRef names',
  },
  {
    part: 'core',
    type: resources.services,
    verbs: [...follow, 'create', 'patch', 'delete'],
    why: 'points selectors at revisions; makes and removes the Services of an Experiment’s templates',
  },
  {
    part: 'core',
    type: resources.pods,
    verbs: ['list', 'patch'],
    why: 'finds those to restart, and gives running ones the metadata of their part (canaryMetadata …)',
  },
  {
    part: 'core',
    type: resources.pods,
    subresource: 'eviction',
    verbs: ['create'],
    why: 'restarts pods so that a PodDisruptionBudget is respected (restartAt)',
  },
  { part: 'core', type: resources.events, verbs: ['create', 'patch'], why: 'tells what it does' },
  {
    part: 'jobs',
    type: resources.jobs,
    verbs: [...follow, 'create', 'delete'],
    why: 'measures by a Job (provider.job), and removes it',
  },
  {
    part: 'secrets',
    type: resources.secrets,
    verbs: ['get'],
    why: 'reads the Secrets that a metric names (valueFrom.secretKeyRef, credentials), one at a time',
  },
  {
    part: 'ingress',
    type: resources.ingresses,
    verbs: [...follow, 'create', 'patch'],
    why: 'ALB and NGINX: writes annotations; makes the canary Ingress of NGINX',
  },
  ...[resources.virtualServices, resources.destinationRules].map(
    (type): Permission => ({
      part: 'istio',
      type,
      verbs: [...follow, 'patch'],
      why: 'Istio: writes the weights, routes and subsets',
    }),
  ),
  ...[resources.httpRoutes, resources.grpcRoutes, resources.tcpRoutes, resources.tlsRoutes].map(
    (type): Permission => ({
      part: 'gatewayAPI',
      type,
      verbs: [...follow, 'patch'],
      why: 'Gateway API: writes the weights of backends',
    }),
  ),
  {
    part: 'traefik',
    type: resources.traefikServices,
    verbs: [...follow, 'patch'],
    why: 'Traefik: writes the weights of a TraefikService',
  },
  {
    part: 'apisix',
    type: resources.apisixRoutes,
    verbs: [...follow, 'create', 'patch', 'delete'],
    why: 'APISIX: writes the weights; makes and removes a route for header steps',
  },
  {
    part: 'ambassador',
    type: resources.ambassadorMappings,
    verbs: ['list', 'watch', 'create', 'patch', 'delete'],
    why: 'Ambassador: makes, writes and removes the canary Mapping',
  },
  ...[resources.appMeshVirtualServices, resources.appMeshVirtualNodes].map(
    (type): Permission => ({
      part: 'awsAppMesh',
      type,
      verbs: type === resources.appMeshVirtualNodes ? [...follow, 'patch'] : ['list', 'watch'],
      why: 'App Mesh: finds the virtual router; gives virtual nodes the hash of their revision',
    }),
  ),
  {
    part: 'awsAppMesh',
    type: resources.appMeshVirtualRouters,
    verbs: [...follow, 'patch'],
    why: 'App Mesh: writes the weights',
  },
  {
    part: 'awsLoadBalancerController',
    type: resources.targetGroupBindings,
    verbs: ['list'],
    why: 'finds the target groups of a Service, with --aws-verify-target-group',
  },
  {
    part: 'awsLoadBalancerController',
    type: resources.endpointSlices,
    verbs: ['list'],
    why: 'compares the pods behind a Service with its target groups',
  },
  {
    part: 'smi',
    type: resources.trafficSplits,
    verbs: ['list', 'watch', 'create', 'patch'],
    why: 'SMI: makes the TrafficSplit and writes its weights',
  },
];

const readingNotifications: readonly Permission[] = [
  {
    part: 'core',
    type: resources.configMaps,
    verbs: ['list', 'watch'],
    names: [configMapName],
    why: 'reads what notifications are sent, and where to',
  },
  {
    part: 'core',
    type: resources.secrets,
    verbs: ['list', 'watch'],
    names: [secretName],
    why: 'reads the credentials of the services that notifications go to',
  },
];

/** What the controller asks for in its own namespace, wherever it watches: the Lease of its leader, and what plugins and notifications are configured by. */
export const ownPermissions: readonly Permission[] = [
  {
    part: 'core',
    type: resources.leases,
    verbs: ['get', 'list', 'watch', 'create', 'update'],
    why: 'elects the process that acts, gives the place back at its end, and sees who leads other shards',
  },
  {
    part: 'core',
    type: resources.configMaps,
    verbs: ['get'],
    names: [pluginConfigName],
    why: 'tells at its start which plugins of the peer’s configuration are not run',
  },
  ...readingNotifications,
];

/**
 * What it asks for besides, in the namespaces that it watches, with `--self-service-notification-enabled`. Not among `permissions`:
 * an installation that leaves the flag off must not be able to read these Secrets.
 */
export const selfServicePermissions: readonly Permission[] = readingNotifications.map((each) => ({
  ...each,
  part: 'selfService',
  why: `${each.why}, of the namespace’s own Rollouts`,
}));

/** A rule as RBAC spells it. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly AccessVerb[];
}

/** The rules of some parts: one for all resources of a group that are asked for the same. */
export function rulesOf(granted: readonly Permission[]): readonly PolicyRule[] {
  const rules = new Map<string, PolicyRule & { readonly resources: string[] }>();
  for (const { type, subresource, verbs, names } of granted) {
    const apiGroups = groupsOf(type);
    const key = `${apiGroups.join()} ${verbs.join()} ${names?.join() ?? ''}`;
    const resource = subresource === undefined ? type.plural : `${type.plural}/${subresource}`;
    const rule = rules.get(key) ?? {
      apiGroups,
      resources: [],
      ...(names && { resourceNames: names }),
      verbs,
    };
    rule.resources.push(resource);
    rules.set(key, rule);
  }
  return [...rules.values()];
}

/** Without types that no namespace has: a Role cannot grant them. */
export function inNamespaces(granted: readonly Permission[]): readonly Permission[] {
  return granted.filter(({ type }) => type.namespaced);
}

/** Its group, and those that it has had before. */
function groupsOf({ group, otherApiVersions = [] }: Permission['type']): string[] {
  const others = otherApiVersions.map((apiVersion) => apiVersion.slice(0, apiVersion.indexOf('/')));
  return [...new Set([group, ...others])];
}
