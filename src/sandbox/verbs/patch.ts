import { parse as parseYaml } from 'yaml';
import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import type { Engine } from '../engine.ts';
import { goText } from '../go-text.ts';
import { cloneChanged, cloneJson, isObject, jsonEqual, sortedMembers, valueAt } from '../json.ts';
import { applyConfiguration } from '../managed/managers.ts';
import { typeFaults } from '../managed/type-faults.ts';
import { jsonPatch } from '../patch/json-patch.ts';
import { mergePatch } from '../patch/merge.ts';
import { strategicMergePatch } from '../patch/strategic.ts';
import type { ApiRequest, Target } from '../request.ts';
import type { Resource } from '../resource.ts';
import { DecodeError, jsonType as jsonTypeOf } from '../schema/decode.ts';
import {
  badRequest,
  conflict,
  forbiddenField,
  invalid,
  invalidValue,
  required,
  StatusError,
  unsupportedMediaType,
  warning,
} from '../status.ts';
import { decodeApplied, decodeBody } from './admit.ts';
import { otherName, refuseOtherName } from './identity.ts';
import { type WriteOptions, writeOptionsOf } from './options.ts';
import {
  createFrom,
  entriesOf,
  isStatusDoor,
  knownParts,
  readBody,
  readLive,
  statusPart,
  updateFrom,
  type Written,
  writerOf,
} from './write.ts';

const jsonType = 'application/json-patch+json';
const mergeType = 'application/merge-patch+json';
const strategicType = 'application/strategic-merge-patch+json';
export const applyType = 'application/apply-patch+yaml';

/** PATCH, of the kind that the Content-Type names. */
export function patchObject(engine: Engine, target: Target, options: WriteOptions): Written {
  const type = (target.request.headers['content-type'] ?? '').split(';')[0]?.trim();
  if (type === applyType) return applyObject(engine, target, options);
  if (options.force) {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      forbiddenField('force', 'may not be specified for non-apply patch'),
    ]);
  }
  const { resource } = target;
  refuseUnknownType(type, resource);
  const live = readLive(engine, target);
  const value = keptType(patched(live, type, target), type, live);
  refuseIdentityChange(target, value, live);
  const isReset = resource.builtin && value.metadata.managedFields?.length === 0;
  const known = knownParts(engine, resource, live);
  const object = privateCopy(value, known, isStatusDoor(target));
  const warnings = decodePatched(object, target, options, known);
  const candidate = { object, warnings, entries: isReset ? [] : entriesOf(object, live), sent: value };
  return warning(warnings, () => updateFrom(engine, target, live, candidate, options));
}

/** The live object with the patch on it. It shares what the patch does not touch. */
export function patched<T>(live: T, type: string | undefined, { resource, request }: Target): T {
  if (type === jsonType) return jsonPatch(live, patchBody(request)) as T;
  if (type === mergeType) return mergePatch(live, mergeBody(request)) as T;
  if (type === strategicType && resource.builtin) {
    return strategicMergePatch(live, strategicBody(request), resource.schema) as T;
  }
  throw unknownType(type, resource);
}

function refuseUnknownType(type: string | undefined, resource: Resource): void {
  if (type === jsonType || type === mergeType || (type === strategicType && resource.builtin)) return;
  throw unknownType(type, resource);
}

function unknownType(type: string | undefined, resource: Resource): StatusError {
  if (type !== strategicType)
    return new StatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {});
  return unsupportedMediaType([jsonType, mergeType, ...(resource.builtin ? [strategicType] : []), applyType]);
}

/**
 * The object to be completed; the status alone where nothing else counts. What the patch left alone is the live object's
 * own, and needs no completing.
 */
function privateCopy(value: KubeObject, known: KubeObject | undefined, onlyStatus: boolean): KubeObject {
  const copy = cloneChanged(onlyStatus ? statusPart(value) : value, known);
  if (copy.metadata === known?.metadata) copy.metadata = { ...copy.metadata };
  return copy;
}

function patchBody({ body, unreadable }: ApiRequest): unknown {
  if (body !== undefined) return body;
  throw badRequest(`error decoding patch: ${withoutText(unreadable)}`);
}

/** The problem without the body that it quotes. */
const withoutText = (problem = 'unexpected end of JSON input'): string => problem.replace(/ \(.*\)$/s, '');

function mergeBody(request: ApiRequest): unknown {
  const body = patchBody(request);
  if (isObject(body)) return body;
  if (body === null) throw badRequest('Invalid JSON Patch');
  throw badRequest(
    `error decoding patch: json: cannot unmarshal ${jsonTypeOf(body)} into Go value of type map[string]interface {}`,
  );
}

function strategicBody({ body, unreadable }: ApiRequest): unknown {
  if (isObject(body)) return body;
  throw badRequest(
    body === undefined
      ? withoutText(unreadable)
      : `json: cannot unmarshal ${jsonTypeOf(body)} into Go value of type map[string]interface {}`,
  );
}

/** A patch that makes an object no kind can hold is 422, where a whole object of that sort is 400. */
function decodePatched(
  object: KubeObject,
  target: Target,
  { fieldValidation }: WriteOptions,
  known: KubeObject | undefined,
): readonly string[] {
  const isStrict = fieldValidation === 'Strict';
  const before = isStrict ? JSON.stringify(sortedMembers(object)) : '';
  try {
    const unknown = decodeBody(object, target.resource, isStrict ? 'Warn' : fieldValidation, [], known);
    if (!isStrict || unknown.length === 0) return unknown;
    throw unpatched(target, before, `strict decoding error: ${unknown.join(', ')}`);
  } catch (error) {
    const problem = error instanceof StatusError ? error.cause : undefined;
    if (!(problem instanceof DecodeError)) throw error;
    throw unpatched(
      target,
      JSON.stringify(object),
      isStrategic(target.request) ? convertText(problem) : problem.message,
    );
  }
}

/** A refusal quotes what came of the patch; the patch itself where it is a strategic one. */
export function unpatched({ request }: Target, result: string, problem: string): StatusError {
  const quoted = isStrategic(request) ? goText(request.body) : result;
  return invalid({ group: '', kind: '' }, '', [invalidValue('patch', quoted, problem)]);
}

const isStrategic = ({ headers }: ApiRequest): boolean =>
  headers['content-type']?.startsWith(strategicType) === true;

/** A patch is on the object that the URL names; it cannot make another one of it. */
function refuseIdentityChange(target: Target, object: KubeObject, live: KubeObject): void {
  const { resource, name = '', namespace } = target;
  if (!isObject(object) || !isObject(object.metadata)) throw otherName(undefined, name);
  const { metadata } = object;
  if (resource.namespaced && (metadata.namespace ?? namespace) !== namespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  refuseOtherName(metadata.name, name);
  if (object.kind !== live.kind || object.apiVersion !== live.apiVersion) throw otherType(target, object);
  if (metadata.uid === live.metadata.uid) return;
  throw otherIdentity(resource, name, metadata.uid, resource.builtin ? 2 : 1);
}

/** @param times as often as the real server says it. */
function otherIdentity(resource: Resource, name: string, uid: unknown, times: number): StatusError {
  const fault = invalidValue('metadata.uid', uid, 'field is immutable');
  return invalid(
    resource,
    name,
    Array.from({ length: times }, () => fault),
  );
}

/** The real server merges a strategic patch into its own structure, which has neither kind nor version. */
function keptType(
  object: KubeObject,
  type: string | undefined,
  { kind, apiVersion }: KubeObject,
): KubeObject {
  const isSame = !isObject(object) || (object.kind === kind && object.apiVersion === apiVersion);
  return type !== strategicType || isSame ? object : { ...object, kind, apiVersion };
}

function otherType(target: Target, object: KubeObject): StatusError {
  const { resource, name = '' } = target;
  const { kind, apiVersion } = object;
  if (resource.builtin) {
    const problem = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:110"`;
    return unpatched(target, JSON.stringify(sortedMembers(object)), problem);
  }
  const [member, expected] =
    kind === resource.kind ? ['apiVersion', apiVersionOf(resource)] : ['kind', resource.kind];
  const group = apiVersion?.includes('/') === true ? (apiVersion.split('/')[0] as string) : '';
  return invalid({ group, kind }, name, [
    invalidValue(member as string, object[member as 'kind'], `must be ${expected}`),
  ]);
}

/** Server-side apply: creates what is not there. */
function applyObject(engine: Engine, target: Target, options: WriteOptions): Written {
  if (target.subresource !== undefined) readLive(engine, target); // 404
  const config = readConfiguration(engine, target);
  return applyConfig(engine, target, config, options);
}

/** Lays a configuration over the live object, or makes one of it where there is none. */
export function applyConfig(
  engine: Engine,
  target: Target,
  config: KubeObject,
  options: WriteOptions = writeOptionsOf(target),
): Written {
  const { resource, namespace, name = '' } = target;
  if ((target.request.query.get('fieldManager') ?? '') === '') {
    throw invalid({ group: 'meta.k8s.io', kind: 'PatchOptions' }, '', [
      required('fieldManager', 'is required for apply patch'),
    ]);
  }
  const faults = typeFaults(config, resource.schema);
  if (faults.length > 0) throw untyped(target, faults);
  const stored = engine.store.table(resource.storage).get(namespace, name);
  const live = stored === undefined ? undefined : resource.fromStored(stored);
  const writer = writerOf(engine, target, options);
  const sent = valueAt(parsedBody(target.request), ['metadata', 'namespace']);
  const shown = sent === undefined ? withoutNamespace(config) : config;
  const applied = applyConfiguration(live, config, writer, { force: options.force, shown });
  const isUnchanged = live !== undefined && jsonEqual(applied.object, live);
  const object = isUnchanged ? { ...live, metadata: { ...live.metadata } } : cloneJson(applied.object);
  if (!isUnchanged) readApplied(object, target);
  const candidate = { object, warnings: [], entries: applied.entries, applied: true, isUnchanged };
  const { uid } = config.metadata;
  if (live === undefined && uid !== undefined)
    throw conflict(
      resource,
      name,
      `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`,
    );
  if (live === undefined) return createFrom(engine, target, candidate, options);
  if (uid !== undefined && uid !== live.metadata.uid) throw otherIdentity(resource, name, uid, 2);
  delete object.metadata.managedFields;
  return updateFrom(engine, target, live, candidate, options);
}

/** As it came, where it named no namespace. */
function withoutNamespace(config: KubeObject): KubeObject {
  const { namespace: _namespace, ...metadata } = config.metadata;
  return { ...config, metadata };
}

/** What Go finds wrong with a configuration after its schema has found nothing. */
function readApplied(object: KubeObject, { resource, name, request }: Target): void {
  try {
    decodeApplied(object, resource);
  } catch (error) {
    const problem = error instanceof StatusError ? error.cause : undefined;
    if (!(problem instanceof DecodeError)) throw error;
    const type = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
    const namespace = valueAt(request.body, ['metadata', 'namespace']) ?? '';
    throw new StatusError(
      500,
      undefined,
      `failed to convert new object (${namespace}/${name}; ${type}) to proper version: unable to convert unstructured object to ${type}: ${convertText(problem)}`,
    );
  }
}

/** Data that is no base64 is found by another decoder where the object does not come as text. */
function convertText({ message }: DecodeError): string {
  if (message.startsWith('illegal base64')) return `error decoding from json: ${message}`;
  const [, found = '', type] =
    /^json: cannot unmarshal (\S+(?: \S+)?) into Go struct field \S+ of type (.+)$/.exec(message) ?? [];
  if (type === undefined) return message;
  const kind = kinds[found] ?? 'float64';
  if (type.startsWith('[]')) return `cannot restore slice from ${kind}`;
  if (type.startsWith('map[')) return `cannot restore map from ${kind}`;
  if (type === 'intstr.IntOrString') return `json: cannot unmarshal ${found} into Go value of type int32`;
  if (type.includes('.')) return `cannot restore struct from: ${kind}`;
  return ['int64', 'float64'].includes(kind)
    ? `cannot convert ${kind} to ${type}`
    : `unrecognized type: ${type}`;
}

/** What JSON calls the kinds of Go's values; a number with a fraction is told with it. */
const kinds: Readonly<Record<string, string>> = {
  ...{ string: 'string', bool: 'bool', number: 'int64', array: 'slice', object: 'map' },
};

/** A configuration that its schema cannot hold. */
function untyped({ resource, request, name }: Target, lines: readonly string[]): StatusError {
  const what = lines.length === 1 ? lines[0] : `errors:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  const type = `${resource.group}/${resource.version}, Kind=${resource.kind}`;
  const namespace = valueAt(request.body, ['metadata', 'namespace']) ?? '';
  return new StatusError(
    500,
    undefined,
    `failed to create typed patch object (${namespace}/${name}; ${type}): ${what}`,
  );
}

/** The body of an apply, which may come as text. */
export function parsedBody({ body }: ApiRequest): unknown {
  return typeof body === 'string' ? parseYaml(body, { merge: true }) : body;
}

function readConfiguration(engine: Engine, target: Target): KubeObject {
  const parsed = parsedBody(target.request);
  if (isObject(parsed) && isObject(parsed.metadata)) {
    const { managedFields } = parsed.metadata;
    if (managedFields !== undefined && managedFields !== null) {
      throw badRequest('metadata.managedFields must be nil');
    }
    if (parsed.metadata.resourceVersion === '') delete parsed.metadata.resourceVersion;
  }
  if (isObject(parsed) && (parsed.apiVersion === undefined || parsed.kind === undefined)) {
    throw new StatusError(
      400,
      'BadRequest',
      "Object 'Kind' or 'apiVersion' is missing in the applied configuration",
    );
  }
  return readBody(engine, target, parsed);
}
