import type { Random } from '../../../src/kernel/random.ts';
import { matchesFormat } from '../../../src/sandbox/schema/formats.ts';
import { matchesPattern } from '../../../src/sandbox/schema/patterns.ts';
import type { Schema } from '../../../src/sandbox/schema/schema.ts';

/** How an object is drawn from a schema. */
export interface Draw {
  readonly random: Random;
  /** In a thousand: how often a value is made that the schema forbids. */
  readonly illegal: number;
}

type Json = Record<string, unknown>;

/** An object for a schema: what is required, some of what is not, and now and then what is forbidden. */
export function drawObject(schema: Schema, draw: Draw): Json {
  const drawn = drawValue(withoutEnvelope(schema), { ...draw, illegal: 0 }, 0);
  const object = isObject(drawn) ? drawn : {};
  return draw.illegal === 0 ? object : spoilMembers(object, schema, draw);
}

function withoutEnvelope(schema: Schema): Schema {
  const { apiVersion: _version, kind: _kind, metadata: _metadata, ...properties } = schema.properties ?? {};
  return { ...schema, type: 'object', properties };
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const chance = ({ random }: Draw, thousandth: number): boolean => random.below(1000) < thousandth;
const oneOf = <T>({ random }: Draw, items: readonly T[]): T => items[random.below(items.length)] as T;

/** Members that nobody asks for get fewer, the deeper they stand. */
const optionalChance = (depth: number): number => [900, 500, 300, 250, 200, 150, 100][depth] ?? 50;

function drawValue(schema: Schema, draw: Draw, depth: number): unknown {
  if (schema.enum !== undefined) return oneOf(draw, schema.enum);
  if (schema.default !== undefined && chance(draw, 200)) return schema.default;
  if (schema['x-kubernetes-int-or-string'] === true)
    return oneOf(draw, [0, 1, 80, '25%', '100m', '1Gi', 'http', '5']);
  const { type } = narrowed(schema, draw);
  switch (type) {
    case 'boolean':
      return chance(draw, 500);
    case 'integer':
      return drawNumber(schema, draw);
    case 'number':
      return chance(draw, 500) ? drawNumber(schema, draw) : drawNumber(schema, draw) + 0.5;
    case 'string':
      return drawText(schema, draw);
    case 'array':
      return drawList(schema, draw, depth);
    case 'object':
      return drawMembers(schema, draw, depth);
    default:
      return drawAnything(draw);
  }
}

const drawAnything = (draw: Draw): unknown =>
  oneOf<unknown>(draw, [1, 'any', true, { a: 1, b: { c: ['x'] } }, [1, 'two', null], { n: null }, 1.5]);

function drawNumber({ minimum, maximum, multipleOf = 1, format }: Schema, draw: Draw): number {
  const low = minimum ?? Math.min(0, maximum ?? 0);
  const high = maximum ?? low + oneOf(draw, [3, 100, 70000]);
  const size = Math.max(1, Math.min(high - low, 1e9) + 1);
  const value = low + draw.random.below(size);
  return format === 'double' || format === 'float' ? value : Math.trunc(value / multipleOf) * multipleOf;
}

const words = [
  'a',
  'web',
  'shop',
  'default',
  'example.com',
  '*.example.com',
  '*',
  '/path',
  '/',
  'https://example.com',
  'https://example.com/x?y=1',
  'http://10.0.0.1:8080',
  '10s',
  '1h30m',
  '5m',
  '100ms',
  '0s',
  '30s',
  '10',
  '0',
  '80',
  '50%',
  '100%',
  'v1',
  'v1.2.3',
  '1.30.0',
  'Name',
  'UPPER',
  'True',
  'False',
  'Unknown',
  'GET',
  'X-Header',
  'a/b',
  'example.com/name',
  'arn:aws:iam::123456789012:role/name',
  'subnet-0123456789abcdef0',
  'sg-0123456789abcdef0',
  'ami-0123456789abcdef0',
  '10.0.0.0/8',
  '10.0.0.1',
  'fd00::/8',
  '::1',
  '2026-01-01T00:00:00Z',
  '2026-01-01',
  'dGV4dA==',
  'not base64!',
  'user@example.com',
  '123e4567-e89b-12d3-a456-426614174000',
  'apps',
  'Service',
  'Gateway',
  'HTTPRoute',
  'Secret',
  'ConfigMap',
  'spec.replicas',
  '$.a',
  '@hourly',
  '0 0 * * *',
  'main',
  'sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef',
  'oci://example.com/chart',
  'ssh://git@example.com/repo',
  '1Gi',
  '100m',
  '1.5',
  '4KB',
  '1MB',
  '2d',
  'a-b-c',
  'a_b',
  'ü€😀',
  'with space',
  '^[a-z]+$',
  '',
];
const longWords = ['a'.repeat(40), 'a'.repeat(64), 'b'.repeat(254), 'c'.repeat(1100)];

function drawText(schema: Schema, draw: Draw): string {
  const length = (text: string) => [...text].length;
  const fits = (text: string) =>
    (schema.pattern === undefined || matchesPattern(schema.pattern, text)) &&
    (schema.format === undefined || matchesFormat(schema.format, text)) &&
    length(text) >= (schema.minLength ?? 0) &&
    length(text) <= (schema.maxLength ?? Number.POSITIVE_INFINITY);
  const legal = [...words, ...longWords.slice(0, 1)].filter(fits);
  return legal.length === 0 ? oneOf(draw, words) : oneOf(draw, legal);
}

function drawList(
  { items = {}, minItems = 0, maxItems, ...schema }: Schema,
  draw: Draw,
  depth: number,
): unknown {
  const most = Math.min(maxItems ?? 3, Math.max(minItems, 3));
  const count = minItems + draw.random.below(most - minItems + 1);
  const list = Array.from({ length: count }, () => drawValue(items, draw, depth + 1));
  return schema['x-kubernetes-list-type'] === 'set' || schema.uniqueItems === true
    ? [...new Map(list.map((item) => [JSON.stringify(item), item])).values()]
    : list;
}

function drawMembers(schema: Schema, draw: Draw, depth: number): Json {
  const drawn: Json = {};
  const { required: needed, without } = narrowed(schema, draw);
  if (schema['x-kubernetes-embedded-resource'] === true)
    Object.assign(drawn, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'inner' } });
  for (const [name, member] of Object.entries(schema.properties ?? {})) {
    if (without.has(name)) continue;
    if (needed.has(name) || chance(draw, optionalChance(depth)))
      drawn[name] = drawValue(member, draw, depth + 1);
  }
  const { additionalProperties } = schema;
  if (additionalProperties !== undefined && additionalProperties !== false) {
    const inner = additionalProperties === true ? {} : additionalProperties;
    const count = Math.max(schema.minProperties ?? 0, draw.random.below(3));
    for (const name of ['a', 'example.com/key', 'B_c', 'cpu', 'memory'].slice(0, count))
      drawn[name] = drawValue(inner, draw, depth + 1);
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === true && chance(draw, 500))
    drawn.unheardOf = drawAnything(draw);
  return drawn;
}

interface Narrowed {
  readonly type: string | undefined;
  readonly required: ReadonlySet<string>;
  /** Members that only the alternatives not taken want. */
  readonly without: ReadonlySet<string>;
}

/** A schema with one of its alternatives taken. */
function narrowed(schema: Schema, draw: Draw): Narrowed {
  const alternatives = schema.oneOf ?? schema.anyOf ?? [];
  const taken = alternatives.length === 0 ? undefined : oneOf(draw, alternatives);
  const others = alternatives.filter((one) => one !== taken).flatMap(({ required = [] }) => required);
  const required = new Set([...(schema.required ?? []), ...(taken?.required ?? [])]);
  const unwanted = schema.oneOf === undefined ? [] : others.filter((name) => !required.has(name));
  const object = schema.properties === undefined && schema.additionalProperties === undefined;
  return {
    type: schema.type ?? taken?.type ?? (object ? undefined : 'object'),
    required,
    without: new Set(unwanted),
  };
}

/** Breaks values here and there. */
function spoil(value: unknown, schema: Schema, draw: Draw): unknown {
  if (chance(draw, draw.illegal)) return broken(value, schema, draw);
  if (Array.isArray(value)) {
    const list = value.map((item) => spoil(item, schema.items ?? {}, draw));
    return chance(draw, draw.illegal) && list.length > 0 ? [...list, list[0]] : list;
  }
  return isObject(value) ? spoilMembers(value, schema, draw) : value;
}

function spoilMembers(value: Json, schema: Schema, draw: Draw): Json {
  const object: Json = Object.fromEntries(
    Object.entries(value)
      .filter(() => !chance(draw, draw.illegal))
      .map(([name, member]) => [name, spoil(member, innerSchema(schema, name), draw)]),
  );
  if (chance(draw, draw.illegal)) object.unheardOf = drawAnything(draw);
  return object;
}

function innerSchema({ properties, additionalProperties }: Schema, name: string): Schema {
  if (properties !== undefined && Object.hasOwn(properties, name)) return properties[name] ?? {};
  return typeof additionalProperties === 'object' ? additionalProperties : {};
}

function broken(value: unknown, { maximum, minimum, type }: Schema, draw: Draw): unknown {
  const others: unknown[] = [
    null,
    '',
    'wrong',
    0,
    -1,
    1.5,
    3_000_000_000,
    true,
    [],
    {},
    ['x'],
    { unheardOf: 1 },
  ];
  if (type === 'string') others.push(...longWords, ...words);
  if (maximum !== undefined) others.push(maximum + 1);
  if (minimum !== undefined) others.push(minimum - 1);
  if (Array.isArray(value)) others.push([], [...value, ...value], [...value, null]);
  return oneOf(draw, others);
}
