import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { customResourceDefinitions, type StructuralSchema } from '../../src/api/crds.ts';
import type { KubeObject } from '../../src/api/meta.ts';

/** The peer's CRDs, where the machine has them; never part of the project. */
const folder = resolve(__dirname, '../../../shared/data/crds');

describe('what the peer’s CRDs accept, ours accept', () => {
  test.each([
    ['rollout', 'Rollout'],
    ['analysis-run', 'AnalysisRun'],
    ['analysis-template', 'AnalysisTemplate'],
    ['cluster-analysis-template', 'ClusterAnalysisTemplate'],
    ['experiment', 'Experiment'],
  ])('%s', (file, kind) => {
    const path = join(folder, `peer-${file}.yaml`);
    if (!existsSync(path)) throw new Error(`this test needs the peer's CRD ${path}`);
    const theirs = parse(readFileSync(path, 'utf8')) as KubeObject;
    const ours = customResourceDefinitions().find((crd) => namesOf(crd).kind === kind) as KubeObject;
    expect(differences(schemaOf(theirs), schemaOf(ours), '')).toEqual([]);
    expect(namesOf(ours)).toEqual(namesOf(theirs));
    expect(shapeOf(ours)).toEqual(shapeOf(theirs));
  });
});

interface Version {
  readonly schema: { readonly openAPIV3Schema: StructuralSchema };
  readonly subresources?: Record<string, unknown>;
  readonly additionalPrinterColumns: readonly { name: string; type: string; jsonPath: string }[];
}

function versionOf(crd: KubeObject): Version {
  return (crd.spec as { versions: [Version] }).versions[0];
}
const schemaOf = (crd: KubeObject) => versionOf(crd).schema.openAPIV3Schema;
const namesOf = (crd: KubeObject) => (crd.spec as { names: { kind: string } }).names;

/** What kubectl shows and which paths there are. */
function shapeOf(crd: KubeObject) {
  const { subresources = {}, additionalPrinterColumns } = versionOf(crd);
  const columns = additionalPrinterColumns.map(({ name, type, jsonPath }) => ({ name, type, jsonPath }));
  return { scope: (crd.spec as { scope: string }).scope, subresources, columns };
}

/** Rules of merging and of filling in: with others, the same manifests would end as other objects. */
const rules = [
  'default',
  'enum',
  'pattern',
  'nullable',
  'x-kubernetes-list-type',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-map-type',
];

function differences(theirs: StructuralSchema, ours: StructuralSchema | undefined, path: string): string[] {
  if (ours === undefined) return [`${path} is missing`];
  if (typeOf(theirs) === 'anything') return [];
  if (ours['x-kubernetes-preserve-unknown-fields'] === true) return [];
  return [
    ...(typeOf(theirs) === typeOf(ours) ? [] : [`${path} is ${typeOf(ours)}, not ${typeOf(theirs)}`]),
    ...rules
      .filter((rule) => JSON.stringify(theirs[rule]) !== JSON.stringify(ours[rule]))
      .map(
        (rule) => `${path}: ${rule} is ${JSON.stringify(ours[rule])}, not ${JSON.stringify(theirs[rule])}`,
      ),
    ...requiredOf(ours)
      .filter((name) => !requiredOf(theirs).includes(name))
      .map((name) => `${path}.${name} is required only by ours`),
    ...below(theirs, ours, path),
  ];
}

function below(theirs: StructuralSchema, ours: StructuralSchema, path: string): string[] {
  const [properties, ourProperties] = [theirs, ours].map((schema) => schema['properties'] ?? {}) as [
    Record<string, StructuralSchema>,
    Record<string, StructuralSchema>,
  ];
  const inner = Object.entries(properties).flatMap(([name, schema]) =>
    differences(schema, ourProperties[name], `${path}.${name}`),
  );
  const nested = ['items', 'additionalProperties'].flatMap((member) => {
    const schema = theirs[member];
    if (typeof schema !== 'object' || schema === null) return [];
    return differences(
      schema as StructuralSchema,
      ours[member] as StructuralSchema | undefined,
      `${path}${member === 'items' ? '[]' : '{}'}`,
    );
  });
  return [...inner, ...nested];
}

function typeOf(schema: StructuralSchema): string {
  if (schema['x-kubernetes-int-or-string'] === true) return 'integer or string';
  return [schema['type'] ?? 'anything', schema['format']].filter(Boolean).join(' ');
}

function requiredOf({ required }: StructuralSchema): readonly string[] {
  return (required ?? []) as readonly string[];
}
