import { formatInstant, instant } from '../kernel/instant.ts';
import { messageOfKind, messages } from './builtin/messages.ts';
import type { MutableJson } from './json.ts';
import { StatusError } from './status.ts';

/**
 * Reads a body in Kubernetes' protocol buffers, as kubectl sends objects that it makes itself (`kubectl create deployment`).
 * Answers are always JSON, which every client reads.
 */
export function decodeProtobuf(body: Uint8Array): unknown {
  const magic = [0x6b, 0x38, 0x73, 0x00]; // "k8s\0"
  if (magic.some((byte, index) => body[index] !== byte)) throw refused('an unknown encoding');
  const envelope = readFields(body.subarray(4));
  const type = readFields(last(envelope.get(1)));
  const apiVersion = text(last(type.get(1)));
  const kind = text(last(type.get(2)));
  const message = messageOfKind[`${apiVersion}/${kind}`] ?? messageOfKind[`v1/${kind}`];
  if (message === undefined) throw refused(kind);
  return { apiVersion, kind, ...readMessage(last(envelope.get(2)), message) };
}

function refused(what: string): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the sandbox does not read ${what} as protocol buffers - accepted media types include: application/json, application/yaml`,
  );
}

interface FieldType {
  readonly name: string;
  /** One of the letters that `messages` explains, or the name of a message. */
  readonly type: string;
  readonly shape: 'one' | 'list' | 'map';
  /** Zero means something; else it means that nothing was set. */
  readonly keepsZero: boolean;
}

const tables = new Map<string, ReadonlyMap<number, FieldType>>();

function tableOf(message: string): ReadonlyMap<number, FieldType> {
  const known = tables.get(message);
  if (known !== undefined) return known;
  const fields = (messages[message] ?? '').split(' ').filter((field) => field !== '');
  const table = new Map(fields.map(parseField));
  tables.set(message, table);
  return table;
}

function parseField(field: string): readonly [number, FieldType] {
  const [number, name = '', code = ''] = field.split(':');
  const [, prefix, type = ''] = /^([*[{]?)(.*)$/.exec(code) ?? [];
  const shape = prefix === '[' ? 'list' : prefix === '{' ? 'map' : 'one';
  return [Number(number), { name, type: type.replace(/^\*/, ''), shape, keepsZero: prefix === '*' }];
}

function readMessage(bytes: Uint8Array, message: string): MutableJson {
  const table = tableOf(message);
  const result: MutableJson = {};
  for (const [number, values] of readFields(bytes)) {
    const field = table.get(number);
    if (field === undefined) continue;
    const value = readField(values, field);
    if (field.name === '') Object.assign(result, value);
    else if (value !== undefined && (field.keepsZero || !isZero(value))) result[field.name] = value;
  }
  return result;
}

function isZero(value: unknown): boolean {
  if (value === '' || value === 0 || value === false) return true;
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}

function readField(values: readonly Uint8Array[], { type, shape }: FieldType): unknown {
  if (shape === 'list') return values.map((bytes) => readValue(bytes, type));
  if (shape === 'one') return readValue(last(values), type);
  return Object.fromEntries(
    values.map((bytes) => {
      const entry = readFields(bytes);
      return [text(last(entry.get(1))), readValue(last(entry.get(2)), type)];
    }),
  );
}

const readers: Readonly<Record<string, (bytes: Uint8Array) => unknown>> = {
  s: text,
  i: integer,
  b: (bytes) => integer(bytes) !== 0,
  d: (bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getFloat64(0, true),
  y: (bytes) => Buffer.from(bytes).toString('base64'),
  Q: (bytes) => text(last(readFields(bytes).get(1))),
  I: intOrString,
  T: (bytes) => time(bytes, false),
  U: (bytes) => time(bytes, true),
  J: (bytes) => JSON.parse(text(last(readFields(bytes).get(1))) || 'null'),
};

function readValue(bytes: Uint8Array, type: string): unknown {
  const read = readers[type];
  return read === undefined ? readMessage(bytes, type) : read(bytes);
}

/** Kind 0 is the number in field 2, kind 1 the text in field 3. */
function intOrString(bytes: Uint8Array): number | string {
  const fields = readFields(bytes);
  const isText = fields.has(1) && integer(last(fields.get(1))) === 1;
  return isText ? text(last(fields.get(3))) : integer(last(fields.get(2)));
}

/** Seconds and nanoseconds; a message without any is no time at all. */
function time(bytes: Uint8Array, hasMicroseconds: boolean): string | undefined {
  const fields = readFields(bytes);
  if (fields.size === 0) return undefined;
  const whole = formatInstant(instant(integer(last(fields.get(1))) * 1000)).slice(0, 19);
  const micros = Math.floor(integer(last(fields.get(2))) / 1000);
  return hasMicroseconds ? `${whole}.${String(micros).padStart(6, '0')}Z` : `${whole}Z`;
}

const nothing = new Uint8Array();
const last = (values: readonly Uint8Array[] | undefined): Uint8Array => values?.at(-1) ?? nothing;

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function integer(bytes: Uint8Array): number {
  return bytes.length === 0 ? 0 : Number(BigInt.asIntN(64, readVarint(bytes, 0).value));
}

/** The fields of a message, undecoded: numbers as their bytes, messages and texts as their content. */
function readFields(bytes: Uint8Array): ReadonlyMap<number, readonly Uint8Array[]> {
  const fields = new Map<number, Uint8Array[]>();
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const number = Number(tag.value >> 3n);
    const wire = Number(tag.value & 7n);
    const length = wire === 2 ? readVarint(bytes, tag.end) : undefined;
    const from = length?.end ?? tag.end;
    at = length === undefined ? endOfNumber(bytes, from, wire) : from + Number(length.value);
    const known = fields.get(number) ?? [];
    known.push(bytes.subarray(from, at));
    fields.set(number, known);
  }
  return fields;
}

function endOfNumber(bytes: Uint8Array, from: number, wire: number): number {
  if (wire === 0) return readVarint(bytes, from).end;
  if (wire === 1) return from + 8;
  if (wire === 5) return from + 4;
  throw refused(`wire type ${wire}`);
}

/** Seven bits a byte, the lowest first; ten bytes hold the 64 bits of the longest. */
function readVarint(bytes: Uint8Array, from: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = from; at < bytes.length && at < from + 10; at += 1) {
    const byte = bytes[at] as number;
    value |= BigInt(byte & 0x7f) << BigInt(7 * (at - from));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw refused('a number without an end');
}
