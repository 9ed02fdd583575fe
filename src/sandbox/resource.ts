import type { KubeObject } from '../api/meta.ts';
import type { ResourceType } from '../api/resources.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Schema } from './schema/schema.ts';
import { type FieldError, qualified } from './status.ts';

/** What a strategy may look at beside the object itself. */
export interface Surroundings {
  readonly now: Instant;
  /** Objects of another resource, for allocations (`clusterIP`) and references. */
  list(resource: string, namespace?: string): readonly KubeObject[];
  get(resource: string, namespace: string | undefined, name: string): KubeObject | undefined;
}

/**
 * What one kind does beyond what all kinds do. What the first two are given is a fresh copy and may be changed in place.
 * `previous` is absent on creation.
 */
export interface Strategy {
  /** Sets what is not there. Runs on every write through the main door, before validation. */
  defaults?(object: KubeObject, previous: KubeObject | undefined, around: Surroundings): void;
  /** The same for a write through the status door, which sees the status alone. */
  statusDefaults?(status: Record<string, unknown>, previous: unknown): void;
  /** What is wrong with the object as a whole, or with the change to it. */
  validate?(
    object: KubeObject,
    previous: KubeObject | undefined,
    around: Surroundings,
  ): readonly FieldError[];
  /** The same for a write through the status door. */
  validateStatus?(object: KubeObject): readonly FieldError[];
  /** What admission adds to a new object after its fields have found their owners. */
  admission?(object: KubeObject, around: Surroundings): void;
  /** What goes from an object after the fields of a change have found their owners. */
  settle?(object: KubeObject, previous: KubeObject): void;
  /** Things that are legal but deserve a `Warning` header. */
  warnings?(object: KubeObject, previous?: KubeObject): readonly string[];
}

export interface ScalePaths {
  readonly specReplicasPath: string;
  readonly statusReplicasPath: string;
  readonly labelSelectorPath?: string;
}

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** 0 is shown always, 1 only with `-o wide`. */
  readonly priority?: number;
}

export interface TableShape {
  readonly columns: readonly Column[];
  cells(object: KubeObject, now: Instant): readonly unknown[];
}

export const allVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const;

/** One served version of one resource: everything the server needs to know to serve it. */
export interface Resource extends ResourceType {
  readonly singular: string;
  readonly listKind: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly string[];
  readonly subresources: ReadonlySet<string>;
  readonly scale?: ScalePaths;
  /** Where its objects are kept; versions of a resource share it. */
  readonly storage: string;
  readonly schema: Schema | undefined;
  /** OpenAPI name of a built-in kind's structure, without `io.k8s.`. */
  readonly definition?: string;
  /** Compiled into a real API server: strategic merge patches work, wrong types are decode errors. */
  readonly builtin: boolean;
  /** Whether `metadata.generation` counts the changes of the desired state. */
  readonly hasGeneration: boolean;
  readonly strategy: Strategy;
  /** Told with every answer, when the version is deprecated. */
  readonly deprecationWarning?: string;
  readonly table: TableShape | undefined;
  /** Field selectors beside `metadata.name` and `metadata.namespace`, with where to read them. */
  readonly selectableFields: Readonly<Record<string, (object: KubeObject) => string>>;
  /** A custom resource refuses a PUT without a resourceVersion; most built-in kinds do not. */
  readonly allowsUnconditionalUpdate: boolean;
  /** A PUT of what is not there creates it. */
  readonly createsOnUpdate: boolean;
  /** What a DELETE without a policy does to dependents. */
  readonly defaultPropagation: 'Background' | 'Orphan';
  /** A cheap change of shape between the stored object and this version's. */
  readonly fromStored: (object: KubeObject) => KubeObject;
  readonly toStored: (object: KubeObject) => KubeObject;
}

export interface ResourceRegistry {
  add(resource: Resource): void;
  remove(group: string, plural: string): void;
  find(group: string, version: string, plural: string): Resource | undefined;
  /** Whether any of the built-in kinds is in the group. */
  isBuiltin(group: string): boolean;
  byKind(group: string, version: string, kind: string): Resource | undefined;
  /** The first version registered for a storage table. */
  byStorage(storage: string): Resource | undefined;
  all(): readonly Resource[];
  /** Counts the changes, so that documents derived from the registry know when they are old. */
  edition(): number;
}

export function createRegistry(): ResourceRegistry {
  const resources = new Map<string, Resource>();
  let edition = 0;
  let known = { edition: -1, firsts: new Map<string, Resource>() };
  const keyOf = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;
  return {
    add(resource) {
      resources.set(keyOf(resource.group, resource.version, resource.plural), resource);
      edition += 1;
    },
    remove(group, plural) {
      for (const [key, resource] of resources) {
        if (resource.group === group && resource.plural === plural) resources.delete(key);
      }
      edition += 1;
    },
    find: (group, version, plural) => resources.get(keyOf(group, version, plural)),
    isBuiltin: (group) =>
      [...resources.values()].some((resource) => resource.group === group && resource.builtin),
    byKind: (group, version, kind) =>
      [...resources.values()].find(
        (resource) => resource.group === group && resource.version === version && resource.kind === kind,
      ),
    byStorage: (storage) => {
      if (known.edition !== edition) known = { edition, firsts: firstsByStorage(resources.values()) };
      return known.firsts.get(storage);
    },
    all: () => [...resources.values()],
    edition: () => edition,
  };
}

function firstsByStorage(resources: Iterable<Resource>): Map<string, Resource> {
  const firsts = new Map<string, Resource>();
  for (const resource of resources) if (!firsts.has(resource.storage)) firsts.set(resource.storage, resource);
  return firsts;
}

/** The Go package with the server's own types of a group, which a few refusals name. */
export const goPackage = (group: string): string =>
  group === '' ? 'core' : (group.split('.', 1)[0] as string);

const nothing = new Set<string>();
const same = (object: KubeObject): KubeObject => object;

/** A resource with the usual properties for whatever is not named. */
export function defineResource(type: ResourceType, own: Partial<Resource> = {}): Resource {
  return {
    singular: type.kind.toLowerCase(),
    listKind: `${type.kind}List`,
    shortNames: [],
    categories: [],
    verbs: allVerbs,
    subresources: nothing,
    storage: qualified(type),
    schema: undefined,
    builtin: false,
    hasGeneration: false,
    strategy: {},
    table: undefined,
    selectableFields: {},
    allowsUnconditionalUpdate: true,
    createsOnUpdate: false,
    defaultPropagation: 'Background',
    fromStored: same,
    toStored: same,
    ...type,
    ...own,
  };
}
