import type { KubeObject } from '../../api/meta.ts';
import type { Instant } from '../../kernel/instant.ts';
import { renderingOf, type Target } from '../request.ts';
import { genericTable } from './generic.ts';

interface ObjectList {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly items: readonly KubeObject[];
}

/** One object in the form that the client's Accept header asks for. */
export function render(object: KubeObject, target: Target, now: Instant): unknown {
  const { as } = renderingOf(target.request);
  if (as === 'Table')
    return tableOf([object], { resourceVersion: object.metadata.resourceVersion }, target, now);
  if (as === 'PartialObjectMetadata') return partial(object);
  return object;
}

export function renderList(list: ObjectList, target: Target, now: Instant): unknown {
  const { as } = renderingOf(target.request);
  if (as === 'Table') return tableOf(list.items, list.metadata, target, now);
  if (as !== 'PartialObjectMetadataList') return target.resource.builtin ? withoutTypes(list) : list;
  return { ...list, kind: as, apiVersion: 'meta.k8s.io/v1', items: list.items.map(partial) };
}

/** The real server does not repeat kind and version on each item of a built-in kind's list. */
function withoutTypes(list: ObjectList): unknown {
  return { ...list, items: list.items.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item) };
}

function partial({ metadata }: KubeObject): unknown {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata };
}

/** What `kubectl get` prints: columns, and a row for each object. */
function tableOf(
  objects: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  { resource, request }: Target,
  now: Instant,
): unknown {
  const shape = resource.table ?? genericTable;
  const include = request.query.get('includeObject') ?? 'Metadata';
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: shape.columns.map(({ name, type, format = '', description = '', priority = 0 }) => {
      return { name, type, format, description, priority };
    }),
    rows: objects.map((object) => ({
      cells: shape.cells(object, now),
      ...(include === 'None' ? {} : { object: include === 'Object' ? object : partial(object) }),
    })),
  };
}
