import type { Dispatcher } from 'undici';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../api/resources.ts';
import type { Clock } from '../../kernel/clock.ts';
import { secondsBetween } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import {
  ApiError,
  type Cluster,
  fieldManager,
  isApiError,
  type ListOptions,
  type ListResult,
  type PatchKind,
  type WatchEvent,
  type WatchOptions,
} from '../../ports/cluster.ts';
import { errorOfAnswer, errorOfEvent, errorOfTransport } from './answers.ts';
import { type Lane, type Priority, type RequestLimits, requestQueue } from './request-queue.ts';
import { type Discover, inServedVersions } from './served-versions.ts';
import type { Identity, IdentitySource, RequestFacts } from './transport.ts';
import { pathOf, queryOf } from './url.ts';
import { linesOf } from './watch-lines.ts';

export interface HttpClusterOptions {
  readonly source: IdentitySource;
  /** Path before `/api` and `/apis`, for a server behind a proxy. Empty for most. */
  readonly basePath?: string;
  readonly clock: Clock;
  /** Spreads the ends of watches. */
  readonly random: Random;
  readonly limits?: RequestLimits;
  /** apiVersions of route types to use where the server has them, before our own choice. */
  readonly preferredApiVersions?: readonly string[];
  /** How long to wait for an answer, watches aside; 0 for ever. Default 65 s. */
  readonly requestTimeoutSeconds?: number;
  /** Called with the headers of every answer. */
  readonly onHeaders?: (headers: Readonly<Record<string, string | string[] | undefined>>) => void;
  /** Called once per answered or failed request. */
  readonly onRequest?: (facts: RequestFacts) => void;
}

interface Request {
  readonly method: Dispatcher.HttpMethod;
  readonly verb: RequestFacts['verb'];
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name?: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal | undefined;
  readonly priority?: Priority | undefined;
  readonly hurry?: AbortSignal | undefined;
  readonly mayWrite?: (() => void) | undefined;
}

/** The API server's own limit for a request is 60 s. */
const requestTimeoutMs = 65_000;
/** The server ends a watch after this time, so that load spreads again after a restart; up to as much again is added by chance. */
const watchSeconds = 290;
/** A server sends a bookmark a minute; a watch that is silent for two of them has lost its connection. */
const watchSilenceMs = 130_000;

const patchTypes: Readonly<Record<PatchKind, string>> = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
};

/** A Kubernetes API server over HTTP; route types are asked for in the version that it serves. */
export function httpCluster(options: HttpClusterOptions): Cluster {
  const { source, clock, basePath = '' } = options;
  const queue = requestQueue(clock, options.limits);
  const timeoutMs =
    options.requestTimeoutSeconds === undefined ? requestTimeoutMs : options.requestTimeoutSeconds * 1000;
  const timeouts = {
    requests: { headersTimeout: timeoutMs, bodyTimeout: timeoutMs },
    watches: { headersTimeout: requestTimeoutMs, bodyTimeout: watchSilenceMs },
  };

  const exchange = async (
    request: Request,
    pool: 'requests' | 'watches',
  ): Promise<Dispatcher.ResponseData> => {
    const ask = async (identity: Identity) => {
      const how = { basePath, headers: identity.headers, ...timeouts[pool] };
      request.mayWrite?.();
      const answer = await dispatch(identity[pool], how, request);
      options.onHeaders?.(answer.headers);
      return answer;
    };
    const identity = await source.identity();
    const answer = await ask(identity);
    if (answer.statusCode !== 401) return answer;
    await answer.body.dump();
    return ask(await source.identity(identity));
  };

  const counted = async <T>(
    request: Request,
    answer: () => Promise<{ status: number; value: T }>,
    waited?: RequestFacts['waited'],
  ): Promise<T> => {
    const { verb, type, namespace, name } = request;
    const sentAt = clock.now();
    const count = (status: number) => {
      const seconds = secondsBetween(sentAt, clock.now());
      options.onRequest?.({ verb, kind: type.plural, namespace, name, status, seconds, waited });
    };
    try {
      const { status, value } = await answer();
      count(status);
      return value;
    } catch (error) {
      const known = errorOfTransport(error);
      count(known.status);
      throw known;
    }
  };

  const send = <T>(request: Request): Promise<T> => {
    const { priority = 'routine', signal, hurry } = request;
    const askedAt = clock.now();
    const exchanged = async () => {
      signal?.throwIfAborted();
      const answer = await exchange(request, 'requests');
      const body = await answer.body.text();
      if (answer.statusCode >= 300) {
        throw errorOfAnswer(answer.statusCode, body, headerOf(answer.headers['retry-after']));
      }
      return { status: answer.statusCode, value: parseAnswer<T>(body) };
    };
    return queue.run({ lane: laneOf(request.type), priority, hurry }, () =>
      counted(request, exchanged, { as: priority, seconds: secondsBetween(askedAt, clock.now()) }),
    );
  };

  const openWatch = (request: Request): Promise<Dispatcher.ResponseData> =>
    counted(request, async () => {
      const answer = await exchange(request, 'watches');
      if (answer.statusCode >= 300) {
        const body = await answer.body.text();
        throw errorOfAnswer(answer.statusCode, body, headerOf(answer.headers['retry-after']));
      }
      return { status: answer.statusCode, value: answer };
    });

  const discover: Discover = async (type, apiVersion) => {
    const facts = { method: 'GET', verb: 'get', type, namespace: undefined } as const;
    try {
      const { resources = [] } = await send<ResourceListBody>({ ...facts, path: `/apis/${apiVersion}` });
      return resources.map(({ name }) => name);
    } catch (error) {
      if (isApiError(error, 404)) return [];
      throw error;
    }
  };

  const asIs: Cluster = {
    get: async ({ type, namespace, name }, signal) => {
      try {
        return await send<KubeObject>({
          method: 'GET',
          verb: 'get',
          type,
          namespace,
          name,
          path: pathOf(type, namespace, name),
          signal,
        });
      } catch (error) {
        if (isApiError(error, 404)) return undefined;
        throw error;
      }
    },
    list: async (type, listOptions = {}) => {
      const list = await send<ListBody>({
        method: 'GET',
        verb: 'list',
        type,
        namespace: listOptions.namespace,
        path: pathOf(type, listOptions.namespace) + listQuery(listOptions),
        signal: listOptions.signal,
      });
      return listResult(list, type);
    },
    watch: (type, watchOptions, signal) => ({
      [Symbol.asyncIterator]: () =>
        watchEvents(openWatch, watchRequest(type, watchOptions, signal, options.random), signal),
    }),
    create: (object, type, { signal, priority, hurry, mayWrite, subresource, strict = false } = {}) => {
      const { namespace, name } = object.metadata;
      const path =
        subresource === undefined ? pathOf(type, namespace) : pathOf(type, namespace, name, subresource);
      return send({
        method: 'POST',
        verb: 'create',
        type,
        namespace,
        name,
        path: path + queryOf(strict ? { fieldValidation: 'Strict' } : {}),
        body: object,
        signal,
        priority,
        hurry,
        mayWrite,
      });
    },
    replace: (object, type, { signal, priority, hurry, mayWrite, subresource } = {}) => {
      const { namespace, name } = object.metadata;
      const path = pathOf(type, namespace, name, subresource);
      return send({
        method: 'PUT',
        verb: 'update',
        type,
        namespace,
        name,
        path,
        body: object,
        signal,
        priority,
        hurry,
        mayWrite,
      });
    },
    patch: (ref, { kind, body }, { signal, priority, hurry, mayWrite, subresource, dryRun } = {}) =>
      send({
        method: 'PATCH',
        verb: 'patch',
        ...ref,
        path: pathOf(ref.type, ref.namespace, ref.name, subresource) + patchQuery(kind, dryRun),
        body,
        contentType: patchTypes[kind],
        signal,
        priority,
        hurry,
        mayWrite,
      }),
    delete: async (ref, { signal, priority, hurry, mayWrite, propagation, uid, gracePeriodSeconds } = {}) => {
      await send({
        method: 'DELETE',
        verb: 'delete',
        ...ref,
        path: pathOf(ref.type, ref.namespace, ref.name),
        body: {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          ...(propagation && { propagationPolicy: propagation }),
          ...(gracePeriodSeconds !== undefined && { gracePeriodSeconds }),
          ...(uid !== undefined && { preconditions: { uid } }),
        },
        signal,
        priority,
        hurry,
        mayWrite,
      });
    },
  };
  return inServedVersions(asIs, discover, options.preferredApiVersions);
}

/** As the peer's clients divide what they ask for; events aside, which have a lane of their own. */
function laneOf({ group, plural }: ResourceType): Lane {
  if (group === resources.rollouts.group) return 'own';
  if (plural === resources.events.plural) return 'events';
  return !group.includes('.') || builtInGroups.has(group) ? 'builtIn' : 'routes';
}

const builtInGroups = new Set([
  resources.leases.group,
  resources.ingresses.group,
  resources.customResourceDefinitions.group,
]);

interface Dispatch {
  readonly basePath: string;
  readonly headers: Identity['headers'];
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
}

async function dispatch(
  pool: Dispatcher,
  { basePath, headers, ...timeouts }: Dispatch,
  request: Request,
): Promise<Dispatcher.ResponseData> {
  const { method, path, body, contentType = 'application/json', signal } = request;
  return await pool.request({
    method,
    path: basePath + path,
    headers: {
      ...headers,
      accept: 'application/json',
      'user-agent': fieldManager,
      ...(body !== undefined && { 'content-type': contentType }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(signal && { signal }),
    ...timeouts,
  });
}

function watchRequest(
  type: ResourceType,
  { namespace, resourceVersion, ...selectors }: WatchOptions,
  signal: AbortSignal,
  random: Random,
): Request {
  const timeoutSeconds = watchSeconds + random.below(watchSeconds);
  const query = { watch: true, allowWatchBookmarks: true, timeoutSeconds, resourceVersion, ...selectors };
  const path = pathOf(type, namespace) + queryOf(query);
  return { method: 'GET', verb: 'watch', type, namespace, path, signal };
}

async function* watchEvents(
  open: (request: Request) => Promise<Dispatcher.ResponseData>,
  request: Request,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  try {
    if (signal.aborted) return;
    const answer = await open(request);
    for await (const line of linesOf(answer.body)) {
      if (signal.aborted) return;
      yield parseEvent(line, request.type);
    }
  } catch (error) {
    if (signal.aborted) return;
    throw errorOfTransport(error);
  }
}

function parseEvent(line: string, type: ResourceType): WatchEvent {
  const event = parseAnswer<{ type: string; object: KubeObject }>(line);
  switch (event.type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type: event.type, object: named(event.object, type) };
    case 'BOOKMARK':
      return { type: 'BOOKMARK', resourceVersion: event.object.metadata.resourceVersion ?? '' };
    default:
      throw errorOfEvent(event.object);
  }
}

/** An APIResourceList, as far as we look. */
interface ResourceListBody {
  readonly resources?: readonly { readonly name: string }[];
}

interface ListBody {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: KubeObject[] | null;
}

function listResult({ metadata, items }: ListBody, type: ResourceType): ListResult {
  return {
    items: (items ?? []).map((item) => named(item, type)),
    resourceVersion: metadata?.resourceVersion ?? '',
    ...(metadata?.continue && { continueToken: metadata.continue }),
  };
}

/** The items of a list of a built-in type do not say what they are; the list does. */
function named(object: KubeObject, type: ResourceType): KubeObject {
  if (object.kind !== undefined && object.apiVersion !== undefined) return object;
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

function listQuery({ labelSelector, fieldSelector, limit, continueToken }: ListOptions): string {
  return queryOf({ labelSelector, fieldSelector, limit, continue: continueToken });
}

function patchQuery(kind: PatchKind, dryRun = false): string {
  return queryOf({
    ...(kind === 'apply' && { fieldManager, force: true }),
    ...(dryRun && { dryRun: 'All' }),
  });
}

function parseAnswer<T>(body: string): T {
  try {
    return JSON.parse(body) as T;
  } catch (cause) {
    throw new ApiError(0, '', `The API server's answer is no JSON: ${String(cause)}`);
  }
}

function headerOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
