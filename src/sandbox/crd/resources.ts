import type { KubeObject } from '../../api/meta.ts';
import { definitionOf } from '../builtin/resources.ts';
import { byMaturity } from '../discovery/groups.ts';
import { cloneJson, deepFreeze, type MutableJson, parseSimplePath, reuse, valueAt } from '../json.ts';
import { defineResource, type Resource } from '../resource.ts';
import { applyDefaults } from '../schema/defaults.ts';
import { withEnvelopes } from '../schema/embedded.ts';
import { prune } from '../schema/prune.ts';
import type { Schema } from '../schema/schema.ts';
import { customTable } from '../tables/custom.ts';
import { failingConverter } from './conversion.ts';
import type { CrdSpec, CrdVersion } from './types.ts';

/**
 * The resources that a CustomResourceDefinition brings: one for each version that is served. When objects were stored
 * under an older schema, each is read through the new one.
 */
export function resourcesOf(crd: KubeObject, hasOldObjects = false): readonly Resource[] {
  const spec = crd.spec as CrdSpec;
  const shapes = new Map(
    spec.versions.map(({ name, schema }) => {
      return [name, { apiVersion: `${spec.group}/${name}`, schema: customSchema(schema?.openAPIV3Schema) }];
    }),
  );
  const stored = shapes.get(spec.versions.find(({ storage }) => storage)?.name ?? '');
  const byVersion = new Map([...shapes.values()].map(({ apiVersion, schema }) => [apiVersion, schema]));
  const needsWebhook = spec.conversion?.strategy === 'Webhook';
  const served = spec.versions.filter((version) => version.served);
  // What works on objects of any sort takes the first version, which must be one that needs no conversion.
  const inOrder = needsWebhook ? [...served].sort((a, b) => Number(b.storage) - Number(a.storage)) : served;
  return inOrder.map((version) => {
    const shape = shapes.get(version.name) as Shape;
    const toShape = (to: Shape, conversion: Conversion) =>
      needsWebhook && !version.storage ? failingConverter(to.apiVersion, spec) : converter(to, conversion);
    return {
      ...toResource(spec, version, shape),
      fromStored: toShape(shape, { isTrusted: !hasOldObjects, defaultsBefore: byVersion }),
      ...(stored === undefined ? {} : { toStored: toShape(stored, { isTrusted: true, fillsIn: true }) }),
    };
  });
}

function toResource(spec: CrdSpec, version: CrdVersion, { schema }: Shape): Resource {
  const { group, scope, names } = spec;
  const { plural, kind } = names;
  const type = { group, version: version.name, kind, plural, namespaced: scope === 'Namespaced' };
  const { status, scale } = version.subresources ?? {};
  const has = [...(status === undefined ? [] : ['status']), ...(scale === undefined ? [] : ['scale'])];
  const deprecationWarning = deprecationOf(spec, version);
  return defineResource(type, {
    singular: names.singular ?? kind.toLowerCase(),
    listKind: names.listKind ?? `${kind}List`,
    shortNames: names.shortNames ?? [],
    categories: names.categories ?? [],
    subresources: new Set(has),
    ...(scale === undefined ? {} : { scale }),
    ...(deprecationWarning === undefined ? {} : { deprecationWarning }),
    schema,
    hasGeneration: true,
    allowsUnconditionalUpdate: false,
    table: customTable(version.additionalPrinterColumns),
    selectableFields: selectable(version),
  });
}

function customSchema(schema: Schema | undefined): Schema {
  const own: Schema = schema ?? { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return withEnvelopes(own, definitionOf('apimachinery.pkg.apis.meta.v1.ObjectMeta'));
}

/** A version of a definition, as objects are brought into its shape. */
interface Shape {
  readonly apiVersion: string;
  readonly schema: Schema;
}

interface Conversion {
  /** An object of the version itself is in order as it is. */
  readonly isTrusted: boolean;
  /** Schemas by version: an object gets the defaults of its own before it is converted. */
  readonly defaultsBefore?: ReadonlyMap<string, Schema>;
  /** It gets those of the new version afterwards. */
  readonly fillsIn?: boolean;
}

/**
 * Objects as one version shows them: conversion strategy `None` changes nothing but the name, then the version's schema drops
 * what it does not know. Defaults come from the version that is stored, whichever is shown: the real server fills them in as it
 * reads an object from its store. What has not changed is shared with the original.
 */
function converter(
  { apiVersion, schema }: Shape,
  { isTrusted, defaultsBefore, fillsIn = false }: Conversion,
): (object: KubeObject) => KubeObject {
  const shown = new WeakMap<KubeObject, KubeObject>();
  const convert = (object: KubeObject): KubeObject => {
    const copy = cloneJson({ ...object, apiVersion });
    const parts = copy as unknown as MutableJson;
    const own = defaultsBefore?.get(object.apiVersion);
    if (own !== undefined) applyDefaults(parts, own);
    prune(parts, schema);
    if (fillsIn) applyDefaults(parts, schema);
    return deepFreeze(reuse(copy, object));
  };
  return (object) => {
    if (isTrusted && object.apiVersion === apiVersion) return object;
    const known = shown.get(object);
    if (known !== undefined) return known;
    const converted = convert(object);
    if (Object.isFrozen(object)) shown.set(object, converted);
    return converted;
  };
}

function selectable({ selectableFields = [] }: CrdVersion): Record<string, (object: KubeObject) => string> {
  return Object.fromEntries(
    selectableFields.map(({ jsonPath }) => {
      const path = parseSimplePath(jsonPath) ?? [];
      return [path.join('.'), (object: KubeObject) => String(valueAt(object, path) ?? '')];
    }),
  );
}

/** Told with every request for a deprecated version; names the version to move to, when there is a better one. */
function deprecationOf({ group, names, versions }: CrdSpec, version: CrdVersion): string | undefined {
  if (version.deprecated !== true) return undefined;
  if (version.deprecationWarning !== undefined) return version.deprecationWarning;
  const [better] = versions
    .filter(({ served, deprecated }) => served && deprecated !== true)
    .map(({ name }) => name)
    .sort(byMaturity);
  const advice =
    better === undefined || byMaturity(better, version.name) > 0
      ? ''
      : `; use ${group}/${better} ${names.kind}`;
  return `${group}/${version.name} ${names.kind} is deprecated${advice}`;
}
