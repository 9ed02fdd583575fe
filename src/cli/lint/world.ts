import type { KubeObject } from '../../api/meta.ts';
import { isOurKind, type ObjectOfKind, type OurKind, parseObject } from '../../api/parse.ts';
import type { ObjectRef } from '../../api/resources.ts';
import type { ObjectSource } from '../../ports/object-source.ts';
import type { Severity } from './finding.ts';
import type { SourceObject } from './sources.ts';

/** All objects that are linted together, as one may refer to another. */
export interface World extends ObjectSource {
  /** How bad it is that a named object is in none of the files. */
  readonly missing: Severity;
  all<K extends OurKind>(kind: K): readonly ObjectOfKind[K][];
}

/** A group's objects by name. A namespace that is not written counts as any: it is chosen when the files are applied. */
export function worldOf(sources: readonly SourceObject[], missing: Severity): World {
  const objects = sources.flatMap(({ object }): KubeObject[] => {
    const { kind } = object;
    const parsed = isOurKind(kind) ? parseObject(kind, object).object : (object as unknown as KubeObject);
    return parsed?.metadata?.name === undefined ? [] : [parsed];
  });
  const world: World = {
    missing,
    all: (kind) => objects.filter((object) => object.kind === kind) as never,
    get: <T extends KubeObject>(ref: ObjectRef) =>
      objects.find((object) => isMeant(object, ref)) as T | undefined,
    list: (type, namespace) =>
      objects.filter((object) => isMeant(object, { type, namespace, name: object.metadata.name })),
  };
  return world;
}

/** A vendor may have moved the kind to another group; the old one is served as well. */
function isMeant({ apiVersion, kind, metadata }: KubeObject, { type, namespace, name }: ObjectRef): boolean {
  const groups = [type.group, ...(type.otherApiVersions ?? []).map(groupOf)];
  if (kind !== type.kind || !groups.includes(groupOf(apiVersion)) || metadata.name !== name) return false;
  return !type.namespaced || (metadata.namespace ?? namespace) === (namespace ?? metadata.namespace);
}

function groupOf(apiVersion: string): string {
  return apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
}
