import { analysisRunUidLabel, instanceIdLabel, podTemplateHashLabel } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Share } from '../api/share.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import { type Cluster, servedAs } from '../ports/cluster.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import { type Informer, informer, type RestartReason } from './informer.ts';
import { keptObject } from './kept-object.ts';
import { mergedInformer } from './merged-informer.ts';
import type { Change } from './object-cache.ts';

/** What is known of the cluster: one informer per resource type, started when somebody first asks for the type. */
export interface Caches extends ObjectSource {
  of<T extends KubeObject = KubeObject>(type: ResourceType): Informer<T>;
  /** Resolves when all of them hold what the server has; fails when one cannot be read. */
  ready(types: Iterable<ResourceType>): Promise<void>;
  /** Do all of them hold it already? Then nobody needs to wait. Those that were not started are. */
  areReady(types: Iterable<ResourceType>): boolean;
  /** Informers that were asked for so far. */
  started(): readonly Informer[];
  /** The same cluster; what it answers to our writes is in the caches before the call returns. */
  readonly cluster: Cluster;
}

export interface CachesOptions {
  readonly cluster: Cluster;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Which objects of our kinds to look at, and in which namespaces. Default: those without an instance id, in all. */
  readonly share?: Share;
  /** Types without namespaces are taken to have no objects, as the peer does in one namespace: no right to them is needed. */
  readonly onlyNamespaced?: boolean;
  /** Told of every change of every started type. */
  readonly onChange: (type: ResourceType, change: Change) => void;
  readonly onRestart?: (type: ResourceType, reason: RestartReason) => void;
  /** The cluster does not serve a type that is followed, or does again. */
  readonly onAbsence?: (type: ResourceType, isAbsent: boolean) => void;
}

/** Which objects of a type concern us, told to the server and checked on what we write ourselves. */
interface Scope {
  readonly labelSelector: string;
  readonly includes: (object: KubeObject) => boolean;
}

export function caches(options: CachesOptions): Caches {
  const informers = new Map<string, Informer>();

  const { share = {} } = options;

  const follow = (type: ResourceType, namespace?: string): Informer => {
    const scope = scopeOf(type, share.instanceId);
    const isOutside = options.onlyNamespaced === true && !type.namespaced;
    // routes and Services may be looked up across namespaces; what we take care of may not
    const excluded = scope !== undefined && type.namespaced ? (share.excludedNamespaces ?? []) : [];
    return informer({
      ...options,
      cluster: isOutside ? emptyCluster : options.cluster,
      type,
      random: options.random.fork(`informer/${type.plural}${namespace === undefined ? '' : `/${namespace}`}`),
      ...(namespace !== undefined && { namespace }),
      ...(scope && { labelSelector: scope.labelSelector }),
      ...(excluded.length > 0 && {
        fieldSelector: excluded.map((name) => `metadata.namespace!=${name}`).join(),
      }),
      onRestart: (reason) => options.onRestart?.(type, reason),
      onAbsence: (isAbsent) => options.onAbsence?.(type, isAbsent),
    });
  };

  const start = (type: ResourceType): Informer => {
    const namespaces = type.namespaced ? share.namespaces : undefined;
    const started =
      namespaces === undefined || namespaces.length === 1
        ? follow(type, namespaces?.[0])
        : mergedInformer(type, new Map(namespaces.map((name) => [name, follow(type, name)])));
    started.onChange((change) => options.onChange(type, change));
    return started;
  };

  const of = <T extends KubeObject>(type: ResourceType): Informer<T> => {
    const id = idOf(type);
    const known = informers.get(id) ?? start(type);
    informers.set(id, known);
    return known as Informer as Informer<T>;
  };

  const note = (type: ResourceType, object: KubeObject) => {
    const scope = scopeOf(type, share.instanceId);
    if (scope === undefined || scope.includes(object)) {
      informers.get(idOf(type))?.cache.noteWrite(keptObject(object));
    }
  };

  return {
    of,
    areReady: (types) => [...types].map((type) => of(type)).every((each) => each.isReady()),
    ready: async (types) => {
      await Promise.all([...types].map((type) => of(type).ready()));
    },
    get: <T extends KubeObject>({ type, namespace, name }: ObjectRef) =>
      of<T>(type).cache.get(namespace, name),
    list: (type, namespace) => of(type).cache.list(namespace),
    started: () => [...informers.values()],
    cluster: noting(options.cluster, note, ({ type, namespace, name }, uid) =>
      informers.get(idOf(type))?.cache.noteDelete(namespace, name, uid),
    ),
  };
}

function noting(
  cluster: Cluster,
  note: (type: ResourceType, object: KubeObject) => void,
  noteDelete: (ref: ObjectRef, uid: string | undefined) => void,
): Cluster {
  /** Other subresources answer with something else than the object. */
  const isWhole = (subresource: string | undefined) => subresource === undefined || subresource === 'status';
  return {
    servedAs: (type) => servedAs(cluster, type),
    get: (ref, signal) => cluster.get(ref, signal),
    list: (type, listOptions) => cluster.list(type, listOptions),
    watch: (type, watchOptions, signal) => cluster.watch(type, watchOptions, signal),
    create: async (object, type, writeOptions) => {
      const answer = await cluster.create(object, type, writeOptions);
      if (isWhole(writeOptions?.subresource)) note(type, answer);
      return answer;
    },
    replace: async (object, type, writeOptions) => {
      const answer = await cluster.replace(object, type, writeOptions);
      if (isWhole(writeOptions?.subresource)) note(type, answer);
      return answer;
    },
    patch: async (ref, patch, writeOptions) => {
      const answer = await cluster.patch(ref, patch, writeOptions);
      if (isWhole(writeOptions?.subresource)) note(ref.type, answer);
      return answer;
    },
    delete: async (ref, deleteOptions) => {
      await cluster.delete(ref, deleteOptions);
      noteDelete(ref, deleteOptions?.uid);
    },
  };
}

function scopeOf(type: ResourceType, instanceId: string | undefined): Scope | undefined {
  if (type.group === resources.rollouts.group) {
    const idOfObject = ({ metadata }: KubeObject) => metadata.labels?.[instanceIdLabel];
    return {
      labelSelector: instanceId === undefined ? `!${instanceIdLabel}` : `${instanceIdLabel}=${instanceId}`,
      includes: (object) => idOfObject(object) === instanceId,
    };
  }
  if (type === resources.replicaSets) {
    // those of Deployments, often thousands, never concern us
    return {
      labelSelector: podTemplateHashLabel,
      includes: ({ metadata }) => metadata.labels?.[podTemplateHashLabel] !== undefined,
    };
  }
  if (type === resources.jobs) {
    // those that measure for us
    return {
      labelSelector: analysisRunUidLabel,
      includes: ({ metadata }) => metadata.labels?.[analysisRunUidLabel] !== undefined,
    };
  }
  return undefined;
}

function idOf(type: ResourceType): string {
  return `${apiVersionOf(type)}/${type.plural}`;
}

/** Answers as a server that has none of a type, and never will. */
const emptyCluster: Cluster = {
  ...({} as Cluster),
  list: async () => ({ items: [], resourceVersion: '0' }),
  watch: (_type, _options, signal) => ({
    async *[Symbol.asyncIterator]() {
      await new Promise<void>((resolve) => {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve());
      });
    },
  }),
};
