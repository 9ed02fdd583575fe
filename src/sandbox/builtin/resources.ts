import type { KubeObject } from '../../api/meta.ts';
import { valueAt } from '../json.ts';
import { allVerbs, defineResource, type Resource, type TableShape } from '../resource.ts';
import { linkDefinitions } from '../schema/link.ts';
import { builtinTables } from '../tables/builtin.ts';
import { firstAutoscaler, fromFirstAutoscaler, toFirstAutoscaler } from './autoscaler-versions.ts';
import { definitions } from './definitions.ts';
import { fromCoreEvent, toCoreEvent } from './events.ts';
import { omitsZero } from './omitted-zeros.ts';
import { strategies } from './strategies.ts';

/** One line of the table below: what differs from kind to kind. */
interface Entry extends Partial<Resource> {
  readonly kind: string;
  readonly plural: string;
  /** OpenAPI name of its structure. */
  readonly definition: string;
  /** Subresources by name. */
  readonly has?: readonly string[];
  /** Paths that a field selector may name. */
  readonly selects?: readonly string[];
  readonly clusterScoped?: true;
  /** `metadata.generation` counts changes. */
  readonly counted?: true;
}

const all = ['all'];
const podFields = [
  'spec.nodeName',
  'spec.restartPolicy',
  'spec.schedulerName',
  'spec.serviceAccountName',
  'spec.hostNetwork',
  'status.phase',
  'status.podIP',
  'status.nominatedNodeName',
];
const eventFields = [
  ...['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'].map(
    (name) => `involvedObject.${name}`,
  ),
  'reason',
  'reportingComponent',
  'source',
  'type',
];

const scaleOf = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };

const autoscalers = builtinTables['horizontalpodautoscalers.autoscaling'] as TableShape;
const firstAutoscalerTable: TableShape = {
  ...autoscalers,
  cells: (object, now) => autoscalers.cells(fromFirstAutoscaler(object), now),
};

/** Every built-in kind by group and version, named as the real server names it. */
const catalog: Readonly<Record<string, readonly Entry[]>> = {
  v1: [
    { kind: 'ConfigMap', plural: 'configmaps', definition: 'api.core.v1.ConfigMap', shortNames: ['cm'] },
    {
      kind: 'Endpoints',
      createsOnUpdate: true,
      plural: 'endpoints',
      definition: 'api.core.v1.Endpoints',
      shortNames: ['ep'],
      listKind: 'EndpointsList',
      deprecationWarning: 'v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice',
    },
    {
      kind: 'Event',
      createsOnUpdate: true,
      plural: 'events',
      definition: 'api.core.v1.Event',
      shortNames: ['ev'],
      selects: eventFields,
    },
    {
      kind: 'Namespace',
      plural: 'namespaces',
      definition: 'api.core.v1.Namespace',
      shortNames: ['ns'],
      has: ['status', 'finalize'],
      verbs: allVerbs.filter((verb) => verb !== 'deletecollection'),
      clusterScoped: true,
      selects: ['status.phase'],
    },
    {
      kind: 'Node',
      plural: 'nodes',
      definition: 'api.core.v1.Node',
      shortNames: ['no'],
      has: ['status'],
      clusterScoped: true,
      selects: ['spec.unschedulable'],
    },
    {
      kind: 'Pod',
      plural: 'pods',
      definition: 'api.core.v1.Pod',
      shortNames: ['po'],
      categories: all,
      has: [
        'status',
        'eviction',
        'binding',
        'log',
        'exec',
        'attach',
        'portforward',
        'proxy',
        'ephemeralcontainers',
        'resize',
      ],
      selects: podFields,
      counted: true,
    },
    { kind: 'PodTemplate', plural: 'podtemplates', definition: 'api.core.v1.PodTemplate', counted: true },
    { kind: 'Secret', plural: 'secrets', definition: 'api.core.v1.Secret', selects: ['type'] },
    {
      kind: 'Service',
      createsOnUpdate: true,
      plural: 'services',
      definition: 'api.core.v1.Service',
      shortNames: ['svc'],
      categories: all,
      has: ['status'],
      selects: ['spec.clusterIP', 'spec.type'],
    },
    {
      kind: 'ServiceAccount',
      plural: 'serviceaccounts',
      definition: 'api.core.v1.ServiceAccount',
      has: ['token'],
      shortNames: ['sa'],
    },
    {
      kind: 'ReplicationController',
      plural: 'replicationcontrollers',
      definition: 'api.core.v1.ReplicationController',
      shortNames: ['rc'],
      categories: all,
      has: ['status', 'scale'],
      scale: scaleOf,
      counted: true,
      selects: ['status.replicas'],
    },
    {
      kind: 'ResourceQuota',
      plural: 'resourcequotas',
      definition: 'api.core.v1.ResourceQuota',
      shortNames: ['quota'],
      has: ['status'],
    },
    {
      kind: 'LimitRange',
      createsOnUpdate: true,
      plural: 'limitranges',
      definition: 'api.core.v1.LimitRange',
      shortNames: ['limits'],
    },
    {
      kind: 'PersistentVolumeClaim',
      plural: 'persistentvolumeclaims',
      definition: 'api.core.v1.PersistentVolumeClaim',
      shortNames: ['pvc'],
      has: ['status'],
    },
    {
      kind: 'PersistentVolume',
      plural: 'persistentvolumes',
      definition: 'api.core.v1.PersistentVolume',
      shortNames: ['pv'],
      has: ['status'],
      clusterScoped: true,
    },
  ],
  'apps/v1': [
    {
      kind: 'Deployment',
      plural: 'deployments',
      definition: 'api.apps.v1.Deployment',
      shortNames: ['deploy'],
      categories: all,
      has: ['status', 'scale'],
      scale: scaleOf,
      counted: true,
    },
    {
      kind: 'ReplicaSet',
      plural: 'replicasets',
      definition: 'api.apps.v1.ReplicaSet',
      shortNames: ['rs'],
      categories: all,
      has: ['status', 'scale'],
      scale: scaleOf,
      counted: true,
    },
    {
      kind: 'StatefulSet',
      plural: 'statefulsets',
      definition: 'api.apps.v1.StatefulSet',
      shortNames: ['sts'],
      categories: all,
      has: ['status', 'scale'],
      scale: scaleOf,
      counted: true,
    },
    {
      kind: 'DaemonSet',
      plural: 'daemonsets',
      definition: 'api.apps.v1.DaemonSet',
      shortNames: ['ds'],
      categories: all,
      has: ['status'],
      counted: true,
    },
    {
      kind: 'ControllerRevision',
      plural: 'controllerrevisions',
      definition: 'api.apps.v1.ControllerRevision',
    },
  ],
  'batch/v1': [
    {
      kind: 'Job',
      plural: 'jobs',
      definition: 'api.batch.v1.Job',
      categories: all,
      has: ['status'],
      counted: true,
      defaultPropagation: 'Orphan',
      selects: ['status.successful'],
    },
    {
      kind: 'CronJob',
      plural: 'cronjobs',
      definition: 'api.batch.v1.CronJob',
      shortNames: ['cj'],
      categories: all,
      has: ['status'],
      counted: true,
    },
  ],
  'networking.k8s.io/v1': [
    {
      kind: 'Ingress',
      plural: 'ingresses',
      definition: 'api.networking.v1.Ingress',
      shortNames: ['ing'],
      has: ['status'],
      counted: true,
    },
    {
      kind: 'IngressClass',
      plural: 'ingressclasses',
      definition: 'api.networking.v1.IngressClass',
      clusterScoped: true,
      counted: true,
    },
    {
      kind: 'NetworkPolicy',
      plural: 'networkpolicies',
      definition: 'api.networking.v1.NetworkPolicy',
      shortNames: ['netpol'],
      counted: true,
    },
  ],
  'scheduling.k8s.io/v1': [
    {
      kind: 'PriorityClass',
      plural: 'priorityclasses',
      definition: 'api.scheduling.v1.PriorityClass',
      shortNames: ['pc'],
      clusterScoped: true,
      counted: true,
    },
  ],
  'storage.k8s.io/v1': [
    {
      kind: 'StorageClass',
      plural: 'storageclasses',
      definition: 'api.storage.v1.StorageClass',
      shortNames: ['sc'],
      clusterScoped: true,
    },
  ],
  'admissionregistration.k8s.io/v1': [
    ...['Validating', 'Mutating'].map((sort) => ({
      kind: `${sort}WebhookConfiguration`,
      plural: `${sort.toLowerCase()}webhookconfigurations`,
      definition: `api.admissionregistration.v1.${sort}WebhookConfiguration`,
      categories: ['api-extensions'],
      clusterScoped: true as const,
      counted: true as const,
    })),
  ],
  'discovery.k8s.io/v1': [
    {
      kind: 'EndpointSlice',
      plural: 'endpointslices',
      definition: 'api.discovery.v1.EndpointSlice',
      counted: true,
    },
  ],
  'autoscaling/v2': [
    {
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      definition: 'api.autoscaling.v2.HorizontalPodAutoscaler',
      shortNames: ['hpa'],
      categories: all,
      has: ['status'],
    },
  ],
  'autoscaling/v1': [
    {
      kind: 'HorizontalPodAutoscaler',
      plural: 'horizontalpodautoscalers',
      definition: 'api.autoscaling.v1.HorizontalPodAutoscaler',
      shortNames: ['hpa'],
      categories: all,
      has: ['status'],
      strategy: firstAutoscaler,
      table: firstAutoscalerTable,
      fromStored: toFirstAutoscaler,
      toStored: fromFirstAutoscaler,
    },
  ],
  'coordination.k8s.io/v1': [
    {
      kind: 'Lease',
      allowsUnconditionalUpdate: false,
      createsOnUpdate: true,
      plural: 'leases',
      definition: 'api.coordination.v1.Lease',
    },
  ],
  'policy/v1': [
    {
      kind: 'PodDisruptionBudget',
      allowsUnconditionalUpdate: false,
      plural: 'poddisruptionbudgets',
      definition: 'api.policy.v1.PodDisruptionBudget',
      shortNames: ['pdb'],
      has: ['status'],
      counted: true,
    },
  ],
  'rbac.authorization.k8s.io/v1': [
    { kind: 'Role', createsOnUpdate: true, plural: 'roles', definition: 'api.rbac.v1.Role' },
    {
      kind: 'RoleBinding',
      createsOnUpdate: true,
      plural: 'rolebindings',
      definition: 'api.rbac.v1.RoleBinding',
    },
    {
      kind: 'ClusterRole',
      createsOnUpdate: true,
      plural: 'clusterroles',
      definition: 'api.rbac.v1.ClusterRole',
      clusterScoped: true,
    },
    {
      kind: 'ClusterRoleBinding',
      createsOnUpdate: true,
      plural: 'clusterrolebindings',
      definition: 'api.rbac.v1.ClusterRoleBinding',
      clusterScoped: true,
    },
  ],
  'authorization.k8s.io/v1': [
    {
      kind: 'SelfSubjectAccessReview',
      plural: 'selfsubjectaccessreviews',
      definition: 'api.authorization.v1.SelfSubjectAccessReview',
      clusterScoped: true,
      verbs: ['create'],
    },
    {
      kind: 'SelfSubjectRulesReview',
      plural: 'selfsubjectrulesreviews',
      definition: 'api.authorization.v1.SelfSubjectRulesReview',
      clusterScoped: true,
      verbs: ['create'],
    },
    {
      kind: 'SubjectAccessReview',
      plural: 'subjectaccessreviews',
      definition: 'api.authorization.v1.SubjectAccessReview',
      clusterScoped: true,
      verbs: ['create'],
    },
    {
      kind: 'LocalSubjectAccessReview',
      plural: 'localsubjectaccessreviews',
      definition: 'api.authorization.v1.LocalSubjectAccessReview',
      verbs: ['create'],
    },
  ],
  'authentication.k8s.io/v1': [
    {
      kind: 'SelfSubjectReview',
      plural: 'selfsubjectreviews',
      definition: 'api.authentication.v1.SelfSubjectReview',
      clusterScoped: true,
      verbs: ['create'],
    },
  ],
  'apiextensions.k8s.io/v1': [
    {
      kind: 'CustomResourceDefinition',
      plural: 'customresourcedefinitions',
      clusterScoped: true,
      counted: true,
      definition: 'apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
      shortNames: ['crd', 'crds'],
      categories: ['api-extensions'],
      has: ['status'],
      allowsUnconditionalUpdate: false,
    },
  ],
  'events.k8s.io/v1': [
    {
      kind: 'Event',
      createsOnUpdate: true,
      plural: 'events',
      definition: 'api.events.v1.Event',
      shortNames: ['ev'],
      storage: 'events',
      fromStored: fromCoreEvent,
      toStored: toCoreEvent,
      selects: ['metadata.name'],
    },
  ],
};

/** The structure of a built-in kind, by its OpenAPI name without `io.k8s.`. */
export const definitionOf = linkDefinitions(definitions, omitsZero);

export function builtinResources(): readonly Resource[] {
  return Object.entries(catalog).flatMap(([apiVersion, entries]) => {
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return entries.map((entry) => toResource(group, version, entry));
  });
}

function toResource(group: string, version: string, entry: Entry): Resource {
  const { definition, has = [], selects = [], clusterScoped, counted, kind, plural, ...own } = entry;
  const type = { group, version, kind, plural, namespaced: clusterScoped !== true };
  const resource = defineResource(type, {
    schema: definitionOf(definition),
    definition,
    builtin: true,
    subresources: new Set(has),
    hasGeneration: counted === true,
    selectableFields: Object.fromEntries(selects.map((path) => [path, fieldReader(path)])),
    ...own,
  });
  const strategy = entry.strategy ?? strategies[resource.storage];
  const table = entry.table ?? builtinTables[resource.storage];
  return {
    ...resource,
    ...(strategy === undefined ? {} : { strategy }),
    ...(table === undefined ? {} : { table }),
  };
}

/** Reads a field for a field selector; two of an event's have other names inside. */
function fieldReader(path: string): (object: KubeObject) => string {
  const names = path === 'source' ? ['source', 'component'] : path.split('.');
  return (object) => {
    const value = valueAt(object, names);
    return value === undefined || value === null ? '' : String(value);
  };
}

/** Answers of the reviews: everything is allowed, since the sandbox has no users to keep apart. */
export const reviewKinds: ReadonlySet<string> = new Set([
  'SelfSubjectAccessReview',
  'SelfSubjectRulesReview',
  'SubjectAccessReview',
  'LocalSubjectAccessReview',
  'SelfSubjectReview',
]);
