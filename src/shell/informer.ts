import type { KubeObject } from '../api/meta.ts';
import { compareVersions } from '../api/resource-version.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import { type BackOff, backOffSeconds } from '../kernel/back-off.ts';
import { type Clock, until } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { addSeconds, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import type { Random } from '../kernel/random.ts';
import { type Cluster, isApiError, type WatchEvent } from '../ports/cluster.ts';
import { keptObject } from './kept-object.ts';
import {
  type Change,
  type Indexer,
  type KnownObjects,
  type ObjectCache,
  objectCache,
} from './object-cache.ts';
import { refusalHelp } from './refusal-help.ts';
import { retryAfterOf } from './retry-after.ts';

/** A cache of one resource type that follows the server through drops, expiry, overload and restarts. */
export interface Informer<T extends KubeObject = KubeObject> {
  readonly type: ResourceType;
  readonly cache: KnownObjects<T>;
  /** Resolves when the first list is in, or the server has said that it does not know the type. */
  readonly synced: Promise<void>;
  /** Like `synced`, but fails when the attempt under way fails, so that nobody waits for what is forbidden. */
  ready(): Promise<void>;
  /** Has the first list come? It stays so. */
  isReady(): boolean;
  /** Called for every change; the objects of the first list are all `added`. */
  onChange(handler: (change: Change<T>) => void): void;
}

export interface InformerOptions {
  readonly cluster: Cluster;
  readonly type: ResourceType;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly indexers?: Readonly<Record<string, Indexer>>;
  /** How long a pause between attempts may become. Default 30: a server that comes back must not be asked by everybody at once. */
  readonly longestPauseSeconds?: number;
  /** A watch had to be opened anew, or a list read again; `reason` is one of a few words. */
  readonly onRestart?: (reason: RestartReason) => void;
  /** The server does not know the type, or does again. */
  readonly onAbsence?: (isAbsent: boolean) => void;
}

export type RestartReason = 'ended' | 'broken' | 'expired' | 'wentBack' | 'failed';

/** Objects per page of a list, as client-go asks for. */
const pageSize = 500;
/** Pages of one list; 10 million objects of one type are a mistake somewhere. */
const longestList = 20_000;
const defaultBackOff: BackOff = { firstSeconds: 0.5, longestSeconds: 30, jitter: 0.5 };
/** How often to ask for a type that the server does not know, such as Istio's before it is installed. */
const absentTypeSeconds = 60;
/** And for one of ours, without which nothing can be done: somebody is about to install it. */
const ownAbsentTypeSeconds = 5;
/** A watch that ends sooner than this was not ended by its own time limit (290 s and more): the server may be another one. */
const normalWatchSeconds = 240;

/** Starts at once, ends when `signal` aborts. */
export function informer<T extends KubeObject>(
  options: InformerOptions,
): Informer<T> & { readonly cache: ObjectCache<T> } {
  const { cluster, type, clock, log, signal, namespace, labelSelector, fieldSelector } = options;
  const failureBackOff = {
    ...defaultBackOff,
    longestSeconds: options.longestPauseSeconds ?? defaultBackOff.longestSeconds,
  };
  const handlers: ((change: Change<T>) => void)[] = [];
  const cache = objectCache<T>((change) => notify(handlers, change, log), options.indexers);
  const first = Promise.withResolvers<void>();
  let attempt = Promise.withResolvers<void>();
  let isSynced = false;
  let version = '';
  const scope = {
    ...(namespace !== undefined && { namespace }),
    ...(labelSelector && { labelSelector }),
    ...(fieldSelector && { fieldSelector }),
  };
  attempt.promise.catch(() => {}); // it may fail with nobody waiting

  const isOurs = type.group === resources.rollouts.group;
  let isAbsent = false;
  const noteAbsence = (isGone: boolean) => {
    if (isGone === isAbsent) return;
    isAbsent = isGone;
    options.onAbsence?.(isGone);
    if (!isOurs) return;
    if (isGone) {
      log.warn(
        'The cluster has no definition of a kind of ours: nothing of that kind is done until it has.',
        {
          type: `${type.plural}.${type.group}`,
          help: 'Install the definitions: kubectl apply --server-side -k config/crds, or installCRDs=true of the chart.',
        },
      );
    } else {
      log.info('The cluster has a definition of ours by now.', { type: `${type.plural}.${type.group}` });
    }
  };

  const sync = (objects: readonly T[], listVersion: string) => {
    const wentBack = version !== '' && compareVersions(listVersion, version) < 0;
    if (wentBack) options.onRestart?.('wentBack');
    cache.replace(objects, listVersion, wentBack);
    version = listVersion;
    isSynced = true;
    first.resolve();
    attempt.resolve();
  };

  const relist = async () => {
    const objects: T[] = [];
    let continueToken: string | undefined;
    let listVersion = '';
    for (let page = 0; page < longestList; page += 1) {
      const list = await cluster.list(type, {
        ...scope,
        limit: pageSize,
        ...(continueToken !== undefined && { continueToken }),
        signal,
      });
      objects.push(...(list.items.map(keptObject) as T[]));
      listVersion = list.resourceVersion;
      continueToken = list.continueToken;
      if (continueToken === undefined) break;
    }
    sync(objects, listVersion);
  };

  /** False: the stream contradicts what we know, so read the list again. */
  const take = (event: WatchEvent): boolean => {
    const eventVersion =
      event.type === 'BOOKMARK' ? event.resourceVersion : (event.object.metadata.resourceVersion ?? '');
    if (compareVersions(eventVersion, version) < 0) return false;
    version = eventVersion;
    if (event.type !== 'BOOKMARK') cache.apply(event.type, keptObject(event.object) as T);
    return true;
  };

  /** Has the server forgotten versions that we have seen (restored from a backup, or another server)? */
  const hasGoneBack = async (): Promise<boolean> => {
    const { resourceVersion } = await cluster.list(type, { ...scope, limit: 1, signal });
    return compareVersions(resourceVersion, version) < 0;
  };

  /** Follows the watch until the list has to be read again. */
  const follow = async () => {
    for (let failures = 0; !signal.aborted; ) {
      const openedAt = clock.now();
      let failure: unknown;
      try {
        for await (const event of cluster.watch(type, { ...scope, resourceVersion: version }, signal)) {
          if (!take(event)) return;
          failures = 0;
        }
      } catch (error) {
        if (isApiError(error, 410)) return options.onRestart?.('expired');
        if (isApiError(error, 404)) throw error;
        failure = error;
      }
      if (signal.aborted) return;
      options.onRestart?.(failure === undefined ? 'ended' : 'broken');
      if (failure === undefined && secondsBetween(openedAt, clock.now()) >= normalWatchSeconds) continue;
      failures += 1;
      await pause(failure, failures);
      if (!signal.aborted && (await hasGoneBack())) return;
    }
  };

  const pause = (error: unknown, failures: number) => {
    const wait = Math.max(retryAfterOf(error), backOffSeconds(failureBackOff, failures, options.random));
    return until(clock, addSeconds(clock.now(), wait), signal);
  };

  const run = async () => {
    for (let failures = 0; !signal.aborted; ) {
      try {
        await relist();
        noteAbsence(false);
        failures = 0;
        await follow();
      } catch (error) {
        if (signal.aborted) return;
        if (isApiError(error, 404)) {
          sync([], '');
          noteAbsence(true);
          const wait = isOurs ? ownAbsentTypeSeconds : absentTypeSeconds;
          await until(clock, addSeconds(clock.now(), wait * (1 + options.random.next())), signal);
          continue;
        }
        failures += 1;
        options.onRestart?.('failed');
        log.warn('A resource type cannot be followed; trying again.', {
          type: type.plural,
          reason: messageOf(error),
          failures,
          ...refusalHelp(error),
        });
        attempt.reject(error);
        attempt = Promise.withResolvers();
        attempt.promise.catch(() => {});
        await pause(error, failures);
      }
    }
  };
  void run();

  return {
    type,
    cache,
    synced: first.promise,
    ready: () => (isSynced ? first.promise : attempt.promise),
    isReady: () => isSynced,
    onChange: (handler) => {
      handlers.push(handler);
    },
  };
}

function notify<T extends KubeObject>(
  handlers: readonly ((change: Change<T>) => void)[],
  change: Change<T>,
  log: Log,
): void {
  for (const handler of handlers) {
    try {
      handler(change);
    } catch (error) {
      log.error('A change could not be handled.', { kind: change.object.kind, reason: messageOf(error) });
    }
  }
}
