import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { annotationWarnings } from '../annotation-warnings.ts';
import { notAnObject } from '../body.ts';
import { oldVersions } from '../builtin/old-versions.ts';
import type { Engine } from '../engine.ts';
import { cloneJson, isObject, jsonEqual, type MutableJson, reuse } from '../json.ts';
import { type ManagerEntry, managersOf, recordUpdate, type Writer } from '../managed/managers.ts';
import { refuseUnknownBody } from '../media.ts';
import type { Target } from '../request.ts';
import { goPackage, type Resource } from '../resource.ts';
import { jsonType } from '../schema/decode.ts';
import {
  alreadyExists,
  badRequest,
  forbidden,
  invalid,
  invalidValue,
  notFound,
  StatusError,
  warning,
} from '../status.ts';
import { admit, admitStatus, decodeBody } from './admit.ts';
import { areReadable, droppedParts } from './dropped-parts.ts';
import { otherUid, refuseOtherEnd, refuseOtherName, refuseOtherUid, refuseStale } from './identity.ts';
import type { WriteOptions } from './options.ts';
import { podDoors } from './pod-doors.ts';
import { storeOrRemove } from './remove.ts';

/** A write that went through: what the client gets to see. */
export interface Written {
  readonly object: KubeObject;
  readonly created: boolean;
  readonly warnings: readonly string[];
}

/** POST to a collection. */
export function createObject(engine: Engine, target: Target, options: WriteOptions): Written {
  const { resource } = target;
  refuseUnknownBody(target.request, resource.builtin);
  const object = readBody(engine, target);
  const warnings = decodeBody(object, resource, options.fieldValidation, target.request.duplicates);
  const candidate = { object, warnings, entries: givenEntries(object) };
  return warning(warnings, () => createFrom(engine, target, candidate, options));
}

/** A creation that is decoded already, and who owns its fields. */
export interface Candidate {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
  readonly entries: readonly ManagerEntry[];
  /** The whole object that was sent, where only a part of it is left in `object`. */
  readonly sent?: KubeObject;
  /** Applied, and nothing has changed: what is there stays as it is, without new defaults. */
  readonly isUnchanged?: boolean;
  /** The entries are complete: nothing is recorded for the write itself (server-side apply). */
  readonly applied?: boolean;
}

export function createFrom(
  engine: Engine,
  target: Target,
  { object, warnings, entries, applied }: Candidate,
  options: WriteOptions,
): Written {
  const { resource, namespace } = target;
  refuseMissingNamespace(engine, resource, object, namespace);
  nameObject(engine, object);
  const isRead = areReadable(resource, droppedParts(target, object));
  stampNew(engine, resource, object);
  admit(engine, resource, object);
  refuseVersion(object);
  const { name } = object.metadata;
  const existing = engine.store.table(resource.storage).get(namespace, name);
  if (existing !== undefined)
    throw alreadyExists(resource, name, {
      isEnding: existing.metadata.deletionTimestamp !== undefined,
      isGenerated: (object.metadata.generateName ?? '') !== '',
    });
  const recorded =
    applied === true
      ? entries
      : isRead
        ? recordUpdate(entries, undefined, object, writerOf(engine, target, options))
        : [];
  resource.strategy.admission?.(object, engine.surroundings());
  const stored = commit(engine, resource, withManagers(object, recorded), options.dryRun);
  return {
    object: stored,
    created: true,
    warnings: [...warnings, ...(resource.strategy.warnings?.(object) ?? []), ...annotationWarnings(object)],
  };
}

/** A private copy of a request's object, checked against what the URL says. */
export function readBody(engine: Engine, target: Target, body: unknown = target.request.body): KubeObject {
  const { resource, namespace, name } = target;
  if (!isObject(body)) throw unreadable(target, body);
  const object = cloneJson(body) as unknown as KubeObject;
  if (object.kind === undefined || object.kind === '') object.kind = resource.kind;
  if (object.apiVersion === undefined || object.apiVersion === '') object.apiVersion = apiVersionOf(resource);
  refuseOtherKind(engine, object, resource);
  refuseNoMetadata(object, resource);
  if (!isObject(object.metadata)) (object as { metadata: unknown }).metadata = {};
  const { metadata } = object;
  if (!resource.namespaced) delete metadata.namespace;
  else if (metadata.namespace === undefined || metadata.namespace === '')
    metadata.namespace = namespace as string;
  else if (metadata.namespace !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  refuseOtherName(metadata.name, name);
  return object;
}

/** A body that is no object at all. */
function unreadable({ resource, request }: Target, body: unknown): StatusError {
  const text = body === undefined ? '' : JSON.stringify(body);
  const bytes = text === '' ? '<empty>' : Buffer.from(text).toString('hex');
  const problem =
    request.unreadable ??
    (body === undefined ? `unexpected end of JSON input (${bytes})` : `${notAnObject(body)} (${bytes})`);
  return badRequest(
    `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind; json parse error: ${problem}`,
  );
}

/** A body of another kind than the URL's: the real server would convert it, if it could. */
function refuseOtherKind({ registry }: Engine, object: KubeObject, resource: Resource): void {
  const { kind, apiVersion, metadata } = object;
  const expected = apiVersionOf(resource);
  if (kind === resource.kind && apiVersion === expected) return;
  if (!resource.builtin && apiVersion === expected)
    throw invalid({ group: resource.group, kind }, metadata?.name ?? '', [
      invalidValue('kind', kind, `must be ${resource.kind}`),
    ]);
  if (!resource.builtin || (kind === resource.kind && oldVersions[kind]?.includes(apiVersion) === true))
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const isKnown = registry
    .all()
    .some(
      (known) =>
        known.builtin && apiVersionOf(known) === apiVersion && [known.kind, known.listKind].includes(kind),
    );
  const from = `${kind} in version ${JSON.stringify(apiVersion)} cannot be handled as a ${resource.kind}`;
  if (!isKnown)
    throw badRequest(
      `${from}: no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`,
    );
  const types = `(${version}.${kind}) to (${goPackage(group === '' ? resource.group : group)}.${resource.kind})`;
  throw badRequest(`${from}: converting ${types}: unknown conversion`);
}

function refuseNoMetadata({ metadata }: KubeObject, { kind, version }: Resource): void {
  if (metadata === undefined || metadata === null || isObject(metadata)) return;
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: json: cannot unmarshal ${jsonType(metadata)} into Go struct field ${kind}.metadata of type v1.ObjectMeta`,
  );
}

function refuseMissingNamespace(
  engine: Engine,
  resource: Resource,
  object: KubeObject,
  namespace: string | undefined,
): void {
  if (!resource.namespaced) return;
  const home = engine.store.table('namespaces').get(undefined, namespace ?? '');
  const namespaces = { group: '', plural: 'namespaces' };
  if (home === undefined) throw notFound(namespaces, namespace ?? '');
  if (home.metadata.deletionTimestamp === undefined) return;
  const text = `unable to create new content in namespace ${namespace} because it is being terminated`;
  throw forbidden(resource, object.metadata.name ?? '', text, [
    {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    },
  ]);
}

/** Longest prefix that `generateName` keeps, so that prefix and suffix fit a label together. */
export const longestGeneratedPrefix = 63 - 5;

function nameObject(engine: Engine, object: KubeObject): void {
  const { name, generateName } = object.metadata;
  if ((name === undefined || name === '') && generateName !== undefined && generateName !== '') {
    object.metadata.name = generateName.slice(0, longestGeneratedPrefix) + engine.newSuffix();
  }
}

/** The store has a version for every object that it has, and for no other. */
function refuseVersion({ metadata }: KubeObject): void {
  if (metadata.resourceVersion !== undefined && !['', '0'].includes(metadata.resourceVersion))
    throw new StatusError(500, undefined, 'resourceVersion should not be set on objects to be created');
  delete metadata.resourceVersion;
}

/** What only the server may say about a new object. */
function stampNew(engine: Engine, resource: Resource, object: KubeObject): void {
  const { metadata } = object;
  delete (metadata as { selfLink?: string }).selfLink;
  delete metadata.deletionTimestamp;
  delete metadata.deletionGracePeriodSeconds;
  delete metadata.generation;
  metadata.uid = engine.newUid();
  metadata.creationTimestamp = formatInstant(engine.clock.now());
  if (resource.hasGeneration) metadata.generation = 1;
  if (resource.subresources.has('status')) delete object.status;
}

/** PUT. */
export function replaceObject(engine: Engine, target: Target, options: WriteOptions): Written {
  const { resource } = target;
  refuseUnknownBody(target.request, resource.builtin);
  const object = readBody(engine, target);
  const warnings = decodeBody(
    isStatusDoor(target) ? statusPart(object) : object,
    resource,
    options.fieldValidation,
    target.request.duplicates,
  );
  return warning(warnings, () => replaceOrCreate(engine, target, object, options, warnings));
}

function replaceOrCreate(
  engine: Engine,
  target: Target,
  object: KubeObject,
  options: WriteOptions,
  warnings: readonly string[],
): Written {
  const { resource, namespace, name = '' } = target;
  if (resource.createsOnUpdate && engine.store.table(resource.storage).get(namespace, name) === undefined) {
    const { uid } = object.metadata;
    if (uid !== undefined && uid !== '') throw otherUid(resource, object, '');
    delete object.metadata.resourceVersion;
    return createFrom(engine, target, { object, warnings, entries: givenEntries(object) }, options);
  }
  const live = readLive(engine, target);
  refuseOtherUid(resource, object, live);
  const { resourceVersion } = object.metadata;
  if (!resource.allowsUnconditionalUpdate && (resourceVersion === undefined || resourceVersion === '')) {
    throw invalid({ group: resource.group, kind: resource.plural }, object.metadata.name, [
      invalidValue('metadata.resourceVersion', 0, 'must be specified for an update'),
    ]);
  }
  return updateFrom(engine, target, live, { object, warnings, entries: entriesOf(object, live) }, options);
}

/** What the status door looks at. It shares metadata and status with the object. */
export function statusPart({ apiVersion, kind, metadata, status }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata, ...(status === undefined || status === null ? {} : { status }) };
}

export function readLive(engine: Engine, { resource, namespace, name = '' }: Target): KubeObject {
  const live = engine.store.table(resource.storage).get(namespace, name);
  if (live === undefined) throw notFound(resource, name);
  return resource.fromStored(live);
}

/** The live object where the schema is still the one that it was admitted under: its parts are known to be in order. */
export function knownParts(engine: Engine, { schema }: Resource, live: KubeObject): KubeObject | undefined {
  return schema !== undefined && engine.admitted.get(live) === schema ? live : undefined;
}

/** A client may edit managedFields; one that leaves them out means no change, one that empties them resets them. */
export function entriesOf(object: KubeObject, live: KubeObject): readonly ManagerEntry[] {
  const given = object.metadata.managedFields as readonly Partial<ManagerEntry>[] | undefined;
  return given === undefined || given === live.metadata.managedFields
    ? managersOf(live)
    : givenEntries(object);
}

/** The entries that a client sends along, without those that say nothing. */
const givenEntries = (object: KubeObject): readonly ManagerEntry[] =>
  managersOf(object).filter(
    ({ manager, fieldsV1 }: Partial<ManagerEntry>) => manager !== undefined && fieldsV1 !== undefined,
  );

/** Brings a changed object into the store, through the door that the target names. */
export function updateFrom(
  engine: Engine,
  target: Target,
  live: KubeObject,
  { object, warnings, entries, applied, sent = object, isUnchanged = false }: Candidate,
  options: WriteOptions,
): Written {
  const { resource, name = '' } = target;
  refuseStale(resource, object, live);
  refuseOtherEnd(resource, object, live);
  const isRead = areReadable(resource, droppedParts(target, sent), live);
  const fresh = throughDoor(target, object, live);
  keepServerFields(fresh, live);
  const known = isUnchanged ? live : knownParts(engine, resource, live);
  if (isStatusDoor(target)) admitStatus(resource, fresh, live, known);
  else admit(engine, resource, fresh, beforeDoor(target, fresh, live), known);
  const next = reuseParts(fresh, live);
  countGeneration(resource, next, live);
  const recorded =
    applied === true
      ? entries
      : isRead
        ? recordUpdate(entries, live, next, writerOf(engine, target, options))
        : [];
  resource.strategy.settle?.(next, live);
  const candidate = withManagers(next, recorded);
  candidate.metadata.resourceVersion = live.metadata.resourceVersion as string;
  const changed =
    !jsonEqual(candidate, live) &&
    !(applied === true && jsonEqual(withoutTimes(candidate), withoutTimes(live)));
  const all = [...warnings, ...(resource.strategy.warnings?.(next, live) ?? []), ...annotationWarnings(next)];
  if (!changed) return { object: live, created: false, warnings: all };
  if (engine.store.table(resource.storage).get(target.namespace, name) === undefined)
    throw notFound(resource, name);
  const stored = options.dryRun
    ? resource.fromStored(resource.toStored(withVersion(candidate, live.metadata.resourceVersion)))
    : storeOrRemove(engine, resource, candidate);
  if (known !== undefined && !isUnchanged && !options.dryRun && resource.schema !== undefined)
    engine.admitted.set(stored, resource.schema);
  return { object: stored, created: false, warnings: all };
}

/** An apply that changes nothing but when it was made is no change. */
function withoutTimes(object: KubeObject): KubeObject {
  const managedFields = managersOf(object).map(({ time: _time, ...entry }) => entry);
  return { ...object, metadata: { ...object.metadata, managedFields } } as KubeObject;
}

const withVersion = (object: KubeObject, resourceVersion: string | undefined): KubeObject =>
  ({ ...object, metadata: { ...object.metadata, resourceVersion } }) as KubeObject;

/** Completed in place, but for its owners: what has not changed below top and metadata is shared with the live object. */
function reuseParts(fresh: KubeObject, live: KubeObject): KubeObject {
  const parts = fresh as unknown as MutableJson;
  const old = live as unknown as MutableJson;
  for (const name in parts) {
    if (name !== 'metadata' && parts[name] !== old[name]) parts[name] = reuse(parts[name], old[name]);
  }
  const metadata = fresh.metadata as unknown as MutableJson;
  const before = live.metadata as unknown as MutableJson;
  for (const name in metadata) {
    if (name !== 'managedFields' && metadata[name] !== before[name])
      metadata[name] = reuse(metadata[name], before[name]);
  }
  return fresh;
}

export function isStatusDoor({ resource, subresource }: Target): boolean {
  return subresource === 'status' && resource.subresources.has('status');
}

/** The main resource cannot change the status; the status subresource changes nothing else. */
function throughDoor({ resource, subresource }: Target, object: KubeObject, live: KubeObject): KubeObject {
  if (!resource.subresources.has('status')) return object;
  if (subresource === 'status') return onlyStatus(resource, object, live);
  if (subresource !== undefined) return podDoors[subresource]?.(object, live) ?? object;
  if (object.status === live.status) return object;
  const { status: _ours, ...next } = object;
  return live.status === undefined ? next : { ...next, status: live.status };
}

/** Other doors of a pod change what it is otherwise created with. */
function beforeDoor({ subresource }: Target, fresh: KubeObject, live: KubeObject): KubeObject {
  return subresource !== undefined && podDoors[subresource] !== undefined
    ? { ...live, spec: fresh.spec }
    : live;
}

/** Built-in kinds let labels and annotations through the status door, too; some of them. */
function onlyStatus({ builtin, storage }: Resource, object: KubeObject, live: KubeObject): KubeObject {
  const next: KubeObject = { ...live, metadata: { ...live.metadata } };
  if (object.status !== undefined) next.status = object.status;
  else if (builtin) next.status = {};
  else delete next.status;
  if (!builtin) return next;
  const labels = storage === 'deployments.apps' ? next.metadata.labels : object.metadata.labels;
  const { ownerReferences } = next.metadata;
  next.metadata = { ...object.metadata };
  if (labels === undefined && next.metadata.labels !== undefined) delete next.metadata.labels;
  else if (labels !== undefined) next.metadata.labels = labels;
  if (ownerReferences === undefined && next.metadata.ownerReferences !== undefined)
    delete next.metadata.ownerReferences;
  else if (ownerReferences !== undefined) next.metadata.ownerReferences = ownerReferences;
  return next;
}

const serverFields: readonly string[] = [
  'selfLink',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'generation',
];

function keepServerFields(object: KubeObject, live: KubeObject): void {
  const metadata = object.metadata as unknown as Record<string, unknown>;
  for (const name of serverFields) {
    const value = (live.metadata as unknown as Record<string, unknown>)[name];
    if (value !== undefined) metadata[name] = value;
    else if (name in metadata) delete metadata[name];
  }
}

/** `generation` counts changes of what is asked for: everything but metadata and a status with a door of its own. */
function countGeneration(resource: Resource, object: KubeObject, live: KubeObject): void {
  if (!resource.hasGeneration) return;
  const isOwnDoor = resource.subresources.has('status');
  const parts = object as unknown as MutableJson;
  const before = live as unknown as MutableJson;
  const isKept = (name: string) =>
    name === 'metadata' || (isOwnDoor && name === 'status') || jsonEqual(parts[name], before[name]);
  if (Object.keys(parts).every(isKept) && Object.keys(before).every(isKept)) return;
  object.metadata.generation = (live.metadata.generation ?? 1) + 1;
}

export function writerOf(engine: Engine, target: Target, { manager }: WriteOptions): Writer {
  const { resource, subresource } = target;
  return {
    manager,
    apiVersion: apiVersionOf(resource),
    subresource,
    now: engine.clock.now(),
    schema: resource.schema,
    closed: closedTo(target),
  };
}

/** Members that the door of a request does not write. The finalizers in a namespace's spec have a door of their own. */
function closedTo({ resource, subresource }: Target): readonly string[] {
  if (subresource === 'status') return resource.builtin ? ['f:spec'] : ['f:spec', 'f:metadata'];
  const isNamespace = resource.storage === 'namespaces' && subresource === undefined;
  return [...(resource.subresources.has('status') ? ['f:status'] : []), ...(isNamespace ? ['f:spec'] : [])];
}

/** The object itself, which nobody else has seen yet. */
function withManagers(object: KubeObject, entries: readonly ManagerEntry[]): KubeObject {
  if (entries.length > 0) object.metadata.managedFields = entries as unknown[];
  else if (object.metadata.managedFields !== undefined) delete object.metadata.managedFields;
  return object;
}

/** Stores the object; a dry run only shows what would be stored. */
function commit(engine: Engine, resource: Resource, object: KubeObject, dryRun: boolean): KubeObject {
  if (dryRun) return resource.fromStored(resource.toStored(object));
  const kept = engine.store.put(resource.storage, resource.toStored(object));
  const stored = resource.fromStored(kept);
  // a version that is not stored may lack defaults when it is read again
  if (resource.schema !== undefined && stored === kept) engine.admitted.set(stored, resource.schema);
  return stored;
}
