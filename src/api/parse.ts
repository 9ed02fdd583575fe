import { type StructuralSchema, schemaOfKind } from './crds.ts';
import type { KubeObject } from './meta.ts';
import { nearest } from './nearest.ts';
import { resources } from './resources.ts';
import type { AnalysisRun, AnalysisTemplate } from './v1alpha1/analysis.ts';
import type { Experiment } from './v1alpha1/experiment.ts';
import type { Rollout } from './v1alpha1/rollout.ts';
import { type FieldError, invalid, notOneOf, required } from './validation/field-error.ts';

/** Our kinds, as they are typed. */
export interface ObjectOfKind {
  Rollout: Rollout;
  AnalysisTemplate: AnalysisTemplate;
  ClusterAnalysisTemplate: AnalysisTemplate;
  AnalysisRun: AnalysisRun;
  Experiment: Experiment;
}
export type OurKind = keyof ObjectOfKind;

export interface Parsed<T extends KubeObject = KubeObject> {
  /** Without unknown fields, as the API server would store it; undefined when there are problems. */
  readonly object: T | undefined;
  /** Fields that the kind does not have. The API server drops them; kubectl refuses them. */
  readonly unknownFields: readonly UnknownField[];
  /** Values of a wrong type, and fields that are missing. */
  readonly problems: readonly FieldError[];
}

export interface UnknownField {
  /** `spec.strategy.canary.step` */
  readonly path: string;
  /** The field that was probably meant. */
  readonly meant?: string;
}

const ours = [
  resources.rollouts,
  resources.analysisTemplates,
  resources.clusterAnalysisTemplates,
  resources.analysisRuns,
  resources.experiments,
];
const apiVersion = `${resources.rollouts.group}/${resources.rollouts.version}`;

/** Is this one of our kinds? Says nothing about what is in it. */
export function isOurKind(kind: unknown): kind is OurKind {
  return ours.some((type) => type.kind === kind);
}

/** What somebody wrote, as an object of this kind: judged by the schema that the CRD carries, without an API server. */
export function parseObject<K extends OurKind>(kind: K, value: unknown): Parsed<ObjectOfKind[K]> {
  const found: Found = { unknownFields: [], problems: [] };
  if (!isRecord(value)) {
    found.problems.push(invalid(kind, value, `must be an object, not ${describe(value)}`));
    return { object: undefined, ...found };
  }
  found.problems.push(...headerProblems(kind, value));
  const schema = schemaOfKind(kind);
  const metadata = value['metadata'];
  const pruned = visit({ ...value, metadata: isRecord(metadata) ? {} : metadata }, schema, '', found);
  const object = { ...(pruned as Record<string, unknown>), metadata } as unknown as ObjectOfKind[K];
  return { object: found.problems.length === 0 ? object : undefined, ...found };
}

interface Found {
  readonly unknownFields: UnknownField[];
  readonly problems: FieldError[];
}

function headerProblems(kind: OurKind, value: Record<string, unknown>): FieldError[] {
  const metadata = value['metadata'];
  const isNamed = isRecord(metadata) && (isText(metadata['name']) || isText(metadata['generateName']));
  return [
    ...(value['apiVersion'] === apiVersion
      ? []
      : [notOneOf('apiVersion', value['apiVersion'], [apiVersion])]),
    ...(value['kind'] === kind ? [] : [notOneOf('kind', value['kind'], [kind])]),
    ...(isNamed ? [] : [required('metadata.name', 'name or generateName is required')]),
  ];
}

/** The value without unknown fields; what is wrong with it is added to `found`. */
function visit(value: unknown, schema: StructuralSchema, path: string, found: Found): unknown {
  const problem = typeProblem(value, schema, path);
  if (problem !== undefined) {
    found.problems.push(problem);
    return value;
  }
  if (Array.isArray(value)) {
    const items = schema['items'] as StructuralSchema | undefined;
    return items === undefined
      ? value
      : value.map((item, index) => visit(item, items, `${path}[${index}]`, found));
  }
  return isRecord(value) ? visitMembers(value, schema, path, found) : value;
}

function visitMembers(
  value: Record<string, unknown>,
  schema: StructuralSchema,
  path: string,
  found: Found,
): Record<string, unknown> {
  const properties = (schema['properties'] ?? {}) as Record<string, StructuralSchema>;
  const others = schema['additionalProperties'] as StructuralSchema | undefined;
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true;
  for (const name of (schema['required'] ?? []) as string[]) {
    if (value[name] === undefined || value[name] === null) found.problems.push(required(join(path, name)));
  }
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
      if (member === null || member === undefined) return []; // the API server drops them
      const inner = properties[name] ?? others;
      if (inner !== undefined) return [[name, visit(member, inner, join(path, name, others), found)]];
      if (isOpen || schema['properties'] === undefined) return [[name, member]];
      const meant = nearest(name, Object.keys(properties));
      found.unknownFields.push({ path: join(path, name), ...(meant !== undefined && { meant }) });
      return [];
    }),
  );
}

function typeProblem(value: unknown, schema: StructuralSchema, path: string): FieldError | undefined {
  const wanted = wantedType(schema);
  if (wanted === undefined) return undefined;
  if (!wanted.holds(value)) {
    return Number.isInteger(value) && schema['type'] === 'integer'
      ? invalid(path, value, 'must be between -2147483648 and 2147483647')
      : invalid(path, value, `must be ${wanted.words}, not ${describe(value)}`, typeFix(value, schema));
  }
  const allowed = schema['enum'] as string[] | undefined;
  if (allowed !== undefined && !allowed.includes(value as string)) return notOneOf(path, value, allowed);
  const pattern = schema['pattern'] as string | undefined;
  if (pattern !== undefined && !new RegExp(pattern).test(String(value))) {
    return invalid(path, value, 'must be a quantity such as `100m` or `128Mi`');
  }
  return undefined;
}

/** What to write instead of a value of a wrong type. */
function typeFix(value: unknown, schema: StructuralSchema): string | undefined {
  const [number] = typeof value === 'string' ? (/^-?\d+/.exec(value.trim()) ?? []) : [];
  const members = Object.keys((schema['properties'] ?? {}) as object);
  switch (schema['type']) {
    case 'string':
      return typeof value === 'object' ? undefined : 'Put it in quotes.';
    case 'integer':
      if (number === undefined) return 'Write a whole number.';
      return number === String(value).trim()
        ? `Write ${number} without quotes.`
        : `Write a whole number, such as ${number}.`;
    case 'boolean':
      return 'Write true or false, without quotes.';
    case 'array':
      return 'Write each item in a line of its own, after a `-`.';
    case 'object':
      return members.length === 0 || members.length > 6
        ? undefined
        : `Write its fields below it: ${members.join(', ')}.`;
    default:
      return undefined;
  }
}

interface Wanted {
  readonly words: string;
  holds(value: unknown): boolean;
}

const isWhole = (value: unknown, bits: number): boolean =>
  typeof value === 'number' && Number.isInteger(value) && Math.abs(value) <= 2 ** (bits - 1);
const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function wantedType(schema: StructuralSchema): Wanted | undefined {
  if (schema['x-kubernetes-int-or-string'] === true) {
    return {
      words: 'a whole number or a text',
      holds: (value) => isWhole(value, 53) || typeof value === 'string',
    };
  }
  switch (schema['type']) {
    case 'object':
      return { words: 'an object', holds: isRecord };
    case 'array':
      return { words: 'a list', holds: Array.isArray };
    case 'boolean':
      return { words: 'true or false', holds: (value) => typeof value === 'boolean' };
    case 'integer':
      return {
        words: 'a whole number',
        holds: (value) => isWhole(value, schema['format'] === 'int32' ? 32 : 64),
      };
    case 'string':
      return schema['format'] === 'date-time'
        ? {
            words: 'a time such as 2026-01-31T12:00:00Z',
            holds: (value) => typeof value === 'string' && time.test(value),
          }
        : { words: 'a text', holds: (value) => typeof value === 'string' };
    default:
      return undefined;
  }
}

function describe(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a text';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a fraction';
  return typeof value === 'boolean' ? 'true or false' : 'an object';
}

/** A key that is chosen by the user stands in brackets, since it may hold dots. */
function join(path: string, name: string, isKey?: unknown): string {
  if (isKey !== undefined) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}
