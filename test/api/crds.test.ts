import { readFileSync } from 'node:fs';
import { generatedFiles } from '../../scripts/generate.ts';
import { customResourceDefinitions, type StructuralSchema } from '../../src/api/crds.ts';
import type { KubeObject } from '../../src/api/meta.ts';

describe('the CRDs', () => {
  test.each([...generatedFiles().keys()])('%s is fresh', (path) => {
    expect(readFileSync(path, 'utf8')).toBe(generatedFiles().get(path));
  });

  test.each(customResourceDefinitions().map((crd) => [crd.metadata.name, crd] as const))(
    '%s is structural: every value has a type, or says that anything goes',
    (_, crd) => {
      expect(untyped(rootOf(crd), 'object')).toEqual([]);
    },
  );

  test.each(customResourceDefinitions().map((crd) => [crd.metadata.name, crd] as const))(
    '%s says of every field what it means, so that kubectl explain is of use',
    (_, crd) => {
      expect(undescribed(rootOf(crd), '')).toEqual(['.metadata']);
    },
  );
});

function rootOf(crd: KubeObject): StructuralSchema {
  const { versions } = crd.spec as { versions: [{ schema: { openAPIV3Schema: StructuralSchema } }] };
  return versions[0].schema.openAPIV3Schema;
}

/** What a pod is made of is explained by `kubectl explain pod`. */
const explainedElsewhere = /\.template$/;

function undescribed(
  { properties = {}, items, additionalProperties }: StructuralSchema,
  path: string,
): string[] {
  const members = Object.entries(properties as Record<string, StructuralSchema>).flatMap(([name, inner]) => {
    const at = `${path}.${name}`;
    const below = explainedElsewhere.test(at) ? [] : undescribed(inner, at);
    return inner['description'] === undefined ? [at, ...below] : below;
  });
  return [
    ...members,
    ...(items === undefined ? [] : undescribed(items as StructuralSchema, `${path}[]`)),
    ...(additionalProperties === undefined
      ? []
      : undescribed(additionalProperties as StructuralSchema, `${path}{}`)),
  ];
}

function untyped(schema: StructuralSchema, path: string): string[] {
  const open =
    schema['x-kubernetes-preserve-unknown-fields'] === true || schema['x-kubernetes-int-or-string'] === true;
  const {
    properties = {},
    items,
    additionalProperties,
  } = schema as {
    properties?: Record<string, StructuralSchema>;
    items?: StructuralSchema;
    additionalProperties?: StructuralSchema;
  };
  return [
    ...(schema['type'] === undefined && !open ? [path] : []),
    ...Object.entries(properties).flatMap(([name, inner]) => untyped(inner, `${path}.${name}`)),
    ...(items === undefined ? [] : untyped(items, `${path}[]`)),
    ...(additionalProperties === undefined ? [] : untyped(additionalProperties, `${path}{}`)),
  ];
}
