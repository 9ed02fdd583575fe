import type { KubeObject } from '../../api/meta.ts';
import { addSeconds } from '../../kernel/instant.ts';
import type { Engine } from '../engine.ts';
import type { StreamResponse, Target, WatchLine } from '../request.ts';
import { type Matcher, parseFieldSelector, selectorOf } from '../selectors.ts';
import { expired, StatusError } from '../status.ts';
import type { Change, Table } from '../store.ts';
import { renderEvent } from '../tables/render.ts';
import { listOptionsOf, parseResourceVersion } from './list-options.ts';

/** GET with `watch=true`. */
export function watchObjects(engine: Engine, target: Target): StreamResponse {
  const watch = parseWatch(engine, target);
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    stream: { [Symbol.asyncIterator]: () => openWatch(engine, target, watch) },
  };
}

interface Watch {
  readonly table: Table;
  readonly matches: Matcher;
  /** Objects to announce before any change. */
  readonly initial: readonly KubeObject[];
  /** Where changes start; undefined when those have been forgotten. */
  readonly from: number | undefined;
  readonly sendsInitialEnd: boolean;
  readonly sendsBookmarks: boolean;
  readonly timeoutSeconds: number;
  readonly asked: string;
}

function parseWatch(engine: Engine, target: Target): Watch {
  const { resource, namespace, name } = target;
  const options = listOptionsOf(target);
  const asked = parseResourceVersion(options.resourceVersion);
  const table = engine.store.table(resource.storage);
  const matches = watchMatcher(target);
  const startsNow = options.sendInitialEvents ?? asked === 0;
  return {
    table,
    matches,
    initial: startsNow ? table.list(namespace).filter(matches) : [],
    from: startsNow || asked === 0 ? table.end() : table.positionAfter(asked),
    sendsInitialEnd: options.sendInitialEvents === true,
    sendsBookmarks: options.allowWatchBookmarks,
    timeoutSeconds: options.timeoutSeconds,
    asked: name ?? options.resourceVersion,
  };
}

function watchMatcher({ resource, request, namespace, name }: Target): Matcher {
  const selected = selectorOf(resource, request.query);
  const named = name === undefined ? undefined : parseFieldSelector(`metadata.name=${name}`, resource);
  return (object) =>
    (namespace === undefined || object.metadata.namespace === namespace) &&
    (named?.(object) ?? true) &&
    (selected?.(object) ?? true);
}

/** One open watch. It keeps no queue of its own, only a position in the table's history. */
function openWatch(engine: Engine, target: Target, watch: Watch): AsyncIterator<WatchLine> {
  const show = renderEvents(target, engine);
  const ready: WatchLine[] = initialLines(engine, show, watch);
  let position = watch.from;
  let state: 'open' | 'ending' | 'over' = 'open';
  let hasNews = true;
  let wake: (() => void) | undefined;
  const stir = () => wake?.();
  const stops = [watch.table.subscribe(stir)];
  if (watch.timeoutSeconds > 0) {
    const endsAt = addSeconds(engine.clock.now(), watch.timeoutSeconds);
    stops.push(
      engine.clock.schedule(endsAt, () => {
        state = 'ending';
        stir();
      }),
    );
  }
  if (watch.sendsBookmarks) {
    stops.push(
      engine.onHeartbeat(() => {
        if (!hasNews) ready.push(...bookmarkWhenIdle());
        hasNews = false;
        stir();
      }),
    );
  }
  const finish = () => {
    state = 'over';
    for (const stop of stops.splice(0)) stop();
    stir();
  };

  const advance = (): WatchLine | undefined => {
    while (position !== undefined) {
      const change = watch.table.changeAt(position);
      if (change === undefined) return undefined;
      if (change === 'lost') {
        finish();
        return errorLine(expired(`too old resource version: ${watch.asked} (${engine.store.revision()})`));
      }
      position += 1;
      const line = lineOf(show, change, watch.matches);
      if (line !== undefined) return line;
    }
    return undefined;
  };

  /** A bookmark promises that everything before it has been sent; what the watch does not show is gone over first. */
  const bookmarkWhenIdle = (): readonly WatchLine[] => {
    if (ready.length > 0) return [];
    const line = advance();
    if (line !== undefined) return [line];
    return position === watch.table.end() ? [show('BOOKMARK', bookmark(engine, {}))] : [];
  };

  return {
    async next() {
      for (;;) {
        const line = state === 'over' ? ready.shift() : (ready.shift() ?? advance());
        if (line !== undefined) {
          hasNews = true;
          return { done: false, value: line };
        }
        if (state === 'ending' && watch.sendsBookmarks) ready.push(...bookmarkWhenIdle());
        if (state === 'ending' || position === undefined) finish();
        if (state === 'over' && ready.length === 0) return { done: true, value: undefined };
        if (state === 'over') continue;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    },
    async return() {
      ready.length = 0;
      finish();
      return { done: true, value: undefined };
    },
  };
}

/** Makes a line of an event; a watch of tables tells its columns in the first line only. */
type Show = (type: WatchLine['type'], object: KubeObject) => WatchLine;

function renderEvents(target: Target, engine: Engine): Show {
  let isFirst = true;
  return (type, object) => {
    try {
      const line = { type, object: renderEvent(object, target, { now: engine.clock.now(), isFirst }) };
      isFirst = false;
      return line;
    } catch (error) {
      if (error instanceof StatusError) return errorLine(error); // an object that cannot be converted
      throw error;
    }
  };
}

function initialLines(engine: Engine, show: Show, watch: Watch): WatchLine[] {
  if (watch.from === undefined) {
    return [errorLine(expired(`too old resource version: ${watch.asked} (${engine.store.revision()})`))];
  }
  const lines = watch.initial.map((object) => show('ADDED', object));
  if (watch.sendsInitialEnd && watch.sendsBookmarks) {
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    lines.push(show('BOOKMARK', bookmark(engine, { annotations })));
  }
  return lines;
}

function lineOf(show: Show, change: Change, matches: Matcher): WatchLine | undefined {
  const isIn = change.type !== 'DELETED' && matches(change.object);
  const wasIn = change.previous !== undefined && matches(change.previous);
  if (!isIn && !wasIn) return undefined;
  const object = isIn || change.type === 'DELETED' ? change.object : leaving(change);
  return show(isIn ? (wasIn ? 'MODIFIED' : 'ADDED') : 'DELETED', object);
}

/** An object that no longer matches is shown as it last did, with the version of the change that took it away. */
function leaving({ object, previous }: Change): KubeObject {
  const { resourceVersion } = object.metadata;
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion } } as KubeObject;
}

/** An object of which only the version counts: everything up to it has been sent. */
function bookmark(engine: Engine, extra: Pick<KubeObject['metadata'], 'annotations'>): KubeObject {
  const metadata = { resourceVersion: String(engine.store.revision()), ...extra };
  return { metadata } as unknown as KubeObject;
}

const errorLine = (error: StatusError): WatchLine => ({ type: 'ERROR', object: error.status });
