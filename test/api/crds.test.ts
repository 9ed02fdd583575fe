import { readFileSync } from 'node:fs';
import { generatedFiles } from '../../scripts/generate.ts';
import { customResourceDefinitions, type StructuralSchema } from '../../src/api/crds.ts';

describe('the CRDs', () => {
  test.each([...generatedFiles().keys()])('%s is fresh', (path) => {
    expect(readFileSync(path, 'utf8')).toBe(generatedFiles().get(path));
  });

  test.each(customResourceDefinitions().map((crd) => [crd.metadata.name, crd] as const))(
    '%s is structural: every value has a type, or says that anything goes',
    (_, crd) => {
      const { versions } = crd.spec as { versions: { schema: { openAPIV3Schema: StructuralSchema } }[] };
      expect(untyped(versions[0]?.schema.openAPIV3Schema as StructuralSchema, 'object')).toEqual([]);
    },
  );
});

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
