import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import { addSeconds } from '../../kernel/instant.ts';
import type { Engine } from '../engine.ts';
import { flag, type StreamResponse, type Target, type WatchLine } from '../request.ts';
import { type Matcher, parseFieldSelector, selectorOf } from '../selectors.ts';
import { badRequest, expired, forbiddenField, invalid, type StatusError } from '../status.ts';
import type { Change, Table } from '../store.ts';
import { render } from '../tables/render.ts';

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
  const { resource, request, namespace, name } = target;
  const { query } = request;
  const asked = query.get('resourceVersion') ?? '';
  if (asked !== '' && !/^\d+$/.test(asked))
    throw badRequest(`invalid resource version ${JSON.stringify(asked)}`);
  const sendsInitial = sendInitialEvents(query);
  const table = engine.store.table(resource.storage);
  const matches = watchMatcher(target);
  const startsNow = sendsInitial ?? (asked === '' || asked === '0');
  return {
    table,
    matches,
    initial: startsNow ? table.list(namespace).filter(matches) : [],
    from: startsNow || asked === '' || asked === '0' ? table.end() : table.positionAfter(Number(asked)),
    sendsInitialEnd: sendsInitial === true,
    sendsBookmarks: flag(query, 'allowWatchBookmarks'),
    timeoutSeconds: Number(query.get('timeoutSeconds') ?? 0),
    asked: name ?? asked,
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

/** `sendInitialEvents`: undefined when the request does not say. */
function sendInitialEvents(query: URLSearchParams): boolean | undefined {
  const match = query.get('resourceVersionMatch') ?? '';
  const options = { group: 'meta.k8s.io', kind: 'ListOptions' };
  if (!query.has('sendInitialEvents')) {
    if (match === '') return undefined;
    throw invalid(options, '', [
      forbiddenField(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    ]);
  }
  if (match !== 'NotOlderThan') {
    throw invalid(options, '', [
      forbiddenField(
        'resourceVersionMatch',
        'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
      ),
    ]);
  }
  return flag(query, 'sendInitialEvents');
}

/** One open watch. It keeps no queue of its own, only a position in the table's history. */
function openWatch(engine: Engine, target: Target, watch: Watch): AsyncIterator<WatchLine> {
  const ready: WatchLine[] = initialLines(engine, target, watch);
  let position = watch.from;
  let isOver = false;
  let wake: (() => void) | undefined;
  const stir = () => wake?.();
  const unsubscribe = watch.table.subscribe(stir);
  const cancelTimeout =
    watch.timeoutSeconds > 0
      ? engine.clock.schedule(addSeconds(engine.clock.now(), watch.timeoutSeconds), () => {
          if (watch.sendsBookmarks && position !== undefined) ready.push(bookmark(engine, target, {}));
          finish();
        })
      : () => {};
  const finish = () => {
    isOver = true;
    unsubscribe();
    cancelTimeout();
    stir();
  };

  const advance = (): WatchLine | undefined => {
    while (position !== undefined && !isOver) {
      const change = watch.table.changeAt(position);
      if (change === undefined) return undefined;
      if (change === 'lost') {
        finish();
        return errorLine(expired(`too old resource version: ${watch.asked} (${engine.store.revision()})`));
      }
      position += 1;
      const line = lineOf(engine, target, change, watch.matches);
      if (line !== undefined) return line;
    }
    return undefined;
  };

  return {
    async next() {
      for (;;) {
        const line = ready.shift() ?? advance();
        if (line !== undefined) return { done: false, value: line };
        if (isOver || position === undefined) {
          finish();
          return { done: true, value: undefined };
        }
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

function initialLines(engine: Engine, target: Target, watch: Watch): WatchLine[] {
  if (watch.from === undefined) {
    return [errorLine(expired(`too old resource version: ${watch.asked} (${engine.store.revision()})`))];
  }
  const lines = watch.initial.map((object): WatchLine => {
    return { type: 'ADDED', object: render(target.resource.fromStored(object), target, engine.clock.now()) };
  });
  if (watch.sendsInitialEnd && watch.sendsBookmarks) {
    lines.push(bookmark(engine, target, { annotations: { 'k8s.io/initial-events-end': 'true' } }));
  }
  return lines;
}

function lineOf(engine: Engine, target: Target, change: Change, matches: Matcher): WatchLine | undefined {
  const isIn = change.type !== 'DELETED' && matches(change.object);
  const wasIn = change.previous !== undefined && matches(change.previous);
  if (!isIn && !wasIn) return undefined;
  const object = isIn || change.type === 'DELETED' ? change.object : leaving(change);
  const type = isIn ? (wasIn ? 'MODIFIED' : 'ADDED') : 'DELETED';
  return { type, object: render(target.resource.fromStored(object), target, engine.clock.now()) };
}

/** An object that no longer matches is shown as it last did, with the version of the change that took it away. */
function leaving({ object, previous }: Change): KubeObject {
  const { resourceVersion } = object.metadata;
  const last = previous ?? object;
  return { ...last, metadata: { ...last.metadata, resourceVersion } } as KubeObject;
}

function bookmark(engine: Engine, { resource }: Target, extra: Record<string, unknown>): WatchLine {
  const metadata = { resourceVersion: String(engine.store.revision()), creationTimestamp: null, ...extra };
  return { type: 'BOOKMARK', object: { kind: resource.kind, apiVersion: apiVersionOf(resource), metadata } };
}

const errorLine = (error: StatusError): WatchLine => ({ type: 'ERROR', object: error.status });
