import type { KubeObject } from '../../api/meta.ts';
import { apiVersionOf } from '../../api/resources.ts';
import type { Instant } from '../../kernel/instant.ts';
import { notAcceptable } from '../media.ts';
import type { Target } from '../request.ts';
import { goPackage, type Resource } from '../resource.ts';
import { genericTable } from './generic.ts';

interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly items: readonly KubeObject[];
}

/** One object in the form that the client's Accept header asks for. */
export function render(object: KubeObject, target: Target, now: Instant): unknown {
  const { rendering, resource } = target;
  switch (rendering.as) {
    case 'Table':
      return tableOf([object], { resourceVersion: object.metadata.resourceVersion }, target, now);
    case 'PartialObjectMetadata':
      return partial(object, rendering.version);
    case 'PartialObjectMetadataList':
      throw notAcceptable(
        `you requested PartialObjectMetadataList, but the requested object is not a list (*${goType(resource)})`,
      );
    default:
      return object;
  }
}

export function renderList(list: ObjectList, target: Target, now: Instant): unknown {
  const { rendering, resource } = target;
  switch (rendering.as) {
    case 'Table':
      return tableOf(list.items, list.metadata, target, now);
    case 'PartialObjectMetadata':
      throw notAcceptable(
        `you requested PartialObjectMetadata, but the requested object is a list (*${goType(resource)}List)`,
      );
    case 'PartialObjectMetadataList': {
      const items = list.items.map((item) => partial(item, rendering.version));
      return { ...list, kind: rendering.as, apiVersion: `meta.k8s.io/${rendering.version}`, items };
    }
    default:
      return resource.builtin ? withoutTypes(list) : list;
  }
}

/** The object of a watch event. Without kind and name it is a bookmark. */
export function renderEvent(
  object: KubeObject,
  target: Target,
  { now, isFirst }: { readonly now: Instant; readonly isFirst: boolean },
): unknown {
  const { rendering, resource } = target;
  const { kind } = resource;
  const whole = resource.fromStored(
    object.kind === undefined
      ? { kind, apiVersion: apiVersionOf(resource), metadata: object.metadata }
      : object,
  );
  switch (rendering.as) {
    case 'Table': {
      const { resourceVersion } = whole.metadata;
      const table = tableOf([whole], { resourceVersion }, target, now);
      return isFirst ? table : { ...table, columnDefinitions: null };
    }
    case 'PartialObjectMetadata':
    case 'PartialObjectMetadataList':
      return partial(whole, rendering.version);
    default:
      return whole;
  }
}

/** The Go type that a few refusals name. */
function goType({ builtin, group, kind }: Resource): string {
  if (!builtin) return 'unstructured.Unstructured';
  return `${goPackage(group)}.${kind}`;
}

/** The real server does not repeat kind and version on each item of a built-in kind's list. */
function withoutTypes(list: ObjectList): unknown {
  return { ...list, items: list.items.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item) };
}

function partial({ metadata }: KubeObject, version: string): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: `meta.k8s.io/${version}`, metadata };
}

/** What `kubectl get` prints: columns, and a row for each object. */
function tableOf(
  objects: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  { resource, rendering }: Target,
  now: Instant,
): object {
  const shape = resource.table ?? genericTable;
  const { includeObject, version } = rendering;
  const shown = (object: KubeObject) =>
    includeObject === 'None' ? null : includeObject === 'Object' ? object : partial(object, version);
  return {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: shape.columns.map(({ name, type, format = '', description = '', priority = 0 }) => {
      return { name, type, format, description, priority };
    }),
    rows: objects.map((object) => ({
      cells: shape.cells(object, now).map((cell) => cell ?? null),
      object: shown(object),
    })),
  };
}
