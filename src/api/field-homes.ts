import { type StructuralSchema, schemaOfKind } from './crds.ts';
import type { OurKind } from './parse.ts';

/** Pods and runs have fields of every name: somebody who misplaced a field of ours did not mean theirs. */
const strangers: ReadonlySet<string> = new Set(['template', 'status', 'job', 'selector']);

/**
 * Where a kind has a field of this name, for somebody who has written it under a wrong parent: `spec.strategy.canary.trafficRouting`,
 * `spec.strategy.canary.steps[].setWeight`. The shallowest first.
 */
export function homesOf(kind: OurKind, field: string): readonly string[] {
  const found: string[] = [];
  let level: { readonly path: string; readonly schema: StructuralSchema }[] = [
    { path: '', schema: schemaOfKind(kind) },
  ];
  while (level.length > 0) {
    const below = level.flatMap(({ path, schema }) => membersOf(path, schema));
    found.push(...below.flatMap(({ path, name }) => (name === field ? [path] : [])));
    level = below.filter(({ name }) => !strangers.has(name));
  }
  return found;
}

function membersOf(path: string, schema: StructuralSchema) {
  const items = schema['items'] as StructuralSchema | undefined;
  const at = items === undefined ? path : `${path}[]`;
  const properties = ((items ?? schema)['properties'] ?? {}) as Record<string, StructuralSchema>;
  return Object.entries(properties).map(([name, inner]) => ({
    path: at === '' ? name : `${at}.${name}`,
    name,
    schema: inner,
  }));
}
