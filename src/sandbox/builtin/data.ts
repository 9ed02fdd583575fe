import type { KubeObject } from '../../api/meta.ts';
import { jsonProblem } from '../body.ts';
import { isObject, jsonEqual, type MutableJson } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { jsonType } from '../schema/decode.ts';
import { type FieldError, forbiddenField, invalidValue, required } from '../status.ts';

/** All values of one object together, as in Kubernetes. */
const maximumBytes = 1024 * 1024;

export const configMap: Strategy = {
  validate(object, previous) {
    const { data, binaryData } = members(object);
    const clashes = Object.keys(data).filter((key) => binaryData[key] !== undefined);
    const errors = [
      ...frozenMembers(object, previous, ['data', 'binaryData']),
      ...validateKeys(data, 'data'),
      ...clashes.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
      ...validateKeys(binaryData, 'binaryData'),
    ];
    const size = bytesOf(data, 'utf8') + bytesOf(binaryData, 'base64');
    return size > maximumBytes ? [...errors, tooLarge('[]')] : errors;
  },
};

export const secret: Strategy = {
  defaults(object) {
    const own = object as KubeObject & { type?: string; data?: MutableJson; stringData?: MutableJson };
    own.type ??= 'Opaque';
    if (own.stringData === undefined) return;
    const encoded = Object.entries(own.stringData).map(([key, value]) => [
      key,
      Buffer.from(String(value)).toString('base64'),
    ]);
    own.data = { ...own.data, ...Object.fromEntries(encoded) };
    delete own.stringData;
  },
  validate(object, previous) {
    const { data, type } = members(object);
    const before = previous === undefined ? undefined : members(previous);
    return [
      ...(before === undefined || before.type === type
        ? []
        : [invalidValue('type', type, 'field is immutable')]),
      ...frozenMembers(object, previous, ['data']),
      ...validateKeys(data, 'data'),
      ...(bytesOf(data, 'base64') > maximumBytes ? [tooLarge('data')] : []),
      ...(types[String(type)]?.(data, object) ?? []),
    ];
  },
};

interface Members {
  readonly data: MutableJson;
  readonly binaryData: MutableJson;
  readonly type: unknown;
  readonly immutable: unknown;
}

function members(object: KubeObject): Members {
  const { data, binaryData, type, immutable } = object as unknown as MutableJson;
  return {
    data: isObject(data) ? data : {},
    binaryData: isObject(binaryData) ? binaryData : {},
    type,
    immutable,
  };
}

/** What cannot change any more, and cannot become changeable again. */
function frozenMembers(
  object: KubeObject,
  previous: KubeObject | undefined,
  names: readonly ('data' | 'binaryData')[],
): readonly FieldError[] {
  const before = previous === undefined ? undefined : members(previous);
  if (before?.immutable !== true) return [];
  const now = members(object);
  const text = 'field is immutable when `immutable` is set';
  return [
    ...(now.immutable === true ? [] : [forbiddenField('immutable', text)]),
    ...names.filter((name) => !jsonEqual(before[name], now[name])).map((name) => forbiddenField(name, text)),
  ];
}

function validateKeys(data: MutableJson, path: string): readonly FieldError[] {
  return Object.keys(data).flatMap((key) => {
    const problem = keyProblem(key);
    return problem === undefined ? [] : [invalidValue(`${path}[${key}]`, key, problem)];
  });
}

/** A key may become the name of a file. */
function keyProblem(key: string): string | undefined {
  if (key.length > 253) return 'must be no more than 253 bytes';
  if (!/^[-._a-zA-Z0-9]+$/.test(key))
    return "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
  if (key === '.' || key === '..') return `must not be '${key}'`;
  return key.startsWith('..') ? "must not start with '..'" : undefined;
}

const bytesOf = (data: MutableJson, encoding: 'utf8' | 'base64'): number =>
  Object.values(data).reduce<number>((sum, value) => sum + Buffer.byteLength(String(value), encoding), 0);

const tooLarge = (field: string): FieldError => ({
  reason: 'FieldValueTooLong',
  field,
  text: `Too long: may not be more than ${maximumBytes} bytes`,
});

const demands =
  (...keys: readonly string[]) =>
  (data: MutableJson): readonly FieldError[] =>
    keys.filter((key) => (data[key] ?? '') === '').map((key) => required(`data[${key}]`));

/** What a Secret of a type that Kubernetes knows must hold. */
const types: Readonly<Record<string, (data: MutableJson, object: KubeObject) => readonly FieldError[]>> = {
  'kubernetes.io/tls': (data) =>
    ['tls.crt', 'tls.key'].filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`)),
  'kubernetes.io/ssh-auth': demands('ssh-privatekey'),
  'kubernetes.io/basic-auth': (data) =>
    ['username', 'password'].some((key) => data[key] !== undefined)
      ? []
      : [required('data[username]'), required('data[password]')],
  'kubernetes.io/dockercfg': (data) => validateJson(data, '.dockercfg'),
  'kubernetes.io/dockerconfigjson': (data) => validateJson(data, '.dockerconfigjson'),
  'kubernetes.io/service-account-token': (_data, { metadata }) => {
    const name = 'kubernetes.io/service-account.name';
    return (metadata.annotations?.[name] ?? '') === '' ? [required(`metadata.annotations[${name}]`)] : [];
  },
};

function validateJson(data: MutableJson, key: string): readonly FieldError[] {
  const field = `data[${key}]`;
  if (data[key] === undefined) return [required(field)];
  const problem = objectProblem(Buffer.from(String(data[key]), 'base64').toString());
  return problem === undefined ? [] : [invalidValue(field, '<secret contents redacted>', problem)];
}

/** Why a text is no JSON object. */
function objectProblem(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value) || value === null) return undefined;
    return `json: cannot unmarshal ${jsonType(value)} into Go value of type map[string]interface {}`;
  } catch {
    return jsonProblem(text);
  }
}
