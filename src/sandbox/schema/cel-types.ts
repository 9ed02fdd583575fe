import { escapedName } from './cel-values.ts';
import type { Schema } from './schema.ts';

/** The type of an expression, as far as a schema or a function's signature tells it. */
export interface CelType {
  /** `int`, `string`, `list`, `map`, `object`, `optional`, `dyn`, … or the name of one of Kubernetes' own types. */
  readonly name: string;
  /** Of a list, a map, an optional value. */
  readonly element?: CelType;
  readonly key?: CelType;
  /** Of an object: its members by the names that a rule may use. */
  readonly members?: ReadonlyMap<string, CelType>;
  /** Most elements, or characters, that a value at this place of the schema has; 0 for what has no length. */
  readonly most?: number;
  /** Fewest bytes that such a value takes in a request: 1 when it is not known. */
  readonly leastBytes?: number;
}

/** Most bytes of a request. Source: k8s.io/apiserver 0.34, pkg/apis/cel/config.go. */
export const maxRequestBytes = 3 * 1024 * 1024;

/** What a rule at this place of a schema sees as `self`. Undefined where a rule sees nothing. */
export function declaredType(schema: Schema, isRoot: boolean): CelType | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    const most = schema.maxLength === undefined ? maxRequestBytes - 2 : schema.maxLength * 4;
    return { name: 'dyn', most, leastBytes: 1 };
  }
  switch (schema.type) {
    case 'array':
      return listType(schema);
    case 'object':
      return typeof schema.additionalProperties === 'object' ? mapType(schema) : objectType(schema, isRoot);
    case 'string':
      return textType(schema);
    case 'boolean':
      return { name: 'bool', most: 0, leastBytes: 4 };
    case 'number':
      return { name: 'double', most: 0, leastBytes: 1 };
    case 'integer':
      return { name: 'int', most: 0, leastBytes: 1 };
    default:
      return undefined;
  }
}

const ofChild = (schema: Schema) => declaredType(schema, schema['x-kubernetes-embedded-resource'] === true);

function listType({ items, maxItems }: Schema): CelType | undefined {
  const element = items === undefined ? undefined : ofChild(items);
  if (element === undefined) return undefined;
  const most = maxItems ?? Math.floor((maxRequestBytes - 2) / (leastBytesOf(element) + 1));
  return { name: 'list', element, most, leastBytes: 2 };
}

function mapType({ additionalProperties, maxProperties }: Schema): CelType | undefined {
  const element = typeof additionalProperties === 'object' ? ofChild(additionalProperties) : undefined;
  if (element === undefined) return undefined;
  const most = maxProperties ?? Math.floor((maxRequestBytes - 2) / (leastBytesOf(element) + 6));
  return { name: 'map', key: { name: 'string', most: 0 }, element, most, leastBytes: 2 };
}

export const leastBytesOf = ({ leastBytes }: CelType): number => leastBytes ?? 1;

/** What every object with a kind has; of the metadata a rule sees the names only. */
const ofEveryResource: Schema = {
  properties: {
    apiVersion: { type: 'string' },
    kind: { type: 'string' },
    metadata: {
      type: 'object',
      properties: { name: { type: 'string' }, generateName: { type: 'string' } },
    },
  },
};

function objectType({ properties, required = [] }: Schema, isRoot: boolean): CelType {
  const members = new Map<string, CelType>();
  let leastBytes = 2;
  for (const [name, member] of Object.entries({
    ...properties,
    ...(isRoot ? ofEveryResource.properties : {}),
  })) {
    const type = ofChild(member);
    if (type === undefined) continue;
    members.set(escapedName(name), type);
    if (required.includes(name) && member.default === undefined)
      leastBytes += name.length + leastBytesOf(type) + 4;
  }
  return { name: 'object', members, most: 0, leastBytes };
}

function textType({ format, maxLength, enum: values }: Schema): CelType {
  switch (format) {
    case 'byte':
      return { name: 'bytes', most: maxLength ?? maxRequestBytes - 2, leastBytes: 2 };
    case 'duration':
      return { name: 'duration', most: 32, leastBytes: 3 };
    case 'date':
      return { name: 'timestamp', most: 12, leastBytes: 12 };
    case 'date-time':
      return { name: 'timestamp', most: 32, leastBytes: 21 };
    default: {
      const longest = Math.max(0, ...(values ?? []).map((value) => Buffer.byteLength(String(value))));
      const unbounded = values === undefined || values.length === 0 ? maxRequestBytes - 2 : longest;
      return { name: 'string', most: maxLength === undefined ? unbounded : maxLength * 4, leastBytes: 2 };
    }
  }
}

export const dyn: CelType = { name: 'dyn' };

/** Whether a value of one type may stand where the other is asked for. Nothing is said against what is not known. */
export function fits(given: CelType, wanted: CelType): boolean {
  if (given.name === 'dyn' || wanted.name === 'dyn') return true;
  if (given.name === 'null_type') return !plainNames.has(wanted.name);
  if (wanted.name === 'null_type') return fits(wanted, given);
  if (given.name !== wanted.name) return false;
  if (given.name === 'object') return given.members === undefined || given.members === wanted.members;
  return fits(given.element ?? dyn, wanted.element ?? dyn) && fits(given.key ?? dyn, wanted.key ?? dyn);
}

/** Types of which no value is null. */
const plainNames: ReadonlySet<string> = new Set([
  ...['bool', 'int', 'uint', 'double', 'string', 'bytes', 'list', 'map', 'type'],
]);

/** As the real server spells a type in its refusals. */
export function spelled({ name, key, element }: CelType): string {
  switch (name) {
    case 'list':
      return `list(${spelled(element ?? dyn)})`;
    case 'map':
      return `map(${spelled(key ?? dyn)}, ${spelled(element ?? dyn)})`;
    case 'optional':
      return `optional_type(${spelled(element ?? dyn)})`;
    case 'null_type':
      return 'null';
    case 'type':
      return `type(${spelled(element ?? dyn)})`;
    default:
      return opaqueNames[name] ?? name;
  }
}

const opaqueNames: Readonly<Record<string, string>> = {
  IP: 'net.IP',
  CIDR: 'net.CIDR',
  Quantity: 'kubernetes.Quantity',
  URL: 'kubernetes.URL',
  Semver: 'kubernetes.Semver',
  Format: 'kubernetes.NamedFormat',
};
