import type { KubeObject } from '../../api/meta.ts';
import { formatInstant, type Instant } from '../../kernel/instant.ts';
import { jsonEqual, parseSimplePath, valueAt } from '../json.ts';
import type { Schema } from '../schema/schema.ts';
import { type StatusCause, StatusError } from '../status.ts';
import { difference, type Fields, gather, includes, intersection, paths, union } from './fields.ts';
import { kubectlManager, lastAppliedOf, unchangedPart, withLastApplied } from './last-applied.ts';
import { mayHaveTypeFaults, typeFaults } from './type-faults.ts';
import { type Comparison, compare, compareObjects, fieldsOf, mergeTyped, removeAbandoned } from './typed.ts';

/** One entry of `metadata.managedFields`. */
export interface ManagerEntry {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time?: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: Fields;
  readonly subresource?: string;
}

/** Who writes, through which door, and when. */
export interface Writer {
  readonly manager: string;
  readonly apiVersion: string;
  readonly subresource: string | undefined;
  readonly now: Instant;
  readonly schema: Schema | undefined;
  /** Top-level members that this door does not write (`f:status`…): nobody comes to own them through it. */
  readonly closed: readonly string[];
}

/** Of two entries of the same writer the last one counts, as on the real server, which reads them into a map. */
export function managersOf(object: KubeObject | undefined): readonly ManagerEntry[] {
  const entries = (object?.metadata.managedFields ?? []) as ManagerEntry[];
  const isLast = (entry: ManagerEntry, index: number) =>
    !entries.some((other, at) => at > index && isSameWriter(entry, other));
  return entries.every(isLast) ? entries : entries.filter(isLast);
}

const isSameWriter = (a: ManagerEntry, b: ManagerEntry): boolean =>
  a.manager === b.manager &&
  a.operation === b.operation &&
  a.subresource === b.subresource &&
  a.apiVersion === b.apiVersion;

/**
 * The entries after an ordinary write that turned `before` into `after`. There are none where the items of a list cannot be
 * told apart: the real server gives up on the whole object then, until somebody applies to it.
 */
export function recordUpdate(
  entries: readonly ManagerEntry[],
  before: KubeObject | undefined,
  after: KubeObject,
  writer: Writer,
): readonly ManagerEntry[] {
  const { schema } = writer;
  if (before !== undefined && entries.length === 0) return entries;
  if (schema !== undefined && isFaulty(before, after, schema)) return [];
  const comparison = differences(before, after, writer);
  if (isSame(comparison)) return entries;
  if (writer.subresource === 'scale') return recordScale(entries, after, comparison, writer);
  const isOwn = ownedBy(writer, 'Update');
  const own = entries.find(isOwn);
  const others = release(
    entries.filter((entry) => !isOwn(entry)),
    comparison,
  );
  if (own !== undefined && others.unchanged && includes(own.fieldsV1, comparison.changed)) {
    if (intersection(own.fieldsV1, comparison.removed) === undefined) return entries;
  }
  const fields = union(difference(own?.fieldsV1, comparison.removed), comparison.changed);
  return arrange(others.entries, fields === undefined ? undefined : entryOf(writer, 'Update', fields));
}

/**
 * The entries after a change of the number of replicas through its own door, where 0 is the same as none: nobody owns it then,
 * and what nobody owns finds no owner through this door.
 */
function recordScale(
  entries: readonly ManagerEntry[],
  after: KubeObject,
  comparison: Comparison,
  writer: Writer,
): readonly ManagerEntry[] {
  const { changed } = comparison;
  if (!entries.some(({ fieldsV1 }) => intersection(fieldsV1, changed) !== undefined)) return entries;
  const [path = ''] = paths(changed);
  if (valueAt(after, parseSimplePath(path) ?? []) === 0)
    return arrange(release(entries, comparison).entries, undefined);
  const isOwn = ownedBy(writer, 'Update');
  const others = release(
    entries.filter((entry) => !isOwn(entry)),
    comparison,
  );
  const fields = union(entries.find(isOwn)?.fieldsV1, changed) as Fields;
  return arrange(others.entries, entryOf(writer, 'Update', fields));
}

/** The schema under which an object was found to have no faults of type. */
const sound = new WeakMap<object, Schema>();

function isFaulty(before: KubeObject | undefined, after: KubeObject, schema: Schema): boolean {
  if (!mayHaveTypeFaults(schema)) return false;
  const known = before !== undefined && sound.get(before) === schema ? before : undefined;
  if (typeFaults(after, schema, { isStored: true, known }).length > 0) return true;
  sound.set(after, schema);
  return false;
}

export interface ApplyOptions {
  readonly force: boolean;
  /** The configuration as the client wrote it, for the annotation that kubectl reads. Default: as it is applied. */
  readonly shown?: KubeObject;
}

export interface Applied {
  readonly object: KubeObject;
  readonly entries: readonly ManagerEntry[];
}

/**
 * Server-side apply: the live object with the configuration laid over it, without what this manager applied before and
 * nobody else wants. A field that another manager owns with another value is a conflict, unless forced.
 */
export function applyConfiguration(
  live: KubeObject | undefined,
  config: KubeObject,
  writer: Writer,
  { force, shown: sent = config }: ApplyOptions,
): Applied {
  const fields = ownable(fieldsOf(config, writer.schema), writer);
  const entries = live === undefined ? [] : knownOwners(live, writer, fields);
  const isOwn = ownedBy(writer, 'Apply');
  const last = entries.find(isOwn);
  const others = entries.filter((entry) => !isOwn(entry));
  const merged = mergeTyped(live, config, writer.schema) as KubeObject;
  const wanted = others.reduce((all, entry) => union(all, entry.fieldsV1), fields);
  const object =
    last === undefined
      ? merged
      : (removeAbandoned(merged, last.fieldsV1, named(wanted), writer.schema) as KubeObject);
  const comparison = differences(live, object, writer);
  const lastApplied = writer.manager === kubectlManager ? lastAppliedOf(live) : undefined;
  const own = ownable(fieldsOf(unchangedPart(lastApplied, live), writer.schema), writer);
  if (!force) refuseConflicts(others, difference(comparison.changed, own), writer);
  const released = release(others, comparison);
  const entry = fields === undefined ? undefined : entryOf(writer, 'Apply', fields);
  const isChanged = live === undefined || !jsonEqual(object, live);
  const kept = entry === undefined || isChanged ? entry : untouched(entry, last);
  const shown = lastApplied === undefined ? object : withLastApplied(object, sent);
  return { object: shown, entries: arrange(released.entries, kept) };
}

/** What stood in an object without owners before somebody first applied to it belongs to a manager of that name. */
function knownOwners(live: KubeObject, writer: Writer, fields: Fields | undefined): readonly ManagerEntry[] {
  const entries = managersOf(live);
  const earlier = { ...writer, manager: 'before-first-apply' };
  if (writer.subresource === 'scale') {
    const isOwned = entries.some(({ fieldsV1 }) => intersection(fieldsV1, fields) !== undefined);
    const [path = ''] = paths(fields);
    const replicas = valueAt(live, parseSimplePath(path) ?? []) ?? 0;
    if (isOwned || fields === undefined || replicas === 0) return entries;
    return [...entries, entryOf(earlier, 'Update', fields)];
  }
  return entries.length > 0 ? entries : recordUpdate([], undefined, live, earlier);
}

/** Every configuration names its object, so that the metadata as such are never given up. */
const named = (fields: Fields | undefined): Fields | undefined =>
  union(fields, { 'f:metadata': { 'f:name': {} } });

const isSame = ({ changed, removed }: Comparison): boolean => changed === undefined && removed === undefined;

/**
 * An apply that changed nothing but who owns what leaves no time of its own, as on the real server. What the door does not
 * write, a status for one, counts as a change.
 */
function untouched({ time: _time, ...entry }: ManagerEntry, last: ManagerEntry | undefined): ManagerEntry {
  return last?.time === undefined ? entry : { ...entry, time: last.time };
}

function ownedBy(writer: Writer, operation: ManagerEntry['operation']): (entry: ManagerEntry) => boolean {
  return (entry) =>
    entry.manager === writer.manager &&
    entry.operation === operation &&
    entry.subresource === writer.subresource &&
    (operation === 'Apply' || entry.apiVersion === writer.apiVersion);
}

function entryOf(writer: Writer, operation: ManagerEntry['operation'], fieldsV1: Fields): ManagerEntry {
  return {
    manager: writer.manager,
    operation,
    apiVersion: writer.apiVersion,
    // the real server keeps no time for scale, so neither do we
    ...(writer.subresource === 'scale' ? {} : { time: formatInstant(writer.now) }),
    fieldsType: 'FieldsV1',
    fieldsV1,
    ...(writer.subresource === undefined ? {} : { subresource: writer.subresource }),
  };
}

/** Members of the metadata that nobody owns. */
const unowned: ReadonlySet<string> = new Set([
  '.',
  'f:name',
  'f:namespace',
  'f:creationTimestamp',
  'f:selfLink',
  'f:uid',
  'f:generation',
  'f:managedFields',
  'f:resourceVersion',
]);

function ownable(fields: Fields | undefined, { closed }: Writer): Fields | undefined {
  if (fields === undefined) return undefined;
  const owned: [string, Fields | undefined][] = [];
  for (const step in fields) {
    if (step === '.' || step === 'f:apiVersion' || step === 'f:kind' || closed.includes(step)) continue;
    const child = fields[step] as Fields;
    owned.push([step, step === 'f:metadata' ? withoutUnowned(child) : child]);
  }
  return gather(owned);
}

function withoutUnowned(fields: Fields): Fields | undefined {
  return gather(Object.entries(fields).filter(([name]) => !unowned.has(name)));
}

function differences(before: KubeObject | undefined, after: KubeObject, writer: Writer): Comparison {
  const { removed, changed } =
    before === undefined
      ? compare(undefined, bare(after), writer.schema)
      : compareObjects(before, after, writer.schema);
  if (removed === undefined && changed === undefined) return { removed, changed };
  return { removed: ownable(removed, writer), changed: ownable(changed, writer) };
}

/** Without the members that change on every write, which would cost a comparison each time. */
function bare(object: KubeObject): unknown {
  const { managedFields: _fields, resourceVersion: _version, ...metadata } = object.metadata;
  return { ...object, metadata };
}

interface Released {
  readonly entries: readonly ManagerEntry[];
  readonly unchanged: boolean;
}

/** Takes from every manager what somebody else just changed or removed. */
function release(entries: readonly ManagerEntry[], { changed, removed }: Comparison): Released {
  let unchanged = true;
  const result: ManagerEntry[] = [];
  for (const entry of entries) {
    const lost = union(intersection(entry.fieldsV1, changed), intersection(entry.fieldsV1, removed));
    if (lost === undefined) {
      result.push(entry);
      continue;
    }
    unchanged = false;
    const fieldsV1 = difference(entry.fieldsV1, lost);
    if (fieldsV1 !== undefined) result.push({ ...entry, fieldsV1 });
  }
  return { entries: result, unchanged };
}

/** Applies come first, then by age and name, as the real server lists them. */
export function arrange(
  others: readonly ManagerEntry[],
  own: ManagerEntry | undefined,
): readonly ManagerEntry[] {
  const all = own === undefined ? [...others] : [...others, own];
  return all.sort(
    (a, b) =>
      compareText(a.operation, b.operation) ||
      compareText(a.time ?? '', b.time ?? '') ||
      compareText(a.manager, b.manager) ||
      compareText(a.subresource ?? '', b.subresource ?? ''),
  );
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function refuseConflicts(
  others: readonly ManagerEntry[],
  changed: Fields | undefined,
  { subresource }: Writer,
): void {
  const conflicts = others.flatMap((entry) =>
    paths(intersection(entry.fieldsV1, changed)).map((field) => ({
      owner: describe(subresource === 'scale' ? seenAsScale(entry) : entry),
      field,
    })),
  );
  if (conflicts.length === 0) return;
  const causes: StatusCause[] = conflicts.map(({ owner, field }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with ${owner}`,
    field,
  }));
  const noun = conflicts.length === 1 ? 'conflict' : 'conflicts';
  const text = `Apply failed with ${conflicts.length} ${noun}: ${conflictText(conflicts)}`;
  throw new StatusError(409, 'Conflict', text, { causes });
}

/** Whoever owns the number of replicas is shown to a Scale as one who wrote a Scale. */
const seenAsScale = (entry: ManagerEntry): ManagerEntry => ({ ...entry, apiVersion: 'autoscaling/v1' });

function describe(entry: ManagerEntry): string {
  const door = entry.subresource === undefined ? '' : ` with subresource "${entry.subresource}"`;
  const version = entry.operation === 'Update' ? ` using ${entry.apiVersion}` : '';
  return `"${entry.manager}"${door}${version}`;
}

function conflictText(conflicts: readonly { owner: string; field: string }[]): string {
  const [first] = conflicts;
  if (conflicts.length === 1 && first !== undefined) return `conflict with ${first.owner}: ${first.field}`;
  const owners = [...new Set(conflicts.map(({ owner }) => owner))];
  return owners
    .map((owner) => {
      const fields = conflicts
        .filter((conflict) => conflict.owner === owner)
        .map(({ field }) => `- ${field}`);
      return `conflicts with ${owner}:\n${fields.join('\n')}`;
    })
    .join('\n');
}
