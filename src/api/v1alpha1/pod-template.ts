import Type, { type TSchema } from 'typebox';
import { atomicStructs, goStructs } from '../pod-struct-table.ts';
import type { PodTemplateSpec } from '../workloads.ts';
import { podMetadata } from './schema.ts';

type Schema = Record<string, unknown>;

/**
 * The shape of a pod template, as Kubernetes 1.34 has it. A misspelt field is refused, server-side apply merges containers,
 * variables and ports one by one, and what is left out is filled in as for a pod. Fields of newer versions are pruned, as
 * they would be dropped from the hash: a change that starts no release must not look accepted.
 */
export function podTemplate(description: string): Type.TUnsafe<PodTemplateSpec> {
  return Type.Unsafe<PodTemplateSpec>({
    type: 'object',
    description,
    properties: { metadata: podMetadata('Labels and annotations of the pods.'), spec: podSpec },
  });
}

const anyValue = { 'x-kubernetes-preserve-unknown-fields': true };
const quantityPattern =
  '^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|[numkMGTPE]|([eE](\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))))?$';
const intOrString = {
  'x-kubernetes-int-or-string': true,
  anyOf: [{ type: 'integer' }, { type: 'string' }],
};

/** Scalars of Go. Every other name is a string with a name of its own. */
const scalars: Readonly<Record<string, Schema>> = {
  bool: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  Time: { type: 'string', format: 'date-time' },
  'resource.Quantity': { ...intOrString, pattern: quantityPattern },
  'intstr.IntOrString': intOrString,
};

/** Kept open: amounts may be written as fractions, and kinds of volumes come and go with drivers. */
const openMembers: Readonly<Record<string, Schema>> = {
  'ResourceRequirements.limits': { type: 'object', ...anyValue },
  'ResourceRequirements.requests': { type: 'object', ...anyValue },
  'PodSpec.volumes': { type: 'array', items: { type: 'object', ...anyValue } },
};

function schemaOf(type: string): Schema {
  if (type.startsWith('*')) return schemaOf(type.slice(1));
  if (type.startsWith('[]')) return { type: 'array', items: schemaOf(type.slice(2)) };
  if (type.startsWith('map[')) {
    return { type: 'object', additionalProperties: schemaOf(type.slice(type.indexOf(']') + 1)) };
  }
  if (type === 'ResourceList') return schemaOf('map[string]resource.Quantity');
  return type in goStructs ? structSchema(type) : (scalars[type] ?? { type: 'string' });
}

function structSchema(name: string): Schema {
  const members = membersOf(name);
  const required = members.flatMap(({ member, facts }) =>
    facts.includes('required') && !facts.some((fact) => fact.startsWith('default:')) ? [member] : [],
  );
  return {
    type: 'object',
    ...(isAtomic(name) && { 'x-kubernetes-map-type': 'atomic' }),
    ...(required.length > 0 && { required }),
    properties: Object.fromEntries(
      members.map(({ owner, member, type, facts }) => [
        member,
        openMembers[`${owner}.${member}`] ?? withFacts(schemaOf(type), facts),
      ]),
    ),
  };
}

/** One writer owns it as a whole; a struct takes this over from one that it embeds. */
function isAtomic(name: string): boolean {
  const embedded = (goStructs[name] ?? [])
    .map((line) => line.split('|'))
    .filter(([, rule]) => rule === 'inline');
  return atomicStructs.has(name) || embedded.some(([, , type = '']) => isAtomic(type.replace('*', '')));
}

interface Member {
  readonly owner: string;
  readonly member: string;
  readonly type: string;
  readonly facts: readonly string[];
}

function membersOf(owner: string): Member[] {
  return (goStructs[owner] ?? []).flatMap((line) => {
    const [member = '', rule, type = '', facts = ''] = line.split('|');
    if (rule === 'inline') return membersOf(type.replace('*', ''));
    return [{ owner, member, type, facts: facts.split(' ') }];
  });
}

function withFacts(schema: Schema, facts: readonly string[]): Schema {
  return Object.assign({}, schema, ...facts.map((fact) => factSchema(fact, schema)));
}

function factSchema(fact: string, schema: Schema): Schema {
  const [name, value = ''] = fact.split(/:(.*)/s);
  switch (name) {
    case 'map':
      return { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': value.split(',') };
    case 'set':
      return { 'x-kubernetes-list-type': 'set' };
    case 'atomic':
      return { [`x-kubernetes-${schema['type'] === 'array' ? 'list' : 'map'}-type`]: 'atomic' };
    case 'default':
      return { default: schema['type'] === 'boolean' ? value === 'true' : value };
    default:
      return {};
  }
}

const podSpec = structSchema('PodSpec') as TSchema;
