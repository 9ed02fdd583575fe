import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { CrdSpec } from '../../src/sandbox/crd/types.ts';
import { prune } from '../../src/sandbox/schema/prune.ts';
import type { Schema } from '../../src/sandbox/schema/schema.ts';
import { validateStructure } from '../../src/sandbox/schema/structural.ts';
import { validateSchema } from '../../src/sandbox/schema/validate.ts';
import { crds, vendorCrds } from '../support/settings.ts';
import { stagesOf } from './stages.ts';
import { gateway, mapping, meshRouter, meshService, render, split, virtualNode } from './support.ts';

const definitions = [...crds(), ...vendorCrds()];

function schemaOf({ apiVersion, kind }: Pick<KubeObject, 'apiVersion' | 'kind'>): Schema {
  for (const definition of definitions) {
    const { group, names, versions } = definition.spec as CrdSpec;
    const version = versions.find(({ name }) => names.kind === kind && `${group}/${name}` === apiVersion);
    if (version !== undefined) return version.schema?.openAPIV3Schema as Schema;
  }
  throw new Error(`no definition of ${apiVersion} ${kind}`);
}

/** What an API server would refuse of the object, and which members it would drop. */
function faults(object: object): string[] {
  const schema = schemaOf(object as KubeObject);
  const errors = validateSchema(object, schema).map(({ field, text }) => `${field}: ${text}`);
  const { metadata: _, ...rest } = structuredClone(object) as Record<string, unknown>;
  return [...errors, ...prune(rest, schema)];
}

describe('the definitions that we wrote after the vendors’', () => {
  test.each(vendorCrds().map((definition) => [definition.metadata.name, definition] as const))(
    '%s is structural',
    (_, definition) => {
      const { versions } = definition.spec as CrdSpec;
      const found = versions.flatMap(({ schema }) =>
        validateStructure(schema?.openAPIV3Schema as Schema, 'schema'),
      );
      expect(found).toEqual([]);
    },
  );

  test.each<[string, object, string]>([
    ['a weight above 100', withRoute((one) => set(one, 'action.weightedTargets.0.weight', 101)), 'weight'],
    [
      'a target without weight',
      withRoute((one) => set(one, 'action.weightedTargets.0.weight', undefined)),
      'weight',
    ],
    ['no target at all', withRoute((one) => set(one, 'action.weightedTargets', [])), 'weightedTargets'],
    [
      'a retry without timeout',
      withRoute((one) => set(one, 'retryPolicy.perRetryTimeout', undefined)),
      'perRetryTimeout',
    ],
    ['a header match misspelt', withRoute((one) => set(one, 'match.header', [])), 'header'],
    ['a virtual service without provider', { ...meshService(), spec: {} }, 'provider'],
    [
      'a selector that is no map of texts',
      withSpec(virtualNode('new'), { podSelector: { matchLabels: { a: 1 } } }),
      'matchLabels',
    ],
    ['a mapping without service', { ...mapping(), spec: { prefix: '/' } }, 'service'],
    ['a weight in words', withSpec(mapping(), { weight: '30' }), 'weight'],
    ['a member that v3alpha1 does not have', withSpec(v3alpha1(), { wait: 30 }), 'wait'],
    ['a header of v2 in v3alpha1', withSpec(v3alpha1(), { headers: { 'x-tester': true } }), 'headers'],
  ])('refuse %s', (_, object, field) => {
    expect(faults(object)).toEqual([expect.stringContaining(field)]);
  });
});

describe('what our routers write is what the vendors let in', () => {
  test.each(['ambassador', 'appMesh', 'istio', gateway] as const)('%s', (kind) => {
    for (const { title, objects } of stagesOf(kind)) {
      for (const object of objects)
        expect([title, object.kind, faults(object)]).toEqual([title, object.kind, []]);
    }
  });

  test('Mappings of v3alpha1', () => {
    const [stable, canary] = render('ambassador', split(30), [v3alpha1(), undefined]);
    expect(canary?.apiVersion).toBe('getambassador.io/v3alpha1');
    expect([stable, canary].flatMap((object) => faults(object ?? v3alpha1()))).toEqual([]);
  });
});

function v3alpha1() {
  const { group } = resources.ambassadorMappings;
  return withSpec({ ...mapping(), apiVersion: `${group}/v3alpha1` }, { hostname: '*' });
}

function withSpec<T extends { spec: object }>(object: T, more: object): T {
  return { ...object, spec: { ...object.spec, ...more } };
}

function withRoute(change: (httpRoute: object) => void): object {
  const router = structuredClone(meshRouter()) as unknown as { spec: { routes: { httpRoute: object }[] } };
  change(router.spec.routes[0]?.httpRoute as object);
  return router;
}

/** Sets a member by its path; without value, there is none. */
function set(object: object, path: string, value: unknown): void {
  const names = path.split('.');
  const last = names.pop() as string;
  const parent = names.reduce(
    (at, name) => at[name] as Record<string, unknown>,
    object as Record<string, unknown>,
  );
  if (value === undefined) delete parent[last];
  else parent[last] = value;
}
