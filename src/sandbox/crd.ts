import type { KubeObject } from '../api/meta.ts';
import { formatInstant } from '../kernel/instant.ts';
import { definitionOf } from './builtin/resources.ts';
import { byMaturity } from './discovery/groups.ts';
import type { Engine } from './engine.ts';
import {
  cloneJson,
  deepFreeze,
  isObject,
  jsonEqual,
  type MutableJson,
  objectAt,
  parseSimplePath,
  reuse,
  valueAt,
} from './json.ts';
import { defineResource, type Resource, type ScalePaths, type Strategy } from './resource.ts';
import { unreadableRules } from './schema/cel.ts';
import { applyDefaults } from './schema/defaults.ts';
import { withEnvelopes } from './schema/embedded.ts';
import { prune } from './schema/prune.ts';
import type { Schema } from './schema/schema.ts';
import { validateStructure } from './schema/structural.ts';
import { type FieldError, invalidValue, required } from './status.ts';
import type { Change } from './store.ts';
import { customTable, type PrinterColumn } from './tables/custom.ts';
import { removeObject, storeOrRemove } from './verbs/remove.ts';

export const crdStorage = 'customresourcedefinitions.apiextensions.k8s.io';

/** Keeps the definition until its objects are gone. */
const cleanupFinalizer = 'customresourcecleanup.apiextensions.k8s.io';

interface CrdNames {
  readonly plural: string;
  readonly singular?: string;
  readonly kind: string;
  readonly listKind?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

interface CrdVersion {
  readonly name: string;
  readonly served: boolean;
  readonly storage: boolean;
  readonly deprecated?: boolean;
  readonly deprecationWarning?: string;
  readonly schema?: { readonly openAPIV3Schema?: Schema };
  readonly subresources?: { readonly status?: object; readonly scale?: ScalePaths };
  readonly additionalPrinterColumns?: readonly PrinterColumn[];
  readonly selectableFields?: readonly { readonly jsonPath: string }[];
}

export interface CrdSpec {
  readonly group: string;
  readonly scope: 'Namespaced' | 'Cluster';
  readonly names: CrdNames;
  readonly versions: readonly CrdVersion[];
}

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
  return spec.versions
    .filter(({ served }) => served)
    .map((version) => {
      const shape = shapes.get(version.name) as Shape;
      return {
        ...toResource(spec, version, shape),
        fromStored: converter(shape, !hasOldObjects),
        ...(stored === undefined ? {} : { toStored: converter(stored, true) }),
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

/**
 * Objects as one version shows them: conversion strategy `None` changes nothing but the name, then the version's schema
 * drops what it does not know and fills in its defaults. What has not changed is shared with the original.
 */
function converter({ apiVersion, schema }: Shape, isTrusted: boolean): (object: KubeObject) => KubeObject {
  const shown = new WeakMap<KubeObject, KubeObject>();
  const convert = (object: KubeObject): KubeObject => {
    const copy = cloneJson({ ...object, apiVersion });
    prune(copy as unknown as MutableJson, schema);
    applyDefaults(copy as unknown as MutableJson, schema);
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

/** Definitions are accepted as soon as they are valid: their status says so in the write that stores them. */
export const crdStrategy: Strategy = {
  defaults(object, previous, { now }) {
    const spec = objectAt(object, 'spec');
    const names = objectAt(spec, 'names');
    if (typeof names.kind === 'string') {
      names.singular ??= names.kind.toLowerCase();
      names.listKind ??= `${names.kind}List`;
    }
    spec.conversion ??= { strategy: 'None' };
    if (spec.preserveUnknownFields === false) delete spec.preserveUnknownFields;
    if (previous === undefined)
      object.metadata.finalizers = [...new Set([...(object.metadata.finalizers ?? []), cleanupFinalizer])];
    object.status = statusOf(object, previous, formatInstant(now));
  },
  validate(object, previous) {
    const spec = object.spec as Partial<CrdSpec> & { conversion?: { strategy?: string } };
    const { group, names, versions = [], scope } = spec;
    const errors: FieldError[] = [];
    if (group === undefined || group === '') errors.push(required('spec.group'));
    for (const name of ['plural', 'kind'] as const) {
      if (names?.[name] === undefined) errors.push(required(`spec.names.${name}`));
    }
    if (scope === undefined) errors.push(required('spec.scope'));
    const expected = `${names?.plural}.${group}`;
    if (object.metadata.name !== expected) {
      errors.push(
        invalidValue('metadata.name', object.metadata.name, 'must be spec.names.plural+"."+spec.group'),
      );
    }
    if (spec.conversion?.strategy === 'Webhook') {
      errors.push(
        invalidValue(
          'spec.conversion.strategy',
          'Webhook',
          'the sandbox calls no webhooks; only None is supported',
        ),
      );
    }
    if (versions.filter(({ storage }) => storage).length !== 1) {
      errors.push(
        invalidValue(
          'spec.versions',
          versions.map(({ name }) => name),
          'must have exactly one version marked as storage version',
        ),
      );
    }
    for (const [index, version] of versions.entries())
      errors.push(...validateVersion(version, `spec.versions[${index}]`));
    const before = previous?.spec as CrdSpec | undefined;
    if (before !== undefined && before.scope !== scope)
      errors.push(invalidValue('spec.scope', scope, 'field is immutable'));
    return errors;
  },
  warnings(object) {
    const { versions } = object.spec as CrdSpec;
    const unread = versions.reduce(
      (sum, { schema }) => sum + unreadableRules(schema?.openAPIV3Schema ?? {}),
      0,
    );
    return unread === 0
      ? []
      : [`the sandbox does not evaluate ${unread} of the x-kubernetes-validations rules`];
  },
};

function validateVersion(version: CrdVersion, path: string): readonly FieldError[] {
  const schema = version.schema?.openAPIV3Schema;
  if (schema === undefined) return [required(`${path}.schema.openAPIV3Schema`)];
  return validateStructure(schema, `${path}.schema.openAPIV3Schema`);
}

/** Keeps the conditions' times while nothing changes. */
function statusOf(object: KubeObject, previous: KubeObject | undefined, now: string): unknown {
  const spec = object.spec as CrdSpec;
  const old = (previous?.status ?? {}) as MutableJson;
  const storage = spec.versions?.find((version) => version.storage)?.name;
  const stored = new Set([
    ...((old.storedVersions as string[] | undefined) ?? []),
    ...(storage === undefined ? [] : [storage]),
  ]);
  const condition = (type: string, reason: string, message: string) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
    reason,
    message,
  });
  return {
    conditions: old.conditions ?? [
      condition('NamesAccepted', 'NoConflicts', 'no conflicts found'),
      condition('Established', 'InitialNamesAccepted', 'the initial names have been accepted'),
    ],
    acceptedNames: spec.names,
    storedVersions: [...stored],
  };
}

/** Serves what the definitions describe, as soon as they are stored, and stops when they go. */
export function serveDefinitions(engine: Engine): (change: Change) => void {
  const { registry, store } = engine;

  const serve = ({ object, previous }: Change) => {
    if (previous !== undefined && jsonEqual(previous.spec, object.spec)) return;
    const { group, names } = object.spec as CrdSpec;
    registry.remove(group, names.plural);
    const hasOldObjects = store.table(object.metadata.name).size() > 0;
    for (const resource of resourcesOf(object, hasOldObjects)) registry.add(resource);
  };

  const release = (crd: KubeObject) => {
    const definition = registry.byStorage(crdStorage);
    const { finalizers = [], ...metadata } = crd.metadata;
    const others = finalizers.filter((name) => name !== cleanupFinalizer);
    if (definition === undefined || others.length === finalizers.length) return;
    storeOrRemove(engine, definition, {
      ...crd,
      metadata: { ...metadata, ...(others.length === 0 ? {} : { finalizers: others }) },
    });
  };

  /** Deletes the objects of a definition that is going, and lets it go after the last of them. */
  const clean = (crd: KubeObject) => {
    const resource = registry.byStorage(crd.metadata.name);
    const remaining = () => store.table(crd.metadata.name).list();
    for (const object of remaining()) {
      if (resource === undefined || object.metadata.deletionTimestamp !== undefined) continue;
      removeObject(engine, resource, object, {
        dryRun: false,
        propagation: 'Background',
        gracePeriodSeconds: undefined,
        uid: undefined,
        resourceVersion: undefined,
      });
    }
    const live = store.table(crdStorage).get(undefined, crd.metadata.name);
    if (live !== undefined && remaining().length === 0) release(live);
  };

  return (change) => {
    const { resource, object, type } = change;
    if (resource === crdStorage) {
      if (type === 'DELETED') {
        const { group, names } = object.spec as CrdSpec;
        registry.remove(group, names.plural);
        store.drop(object.metadata.name);
      } else if (object.metadata.deletionTimestamp === undefined) serve(change);
      else if (change.previous?.metadata.deletionTimestamp === undefined) clean(object);
      return;
    }
    if (type !== 'DELETED') return;
    const crd = store.table(crdStorage).get(undefined, resource);
    if (crd?.metadata.deletionTimestamp !== undefined) clean(crd);
  };
}

export function isCrd(value: unknown): value is KubeObject {
  return isObject(value) && value.kind === 'CustomResourceDefinition';
}
