import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType } from '../api/resources.ts';
import {
  ApiError,
  type Cluster,
  isApiError,
  type ListOptions,
  type ListResult,
  type PatchKind,
  type WatchEvent,
  type WatchOptions,
  type WriteOptions,
} from '../ports/cluster.ts';
import { isObject, valueAt } from './json.ts';
import type { ApiRequest, ApiResponse, ApiServer, WatchLine } from './server.ts';

export interface InProcessOptions {
  /** Names the writer in managedFields and in fault rules. Default `sluice`. */
  readonly userAgent?: string;
  /** `fieldManager` of every write. Default: the user agent. */
  readonly fieldManager?: string;
}

const contentTypes: Readonly<Record<PatchKind, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/**
 * The embedded API server as a Cluster. Same validation, same conflicts and same faults as over HTTP, without sockets
 * and without serializing: objects that come back are frozen and shared.
 */
export function inProcessCluster(server: ApiServer, options: InProcessOptions = {}): Cluster {
  const userAgent = options.userAgent ?? 'sluice';
  const fieldManager = options.fieldManager ?? userAgent;

  const send = async (
    request: Omit<ApiRequest, 'headers'>,
    headers: Record<string, string> = {},
  ): Promise<ApiResponse> => {
    const response = await server.handle({ ...request, headers: { 'user-agent': userAgent, ...headers } });
    if (response.status === 0) throw new ApiError(0, '', String(response.body));
    if (response.status >= 400) throw toApiError(response.status, response.body);
    return response;
  };
  const plain = new URLSearchParams({ fieldManager });
  const forced = new URLSearchParams({ force: 'true', fieldManager });
  const written = async (request: Omit<ApiRequest, 'headers'>, headers?: Record<string, string>) => {
    return (await send(request, headers)).body as KubeObject;
  };

  return {
    async get(ref, signal) {
      signal?.throwIfAborted();
      try {
        const response = await send({ method: 'GET', path: pathOf(ref), query: new URLSearchParams() });
        return response.body as KubeObject;
      } catch (error) {
        if (isApiError(error, 404)) return undefined;
        throw error;
      }
    },
    async list(type, list = {}) {
      list.signal?.throwIfAborted();
      const response = await send({
        method: 'GET',
        path: collectionPath(type, list.namespace),
        query: listQuery(list),
      });
      return toListResult(response.body, type);
    },
    watch: (type, watch, signal) => watchEvents(send, type, watch, signal),
    create: (object, type, write) => {
      write?.signal?.throwIfAborted();
      const { namespace, name } = object.metadata;
      const subresource = write?.subresource;
      const path =
        subresource === undefined
          ? collectionPath(type, namespace)
          : pathOf({ type, namespace, name }, subresource);
      return written({ method: 'POST', path, query: plain, body: object });
    },
    replace: (object, type, write) => {
      write?.signal?.throwIfAborted();
      const { namespace, name } = object.metadata;
      const path = pathOf({ type, namespace, name }, write?.subresource);
      return written({ method: 'PUT', path, query: plain, body: object });
    },
    patch: (ref, patch, write) => {
      write?.signal?.throwIfAborted();
      const query = new URLSearchParams(patch.kind === 'apply' ? forced : plain);
      if (write?.dryRun === true) query.set('dryRun', 'All');
      const path = pathOf(ref, write?.subresource);
      return written(
        { method: 'PATCH', path, query, body: patch.body },
        { 'content-type': contentTypes[patch.kind] },
      );
    },
    async delete(ref, own = {}) {
      own.signal?.throwIfAborted();
      const body = {
        ...(own.propagation === undefined ? {} : { propagationPolicy: own.propagation }),
        ...(own.uid === undefined ? {} : { preconditions: { uid: own.uid } }),
      };
      await send({ method: 'DELETE', path: pathOf(ref), query: new URLSearchParams(), body });
    },
  };
}

function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === '' ? '/api' : '/apis';
  const inNamespace = type.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : '';
  return `${root}/${apiVersionOf(type)}${inNamespace}/${type.plural}`;
}

function pathOf({ type, namespace, name }: ObjectRef, subresource?: WriteOptions['subresource']): string {
  const path = `${collectionPath(type, namespace)}/${encodeURIComponent(name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function listQuery(list: ListOptions): URLSearchParams {
  const query = new URLSearchParams();
  if (list.labelSelector !== undefined) query.set('labelSelector', list.labelSelector);
  if (list.fieldSelector !== undefined) query.set('fieldSelector', list.fieldSelector);
  if (list.limit !== undefined) query.set('limit', String(list.limit));
  if (list.continueToken !== undefined) query.set('continue', list.continueToken);
  return query;
}

/** Items of built-in kinds come without their type; here every object says what it is. */
function toListResult(body: unknown, type: ResourceType): ListResult {
  const { items, metadata } = body as {
    items: KubeObject[];
    metadata: { resourceVersion: string; continue?: string };
  };
  return {
    items: items.map((item) => Object.freeze({ ...item, apiVersion: apiVersionOf(type), kind: type.kind })),
    resourceVersion: metadata.resourceVersion,
    ...(metadata.continue && { continueToken: metadata.continue }), // an empty one says that nothing follows
  };
}

function toApiError(status: number, body: unknown): ApiError {
  const { reason, message, details } = isObject(body) ? body : ({} as Record<string, unknown>);
  const retryAfter = valueAt(details, ['retryAfterSeconds']);
  return new ApiError(
    status,
    typeof reason === 'string' ? reason : '',
    typeof message === 'string' ? message : `the API server answered ${status}`,
    typeof retryAfter === 'number' ? retryAfter : undefined,
  );
}

async function* watchEvents(
  send: (request: Omit<ApiRequest, 'headers'>) => Promise<ApiResponse>,
  type: ResourceType,
  watch: WatchOptions,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  if (signal.aborted) return;
  const query = new URLSearchParams({
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: watch.resourceVersion,
  });
  if (watch.labelSelector !== undefined) query.set('labelSelector', watch.labelSelector);
  if (watch.fieldSelector !== undefined) query.set('fieldSelector', watch.fieldSelector);
  const response = await send({ method: 'GET', path: collectionPath(type, watch.namespace), query });
  if (response.stream === undefined)
    throw new ApiError(0, '', 'the API server answered a watch without a stream');
  const lines = response.stream[Symbol.asyncIterator]();
  const stop = () => void lines.return?.();
  signal.addEventListener('abort', stop);
  try {
    for (let line = await lines.next(); line.done !== true && !signal.aborted; line = await lines.next()) {
      yield toWatchEvent(line.value);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    stop();
  }
}

function toWatchEvent({ type, object }: WatchLine): WatchEvent {
  if (type === 'ERROR') throw toApiError(Number(valueAt(object, ['code']) ?? 500), object);
  if (type === 'BOOKMARK')
    return { type, resourceVersion: String(valueAt(object, ['metadata', 'resourceVersion'])) };
  return { type, object: object as KubeObject };
}
