import type { KubeObject } from '../api/meta.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import { builtinResources } from './builtin/resources.ts';
import { serveDefinitions } from './crd/serve.ts';
import { crdStrategy } from './crd/strategy.ts';
import { crdStorage } from './crd/types.ts';
import { createDiscovery } from './discovery/discovery.ts';
import { createEngine, type Engine } from './engine.ts';
import { collectGarbage } from './garbage.ts';
import { emptyNamespaces, firstNamespaces, namespaceObject } from './namespaces.ts';
import { type ApiRequest, type ApiResponse, json, parseTarget } from './request.ts';
import { createRegistry, type Resource } from './resource.ts';
import { StatusError, UnknownPath } from './status.ts';
import { type Change, createStore, type Store } from './store.ts';
import { createAnother, type Difference } from './verbs/another.ts';
import { dispatch } from './verbs/dispatch.ts';

export type { ApiRequest, ApiResponse, BodyResponse, StreamResponse, WatchLine } from './request.ts';
export type { Change } from './store.ts';

/** Called around every request; may wait, answer instead of the server, or replace its answer. For fault injection. */
export interface Faults {
  /** An answer from here means that the server never sees the request. */
  before?(request: ApiRequest): Promise<ApiResponse | undefined> | ApiResponse | undefined;
  /** The request has been carried out; another answer hides that (a lost reply, say). */
  after?(request: ApiRequest, response: ApiResponse): Promise<ApiResponse> | ApiResponse;
}

export interface ApiServer {
  /** Answers one request; never throws for what a client did wrong. Takes no sockets and no real time. */
  handle(request: ApiRequest): Promise<ApiResponse>;
  /** The same without faults and at once, for what lives inside the sandbox. */
  execute(request: ApiRequest): ApiResponse;
  /** For the sandbox's own controllers, which make many objects of a kind: see `createAnother`. */
  createAnother(storage: string, model: KubeObject, difference: Difference): KubeObject | undefined;
  readonly store: Store;
  readonly clock: Clock;
  registerResource(resource: Resource): void;
  /** Creates the definition, or brings an existing one up to date. Throws a StatusError when it is not valid. */
  installCrd(crd: KubeObject): void;
  /** Runs synchronously after each committed write. Returns how to stop. */
  onChange(listener: (change: Change) => void): () => void;
  /** May be set and changed at any time. */
  faults: Faults | undefined;
}

export interface ApiServerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log?: Log;
  /** How many changes of each resource type watches can go back. Default 8192. */
  readonly historyLength?: number;
}

/** A Kubernetes-compatible API server in this process. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { clock, random, log = silentLog, historyLength } = options;
  const store = createStore(historyLength);
  const registry = createRegistry();
  const engine = createEngine({ clock, random, store, registry });
  for (const resource of builtinResources()) {
    registry.add(resource.storage === crdStorage ? { ...resource, strategy: crdStrategy } : resource);
  }
  store.onChange(serveDefinitions(engine));
  store.onChange(collectGarbage(engine));
  store.onChange(emptyNamespaces(engine));
  for (const name of firstNamespaces) store.put('namespaces', namespaceObject(engine, name));
  const discovery = createDiscovery(registry);

  const answer = (request: ApiRequest): ApiResponse => {
    const document = discovery(request);
    if (document !== undefined) return document;
    const target = parseTarget(request, registry);
    if (target === undefined) throw new UnknownPath();
    return dispatch(engine, target);
  };

  const execute = (request: ApiRequest): ApiResponse => {
    try {
      return answer(request);
    } catch (error) {
      return failure(error, request, log);
    }
  };

  const server: ApiServer = {
    store,
    clock,
    faults: undefined,
    execute,
    createAnother(storage, model, difference) {
      const resource = registry.byStorage(storage);
      return resource === undefined ? undefined : createAnother(engine, resource, model, difference);
    },
    async handle(request) {
      const { faults } = server;
      const instead = await faults?.before?.(request);
      const response = instead ?? execute(request);
      return (await faults?.after?.(request, response)) ?? response;
    },
    registerResource: (resource) => registry.add(resource),
    installCrd: (crd) => installCrd(engine, execute, crd),
    onChange: store.onChange,
  };
  return server;
}

const plainText = { 'content-type': 'text/plain; charset=utf-8' };

function failure(error: unknown, { method, path }: ApiRequest, log: Log): ApiResponse {
  if (error instanceof StatusError) return json(error.status, error.status.code, error.warnings);
  if (error instanceof UnknownPath) return { status: 404, headers: plainText, body: '404 page not found\n' };
  log.error('sandbox API server failed', { method, path, error: messageOf(error) });
  const status = new StatusError(500, 'InternalError', `Internal error occurred: ${messageOf(error)}`);
  return json(status.status, 500);
}

const crdPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

function installCrd(engine: Engine, execute: (request: ApiRequest) => ApiResponse, crd: KubeObject): void {
  const live = engine.store.table(crdStorage).get(undefined, crd.metadata.name);
  const common = { query: new URLSearchParams({ fieldManager: 'sandbox' }), headers: {} };
  const response =
    live === undefined
      ? execute({ ...common, method: 'POST', path: crdPath, body: crd })
      : execute({
          ...common,
          method: 'PUT',
          path: `${crdPath}/${crd.metadata.name}`,
          body: withVersionOf(crd, live),
        });
  if (response.status < 400) return;
  const { code, reason, message } = response.body as { code: number; reason: string; message: string };
  throw new StatusError(code, reason, message);
}

function withVersionOf(crd: KubeObject, live: KubeObject): KubeObject {
  return { ...crd, metadata: { ...crd.metadata, resourceVersion: live.metadata.resourceVersion as string } };
}
