import { type Rendering, renderingOf } from './media.ts';
import type { Resource, ResourceRegistry } from './resource.ts';
import { invalid, methodNotSupported, notFound, notSupported, pathNotFound, UnknownPath } from './status.ts';

export interface ApiRequest {
  /** GET, POST, PUT, PATCH, DELETE. */
  readonly method: string;
  /** Without the query: `/apis/apps/v1/namespaces/shop/deployments/web`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Parsed JSON, YAML or protocol buffers. */
  readonly body?: unknown;
  /** Why the body could not be read, when it could not. */
  readonly unreadable?: string;
  /** Members that stood twice in the body, of which the last was taken. */
  readonly duplicates?: readonly string[];
  readonly user?: string;
}

export interface BodyResponse {
  /** HTTP status; 0 when no answer comes and the connection breaks, for the reason in the body. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string or bytes as they are. */
  readonly body: unknown;
  readonly stream?: undefined;
  /** Texts of `Warning` headers; there may be several. */
  readonly warnings?: readonly string[];
}

export interface StreamResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: undefined;
  /** One watch event an item. Returning from the iteration ends the watch. */
  readonly stream: AsyncIterable<WatchLine>;
  readonly warnings?: readonly string[];
}

export type ApiResponse = BodyResponse | StreamResponse;

export interface WatchLine {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

export function json(body: unknown, status = 200, warnings: readonly string[] = []): BodyResponse {
  return {
    status,
    headers: { 'content-type': 'application/json' },
    body,
    ...(warnings.length === 0 ? {} : { warnings }),
  };
}

export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'deletecollection';

/** A request for a resource, taken apart. */
export interface Target {
  readonly resource: Resource;
  readonly verb: Verb;
  readonly namespace: string | undefined;
  /** Undefined for a collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
  readonly rendering: Rendering;
  readonly request: ApiRequest;
}

/** What a path names. Undefined when it is no resource's path (`/healthz`, `/apis`…). */
export function parseTarget(request: ApiRequest, registry: ResourceRegistry): Target | undefined {
  const segments = segmentsOf(request.path);
  const place = splitGroup(segments);
  if (place === undefined || place.rest.length === 0) return undefined;
  let { rest } = place;
  let isWatchPath = false;
  if (rest[0] === 'watch') {
    rest = rest.slice(1); // the old spelling of ?watch=true
    isWatchPath = true;
  }
  const { namespace, tail } = splitNamespace(rest);
  const [plural = '', name, ...subresource] = tail;
  const resource = registry.find(place.group, place.version, plural);
  if (resource === undefined) throw registry.isBuiltin(place.group) ? pathNotFound() : new UnknownPath();
  if (subresource.length > 1) throw pathNotFound();
  if (!resource.namespaced && namespace !== undefined && plural !== 'namespaces') throw pathNotFound();
  if (resource.namespaced && namespace === undefined && name !== undefined) throw pathNotFound();
  if (subresource[0] !== undefined && !resource.subresources.has(subresource[0])) {
    throw resource.builtin ? pathNotFound() : notFound(resource, name ?? '');
  }
  const target = {
    resource,
    namespace: resource.namespaced ? namespace : undefined,
    name,
    subresource: subresource[0],
    rendering: renderingOf(request, { isBuiltin: resource.builtin, isCollection: name === undefined }),
    request,
  };
  return { ...target, verb: verbOf(request, name, isWatchPath) };
}

function segmentsOf(path: string): string[] {
  const segments = path.split('/').filter((segment) => segment !== '');
  return path.includes('%') ? segments.map(decodeURIComponent) : segments;
}

function splitGroup(
  segments: readonly string[],
): { group: string; version: string; rest: string[] } | undefined {
  if (segments[0] === 'api' && segments[1] !== undefined) {
    return { group: '', version: segments[1], rest: segments.slice(2) };
  }
  if (segments[0] === 'apis' && segments[1] !== undefined && segments[2] !== undefined) {
    return { group: segments[1], version: segments[2], rest: segments.slice(3) };
  }
  return undefined;
}

/** `namespaces/x/pods/y` is pod y; `namespaces/x`, `namespaces/x/status` and `/finalize` are the namespace itself. */
function splitNamespace(rest: readonly string[]): { namespace: string | undefined; tail: readonly string[] } {
  const isNamespaceItself = rest.length <= 2 || rest[2] === 'status' || rest[2] === 'finalize';
  if (rest[0] !== 'namespaces' || isNamespaceItself) return { namespace: undefined, tail: rest };
  return { namespace: rest[1], tail: rest.slice(2) };
}

function verbOf(request: ApiRequest, name: string | undefined, isWatchPath: boolean): Verb {
  const watching = isWatchPath || (name === undefined && flag(request.query, 'watch'));
  switch (request.method) {
    case 'GET':
    case 'HEAD':
      if (watching) return 'watch';
      return name === undefined ? 'list' : 'get';
    case 'POST':
      return 'create';
    case 'PUT':
      return 'update';
    case 'PATCH':
      return 'patch';
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete';
    default:
      throw methodNotSupported();
  }
}

export function flag(query: URLSearchParams, name: string): boolean {
  const value = query.get(name);
  return value === 'true' || value === '1' || value === '';
}

/** `dryRun=All`; anything else under that name is refused. */
export function isDryRun(values: readonly string[], kind: string): boolean {
  if (values.some((value) => value !== 'All' && value !== '')) {
    throw invalid({ group: 'meta.k8s.io', kind }, '', [notSupported('dryRun', values, ['All'])]);
  }
  return values.includes('All');
}

/** Who writes, as managedFields records it: the query's word, else the program's name in the user agent. */
export function fieldManagerOf({ query, headers }: ApiRequest): string {
  const named = query.get('fieldManager');
  if (named !== null && named !== '') return named;
  return (headers['user-agent'] ?? 'unknown').split('/')[0] || 'unknown';
}
