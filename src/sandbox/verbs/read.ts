import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import type { Engine } from '../engine.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import { selectorOf } from '../selectors.ts';
import { badRequest, expired, invalidNumber, StatusError } from '../status.ts';
import type { Table } from '../store.ts';
import { render, renderList } from '../tables/render.ts';
import { continueOfAll, type ListOptions, listOptionsOf, parseResourceVersion } from './list-options.ts';
import { readLive } from './write.ts';

/** GET of one object. */
export function getObject(engine: Engine, target: Target): BodyResponse {
  parseResourceVersion(target.request.query.get('resourceVersion') ?? '');
  const live = readLive(engine, target);
  return json(render(live, target, engine.clock.now()));
}

/** What a list is cut into: from where, and at which state of the world. */
interface Continuation {
  readonly revision: number;
  /** `namespace/name` of the last object that was sent. */
  readonly after: string;
}

/** GET of a collection. */
export function listObjects(engine: Engine, target: Target): BodyResponse {
  const { resource, namespace, request } = target;
  const options = listOptionsOf(target);
  const table = engine.store.table(resource.storage);
  const continued = decodeToken(options);
  const revision = continued?.revision ?? listRevision(engine, options);
  const matches = selectorOf(resource, request.query);
  const all = objectsAt(engine, table, namespace, revision);
  const selected = matches === undefined ? all : all.filter((object) => matches(object));
  const rest =
    continued === undefined ? selected : selected.filter((object) => orderKey(object) > continued.after);
  const { limit } = options;
  const isCut = limit > 0 && rest.length > limit;
  const items = (isCut ? rest.slice(0, limit) : rest).map(resource.fromStored);
  const last = items.at(-1);
  const metadata = {
    resourceVersion: String(revision),
    ...(isCut && last !== undefined
      ? { continue: encodeToken({ revision, after: orderKey(last) }) }
      : continueOfAll(target)),
    ...(isCut && matches === undefined ? { remainingItemCount: rest.length - limit } : {}),
  };
  const list = { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items };
  return json(renderList(list, target, engine.clock.now()));
}

/**
 * Which state of the world the list shows: the newest, unless an exact one is asked for. A limit makes any version exact,
 * since the pieces must fit together.
 */
function listRevision(engine: Engine, options: ListOptions): number {
  const { resourceVersion: asked, resourceVersionMatch: match, limit } = options;
  const current = engine.store.revision();
  if (asked === '' || asked === '0') return current;
  if (!/^\d+$/.test(asked))
    throw badRequest(`invalid resource version: ${invalidNumber('resourceVersion', asked)}`);
  const revision = Number(asked);
  if (revision > current) throw tooLarge(revision, current);
  const isExact = match === 'Exact' || (match === '' && limit > 0);
  return isExact ? revision : current;
}

export function tooLarge(asked: number, current: number): StatusError {
  return new StatusError(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${asked}, current: ${current}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  );
}

/** The objects as they stood at `revision`: the present with the changes since undone. */
function objectsAt(
  engine: Engine,
  table: Table,
  namespace: string | undefined,
  revision: number,
): readonly KubeObject[] {
  const present = table.list(namespace);
  if (revision >= engine.store.revision()) return present;
  const from = table.positionAfter(revision);
  if (from === undefined) {
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.',
    );
  }
  const end = table.end();
  if (from === end) return present;
  const byKey = new Map(present.map((object) => [orderKey(object), object]));
  for (let position = end - 1; position >= from; position -= 1) {
    const change = table.changeAt(position);
    if (change === undefined || change === 'lost') continue;
    if (namespace !== undefined && change.object.metadata.namespace !== namespace) continue;
    if (change.previous === undefined) byKey.delete(orderKey(change.object));
    else byKey.set(orderKey(change.object), change.previous);
  }
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
}

const orderKey = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`;

function encodeToken(token: Continuation): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decodeToken({ continue: text, resourceVersion }: ListOptions): Continuation | undefined {
  if (text === '') return undefined;
  if (resourceVersion !== '' && resourceVersion !== '0')
    throw badRequest('specifying resource version is not allowed when using continue');
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Continuation;
    if (typeof token.revision === 'number' && typeof token.after === 'string') return token;
  } catch {
    // falls through to the refusal
  }
  throw badRequest(
    'invalid continue token: continue key is not valid: the token was not made by this server',
  );
}
