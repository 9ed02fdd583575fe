import type { KubeObject } from '../../src/api/meta.ts';
import { matchesSelector, objectKey } from '../../src/api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType } from '../../src/api/resources.ts';
import { ApiError, type Cluster, type WatchEvent } from '../../src/ports/cluster.ts';

/** A call that reached the server, as one line: `patch rollouts/status web/shop`. */
export type Call = string;

/**
 * As much of an API server as the shell's own tests need: versions, optimistic locking, merge patches, watches,
 * and a way to break each of them. The embedded cluster is the real thing; this one is there to misbehave.
 */
export interface FakeCluster extends Cluster {
  readonly calls: Call[];
  readonly bodies: unknown[];
  /** Called before every call; throws to make it fail. */
  onCall: (call: Call) => void;
  object<T extends KubeObject>(ref: ObjectRef): T | undefined;
  /** Writes as somebody else would. */
  put(type: ResourceType, object: KubeObject): KubeObject;
  remove(ref: ObjectRef): void;
  /** Ends every open watch: quietly, or with an error. */
  dropWatches(error?: ApiError): void;
  /** Watches deliver nothing until they are let go on. */
  holdWatches(hold: boolean): void;
  /** Another server answers from now on, whose history is shorter. */
  goBackTo(version: number): void;
  readonly openWatches: number;
  /** Types that the server does not know. */
  readonly unknownTypes: Set<string>;
}

interface Watcher {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly labelSelector: string | undefined;
  readonly queue: WatchEvent[];
  wake: () => void;
  ended: boolean;
  error: ApiError | undefined;
}

export function fakeCluster(): FakeCluster {
  const objects = new Map<string, KubeObject>();
  const history: { type: ResourceType; version: number; event: WatchEvent }[] = [];
  const watchers = new Set<Watcher>();
  const unknownTypes = new Set<string>();
  let version = 100;
  let uids = 0;
  let held = false;

  const idOf = (type: ResourceType, namespace: string | undefined, name: string) =>
    `${type.plural} ${objectKey(namespace, name)}`;
  const refId = ({ type, namespace, name }: ObjectRef) => idOf(type, namespace, name);

  const emit = (type: ResourceType, kind: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => {
    const event: WatchEvent = { type: kind, object };
    history.push({ type, version, event });
    for (const watcher of watchers) {
      if (!concerns(watcher, type, object)) continue;
      watcher.queue.push(event);
      watcher.wake();
    }
  };

  const store = (type: ResourceType, object: KubeObject): KubeObject => {
    const id = idOf(type, object.metadata.namespace, object.metadata.name);
    const old = objects.get(id);
    version += 1;
    const specChanged = JSON.stringify(old?.spec) !== JSON.stringify(object.spec);
    const stored: KubeObject = {
      ...object,
      apiVersion: apiVersionOf(type),
      kind: type.kind,
      metadata: {
        ...object.metadata,
        uid: old?.metadata.uid ?? object.metadata.uid ?? `uid-${++uids}`,
        resourceVersion: String(version),
        generation: (old?.metadata.generation ?? 0) + (specChanged ? 1 : 0),
        creationTimestamp:
          old?.metadata.creationTimestamp ?? object.metadata.creationTimestamp ?? '2026-01-01T00:00:00Z',
      },
    };
    objects.set(id, stored);
    emit(type, old === undefined ? 'ADDED' : 'MODIFIED', stored);
    return structuredClone(stored);
  };

  const drop = (type: ResourceType, id: string) => {
    const old = objects.get(id);
    if (old === undefined) return;
    objects.delete(id);
    version += 1;
    emit(type, 'DELETED', { ...old, metadata: { ...old.metadata, resourceVersion: String(version) } });
  };

  const called = (verb: string, type: ResourceType, where: string, body?: unknown) => {
    const call = `${verb} ${type.plural}${where}`;
    fake.calls.push(call);
    if (body !== undefined) fake.bodies.push(body);
    fake.onCall(call);
    if (unknownTypes.has(type.plural))
      throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  };
  const at = (ref: ObjectRef, subresource?: string) =>
    `${subresource === undefined ? '' : `/${subresource}`} ${objectKey(ref.namespace, ref.name)}`;

  const expect = (ref: ObjectRef, resourceVersion: string | undefined): KubeObject => {
    const old = objects.get(refId(ref));
    if (old === undefined) throw new ApiError(404, 'NotFound', `${ref.type.plural} "${ref.name}" not found`);
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion) {
      throw new ApiError(409, 'Conflict', 'the object has been modified');
    }
    return old;
  };

  const fake: FakeCluster = {
    calls: [],
    bodies: [],
    onCall: () => {},
    unknownTypes,
    get openWatches() {
      return watchers.size;
    },
    object: <T extends KubeObject>(ref: ObjectRef) => objects.get(refId(ref)) as T | undefined,
    put: store,
    remove: (ref) => drop(ref.type, refId(ref)),
    dropWatches: (error) => {
      for (const watcher of watchers) {
        watcher.ended = true;
        watcher.error = error;
        watcher.wake();
      }
    },
    holdWatches: (hold) => {
      held = hold;
      for (const watcher of watchers) watcher.wake();
    },
    goBackTo: (older) => {
      version = older;
      history.length = 0;
      fake.dropWatches(new ApiError(0, '', 'connection refused'));
    },
    get: async (ref) => {
      called('get', ref.type, at(ref));
      return structuredClone(objects.get(refId(ref)));
    },
    list: async (type, { namespace, labelSelector, limit } = {}) => {
      called(limit === 1 ? 'peek' : 'list', type, '');
      const watcher = { type, namespace, labelSelector };
      const items = [...objects.entries()]
        .filter(([id, object]) => id.startsWith(`${type.plural} `) && concerns(watcher, type, object))
        .map(([, object]) => structuredClone(object));
      return { items, resourceVersion: String(version) };
    },
    watch: (type, { namespace, labelSelector, resourceVersion }, signal) => ({
      async *[Symbol.asyncIterator]() {
        called('watch', type, ` from ${resourceVersion}`);
        const watcher: Watcher = {
          type,
          namespace,
          labelSelector,
          queue: history
            .filter((past) => past.version > Number(resourceVersion))
            .filter(
              (past) =>
                past.event.type !== 'BOOKMARK' &&
                concerns({ type, namespace, labelSelector }, past.type, past.event.object),
            )
            .map(({ event }) => event),
          wake: () => {},
          ended: false,
          error: undefined,
        };
        watchers.add(watcher);
        const aborted = () => watcher.wake();
        signal.addEventListener('abort', aborted);
        try {
          for (;;) {
            if (signal.aborted) return;
            const event = held ? undefined : watcher.queue.shift();
            if (event !== undefined) yield structuredClone(event);
            else if (watcher.error !== undefined) throw watcher.error;
            else if (watcher.ended) return;
            else await new Promise<void>((resolve) => (watcher.wake = resolve));
          }
        } finally {
          watchers.delete(watcher);
          signal.removeEventListener('abort', aborted);
        }
      },
    }),
    create: async (object, type) => {
      const { namespace, name } = object.metadata;
      const ref = { type, namespace, name };
      called('create', type, at(ref), object);
      if (objects.has(refId(ref)))
        throw new ApiError(409, 'AlreadyExists', `${type.plural} "${name}" already exists`);
      return store(type, object);
    },
    replace: async (object, type, options) => {
      const { namespace, name, resourceVersion } = object.metadata;
      const ref = { type, namespace, name };
      called('replace', type, at(ref, options?.subresource), object);
      expect(ref, resourceVersion);
      return store(type, object);
    },
    patch: async (ref, { body }, options) => {
      called('patch', ref.type, at(ref, options?.subresource), body);
      const precondition = (body as { metadata?: { resourceVersion?: string } }).metadata?.resourceVersion;
      const old = expect(ref, precondition);
      const patched = mergePatch(old, body) as KubeObject;
      const result = options?.subresource === 'status' ? { ...old, status: patched.status } : patched;
      return JSON.stringify(result) === JSON.stringify(old) ? structuredClone(old) : store(ref.type, result);
    },
    delete: async (ref, options) => {
      called('delete', ref.type, at(ref));
      const old = expect(ref, undefined);
      if (options?.uid !== undefined && options.uid !== old.metadata.uid) {
        throw new ApiError(409, 'Conflict', 'the uid in the precondition does not match');
      }
      drop(ref.type, refId(ref));
    },
  };
  return fake;
}

function concerns(
  scope: { type: ResourceType; namespace: string | undefined; labelSelector: string | undefined },
  type: ResourceType,
  object: KubeObject,
): boolean {
  if (scope.type.plural !== type.plural || scope.type.group !== type.group) return false;
  if (scope.namespace !== undefined && scope.namespace !== object.metadata.namespace) return false;
  const selector = scope.labelSelector;
  if (selector === undefined) return true;
  const labels = object.metadata.labels ?? {};
  if (selector.startsWith('!')) return !(selector.slice(1) in labels);
  const [key = '', value] = selector.split('=');
  return value === undefined ? key in labels : matchesSelector({ matchLabels: { [key]: value } }, labels);
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isMap = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result: Record<string, unknown> = isMap ? { ...(target as Record<string, unknown>) } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}
