import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import type { Engine } from '../engine.ts';
import { type BodyResponse, json, type Target } from '../request.ts';
import { selectorOf } from '../selectors.ts';
import { badRequest, expired, forbiddenField, invalid, notSupported, StatusError } from '../status.ts';
import type { Table } from '../store.ts';
import { render, renderList } from '../tables/render.ts';
import { readLive } from './write.ts';

/** GET of one object. */
export function getObject(engine: Engine, target: Target): BodyResponse {
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
  const { query } = request;
  const table = engine.store.table(resource.storage);
  const continued = decodeToken(query.get('continue'));
  const revision = continued?.revision ?? listRevision(engine, query);
  const matches = selectorOf(resource, query);
  const all = objectsAt(engine, table, namespace, revision);
  const selected = matches === undefined ? all : all.filter((object) => matches(object));
  const rest =
    continued === undefined ? selected : selected.filter((object) => orderKey(object) > continued.after);
  const limit = Number(query.get('limit') ?? 0);
  const isCut = limit > 0 && rest.length > limit;
  const items = (isCut ? rest.slice(0, limit) : rest).map(resource.fromStored);
  const last = items.at(-1);
  const metadata = {
    resourceVersion: String(revision),
    ...(isCut && last !== undefined ? { continue: encodeToken({ revision, after: orderKey(last) }) } : {}),
    ...(isCut && matches === undefined ? { remainingItemCount: rest.length - limit } : {}),
  };
  const list = { kind: resource.listKind, apiVersion: apiVersionOf(resource), metadata, items };
  return json(renderList(list, target, engine.clock.now()));
}

/** Which state of the world the list shows: the newest, unless an exact one is asked for. */
function listRevision(engine: Engine, query: URLSearchParams): number {
  const asked = query.get('resourceVersion') ?? '';
  const match = query.get('resourceVersionMatch') ?? '';
  const current = engine.store.revision();
  if (match !== '' && match !== 'Exact' && match !== 'NotOlderThan') {
    throw invalid(listOptions, '', [
      notSupported('resourceVersionMatch', match, ['Exact', 'NotOlderThan', '']),
    ]);
  }
  if (asked === '') {
    if (match !== '')
      throw refusedMatch('resourceVersionMatch is forbidden unless resourceVersion is provided');
    return current;
  }
  if (!/^\d+$/.test(asked))
    throw badRequest(
      `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(asked)}: strconv.ParseUint: parsing ${JSON.stringify(asked)}: invalid syntax`,
    );
  if (match === 'Exact' && asked === '0') {
    throw refusedMatch('resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  const revision = Number(asked);
  if (revision > current) throw tooLarge(revision, current);
  return match === 'Exact' ? revision : current;
}

const listOptions = { group: 'meta.k8s.io', kind: 'ListOptions' };

function refusedMatch(detail: string): StatusError {
  return invalid(listOptions, '', [forbiddenField('resourceVersionMatch', detail)]);
}

export function tooLarge(asked: number, current: number): StatusError {
  return new StatusError(504, 'Timeout', `Too large resource version: ${asked}, current: ${current}`, {
    causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
    retryAfterSeconds: 1,
  });
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

function decodeToken(text: string | null): Continuation | undefined {
  if (text === null || text === '') return undefined;
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
