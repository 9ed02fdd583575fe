import { StatusError } from './status.ts';

/**
 * Some clients send a few requests in protocol buffers and do not fall back. Of those, only the envelope is read, and
 * what little of the message the server needs; everything else has to come as JSON.
 */
export function decodeProtobuf(body: Uint8Array): unknown {
  const magic = [0x6b, 0x38, 0x73, 0x00]; // "k8s\0"
  if (magic.some((byte, index) => body[index] !== byte)) throw refused('unknown');
  const envelope = readFields(body.subarray(4));
  const type = readFields(envelope.get(1)?.at(-1) ?? empty);
  const apiVersion = text(type.get(1)?.at(-1));
  const kind = text(type.get(2)?.at(-1));
  const read = readers[kind];
  if (read === undefined) throw refused(kind);
  return { apiVersion, kind, ...read(readFields(envelope.get(2)?.at(-1) ?? empty)) };
}

type Fields = ReadonlyMap<number, readonly Uint8Array[]>;

const empty = new Uint8Array();

function refused(kind: string): StatusError {
  return new StatusError(
    415,
    'UnsupportedMediaType',
    `the sandbox does not read ${kind} as protocol buffers - accepted media types include: application/json, application/yaml`,
  );
}

const nothingMore = () => ({});

/** A review is answered without a look at its spec; an eviction needs the pod's name; a deletion its policy. */
const readers: Readonly<Record<string, (message: Fields) => Record<string, unknown>>> = {
  SelfSubjectAccessReview: nothingMore,
  SelfSubjectRulesReview: nothingMore,
  SubjectAccessReview: nothingMore,
  LocalSubjectAccessReview: nothingMore,
  SelfSubjectReview: nothingMore,
  DeleteOptions: deleteOptions,
  Eviction: (message) => ({
    metadata: objectMeta(message.get(1)?.at(-1)),
    deleteOptions: deleteOptions(readFields(message.get(2)?.at(-1) ?? empty)),
  }),
};

function deleteOptions(message: Fields): Record<string, unknown> {
  const grace = message.get(1)?.at(-1);
  const preconditions = readFields(message.get(2)?.at(-1) ?? empty);
  const uid = preconditions.get(1)?.at(-1);
  const policy = message.get(4)?.at(-1);
  return {
    ...(grace === undefined ? {} : { gracePeriodSeconds: number(grace) }),
    ...(uid === undefined ? {} : { preconditions: { uid: text(uid) } }),
    ...(policy === undefined ? {} : { propagationPolicy: text(policy) }),
    ...(message.has(5) ? { dryRun: message.get(5)?.map(text) } : {}),
  };
}

function objectMeta(bytes: Uint8Array | undefined): Record<string, unknown> {
  const fields = readFields(bytes ?? empty);
  const [name, namespace] = [fields.get(1)?.at(-1), fields.get(3)?.at(-1)];
  return {
    ...(name === undefined ? {} : { name: text(name) }),
    ...(namespace === undefined ? {} : { namespace: text(namespace) }),
  };
}

const text = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes ?? empty);
const number = (bytes: Uint8Array): number => readVarint(bytes, 0).value;

/** The fields of a message, undecoded: varints as their bytes, messages and strings as their content. */
function readFields(bytes: Uint8Array): Fields {
  const fields = new Map<number, Uint8Array[]>();
  let at = 0;
  while (at < bytes.length) {
    const tag = readVarint(bytes, at);
    const start = tag.end;
    const wire = tag.value & 7;
    const length = wire === 2 ? readVarint(bytes, start) : undefined;
    const from = length?.end ?? start;
    at = length === undefined ? endOfScalar(bytes, start, wire) : from + length.value;
    const known = fields.get(tag.value >> 3) ?? [];
    known.push(bytes.subarray(from, at));
    fields.set(tag.value >> 3, known);
  }
  return fields;
}

function endOfScalar(bytes: Uint8Array, start: number, wire: number): number {
  if (wire === 0) return readVarint(bytes, start).end;
  if (wire === 1) return start + 8;
  if (wire === 5) return start + 4;
  throw refused(`wire type ${wire}`);
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  let factor = 1;
  for (let at = start; at < bytes.length && at < start + 10; at += 1) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
    factor *= 128;
  }
  throw refused('a number without an end');
}
