import type { KubeObject, OwnerReference } from '../../api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../api/resources.ts';
import type { Instant } from '../../kernel/instant.ts';
import { ApiError } from '../../ports/cluster.ts';
import type { ApiServer } from '../server.ts';
import type { Difference } from '../verbs/another.ts';
import type { PodIndex } from './pod-index.ts';

/** Resource types of the built-in controllers that Sluice itself never touches. */
export const workloadResources = {
  ...resources,
  nodes: { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false },
  endpoints: { group: '', version: 'v1', kind: 'Endpoints', plural: 'endpoints', namespaced: true },
  autoscalers: {
    group: 'autoscaling',
    version: 'v2',
    kind: 'HorizontalPodAutoscaler',
    plural: 'horizontalpodautoscalers',
    namespaced: true,
  },
} as const satisfies Record<string, ResourceType>;

/**
 * How the controllers inside the sandbox reach its API server: at once, and never touched by injected faults. Validation,
 * defaults and conflicts are those that everybody gets. A refused write throws an ApiError.
 */
export interface WorkloadApi {
  now(): Instant;
  readonly pods: Omit<PodIndex, 'hear'>;
  get<T extends KubeObject>(type: ResourceType, namespace: string | undefined, name: string): T | undefined;
  list<T extends KubeObject>(type: ResourceType, namespace?: string): readonly T[];
  create<T extends KubeObject>(type: ResourceType, object: KubeObject): T;
  /** Like one that `create` answered with, but for these members. Undefined when only `create` can tell. */
  createAnother<T extends KubeObject>(type: ResourceType, model: T, difference: Difference): T | undefined;
  /** Merge patch. */
  patch<T extends KubeObject>(type: ResourceType, object: KubeObject, body: unknown, subresource?: string): T;
  /** POST to a subresource, such as a pod's `binding`. */
  post(type: ResourceType, object: KubeObject, subresource: string, body: unknown): void;
  /** @param graceSeconds 0 removes a pod at once. Default: the kind's own. */
  remove(type: ResourceType, object: KubeObject, graceSeconds?: number): void;
}

const jsonType = 'application/json';
const mergePatchType = 'application/merge-patch+json';
const noQuery = new URLSearchParams();

export function workloadApi(
  server: ApiServer,
  pods: PodIndex,
  userAgent = 'kube-controller-manager',
): WorkloadApi {
  const headers = {
    [jsonType]: { 'content-type': jsonType, 'user-agent': userAgent },
    [mergePatchType]: { 'content-type': mergePatchType, 'user-agent': userAgent },
  };
  const send = (
    method: string,
    path: string,
    body?: unknown,
    contentType: keyof typeof headers = jsonType,
  ): KubeObject => {
    const response = server.execute({ method, path, query: noQuery, headers: headers[contentType], body });
    if (response.status < 400) return response.body as KubeObject;
    const { reason, message } = response.body as { reason?: string; message?: string };
    throw new ApiError(
      response.status,
      reason ?? '',
      message ?? `the API server answered ${response.status}`,
    );
  };
  return {
    now: () => server.clock.now(),
    pods,
    get: <T extends KubeObject>(type: ResourceType, namespace: string | undefined, name: string) =>
      server.store.table(storageOf(type)).get(namespace, name) as T | undefined,
    list: <T extends KubeObject>(type: ResourceType, namespace?: string) =>
      server.store.table(storageOf(type)).list(namespace) as readonly T[],
    create: <T extends KubeObject>(type: ResourceType, object: KubeObject) =>
      send('POST', collectionPath(type, object.metadata.namespace), object) as T,
    createAnother: <T extends KubeObject>(type: ResourceType, model: T, difference: Difference) =>
      server.createAnother(storageOf(type), model, difference) as T | undefined,
    patch: <T extends KubeObject>(
      type: ResourceType,
      object: KubeObject,
      body: unknown,
      subresource?: string,
    ) => send('PATCH', pathOf(type, object, subresource), body, mergePatchType) as T,
    post: (type, object, subresource, body) => void send('POST', pathOf(type, object, subresource), body),
    remove: (type, object, gracePeriodSeconds) => {
      const { uid } = object.metadata;
      const grace = gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds };
      const body = { preconditions: { uid }, propagationPolicy: 'Background', ...grace };
      send('DELETE', pathOf(type, object), body);
    },
  };
}

/** The name of the table in which the store keeps a resource: `pods`, `replicasets.apps`. */
export function storageOf({ group, plural }: ResourceType): string {
  return group === '' ? plural : `${plural}.${group}`;
}

function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? '/api' : '/apis';
  const place = type.namespaced ? `/namespaces/${namespace}` : '';
  return `${root}/${apiVersionOf(type)}${place}/${type.plural}`;
}

function pathOf(type: ResourceType, { metadata }: KubeObject, subresource?: string): string {
  const path = `${collectionPath(type, metadata.namespace)}/${encodeURIComponent(metadata.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** The reference by which an owner controls what it makes. */
export function controllerReference(type: ResourceType, owner: KubeObject): OwnerReference {
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    name: owner.metadata.name,
    uid: owner.metadata.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
