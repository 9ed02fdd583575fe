import { apiVersionOf } from '../../api/resources.ts';
import type { Resource, ResourceRegistry } from '../resource.ts';

/** A group with its served versions, the preferred one first. */
export interface Group {
  readonly name: string;
  readonly versions: readonly string[];
}

/** Groups in the order in which they came: the built-in ones first. The core group is named ''. */
export function groupsOf(registry: ResourceRegistry): readonly Group[] {
  const versions = new Map<string, Set<string>>();
  for (const { group, version } of registry.all()) {
    const known = versions.get(group) ?? new Set();
    known.add(version);
    versions.set(group, known);
  }
  return [...versions].map(([name, known]) => ({ name, versions: [...known].sort(byMaturity) }));
}

/** Kubernetes' order of versions: stable before beta before alpha, the higher number first, other words last. */
export function byMaturity(left: string, right: string): number {
  const [a, b] = [rankOf(left), rankOf(right)];
  for (let index = 0; index < a.length; index += 1) {
    const difference = (b[index] as number) - (a[index] as number);
    if (difference !== 0) return difference;
  }
  return left < right ? -1 : left > right ? 1 : 0;
}

const stages: readonly (string | undefined)[] = ['alpha', 'beta', undefined];

function rankOf(version: string): readonly number[] {
  const match = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version);
  if (match === null) return [-1, 0, 0];
  return [stages.indexOf(match[2]), Number(match[1]), Number(match[3] ?? 0)];
}

/** A subresource as discovery lists it. */
export interface Door {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
}

const readWrite = ['get', 'patch', 'update'];
const foreign: Readonly<Record<string, Omit<Door, 'name'>>> = {
  scale: { group: 'autoscaling', version: 'v1', kind: 'Scale', verbs: readWrite },
  eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'] },
  token: { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest', verbs: ['create'] },
  binding: { group: '', version: 'v1', kind: 'Binding', verbs: ['create'] },
};
/** Served with a refusal that explains itself, so not listed. */
const refused = new Set(['exec', 'attach', 'portforward', 'proxy']);

export function doorsOf(resource: Resource): readonly Door[] {
  const { group, version, kind } = resource;
  return [...resource.subresources]
    .filter((name) => !refused.has(name))
    .sort((a, b) => (resource.builtin === a < b ? -1 : 1))
    .map((name) => {
      const own = {
        group,
        version,
        kind,
        verbs: name === 'log' ? ['get'] : name === 'finalize' ? ['update'] : readWrite,
      };
      return { name, ...(foreign[name] ?? own) };
    });
}

/** The order in which the real server tells the verbs of a custom resource. */
const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

const verbsOf = ({ builtin, verbs }: Resource): readonly string[] => (builtin ? verbs : customVerbs);

/** `/api/v1`, `/apis/apps/v1`: resources of one group version. */
export function resourcesIn(registry: ResourceRegistry, group: string, version: string): readonly Resource[] {
  return registry
    .all()
    .filter((resource) => resource.group === group && resource.version === version)
    .sort((a, b) => (a.plural < b.plural ? -1 : 1));
}

export function resourceList(registry: ResourceRegistry, group: string, version: string): unknown {
  const resources = resourcesIn(registry, group, version).flatMap((resource) => [
    {
      name: resource.plural,
      singularName: resource.singular,
      namespaced: resource.namespaced,
      kind: resource.kind,
      verbs: verbsOf(resource),
      ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
      ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    },
    ...doorsOf(resource).map((door) => ({
      name: `${resource.plural}/${door.name}`,
      singularName: '',
      namespaced: resource.namespaced,
      ...(door.group === group ? {} : { group: door.group, version: door.version }),
      kind: door.kind,
      verbs: door.verbs,
    })),
  ]);
  return {
    kind: 'APIResourceList',
    ...(group === '' ? {} : { apiVersion: 'v1' }), // as on the real server, whose oldest document has none
    groupVersion: apiVersionOf({ group, version }),
    resources,
  };
}

export function apiGroup({ name, versions }: Group): Record<string, unknown> {
  const entries = versions.map((version) => ({ groupVersion: `${name}/${version}`, version }));
  return { name, versions: entries, preferredVersion: entries[0] };
}

/** All groups, versions and resources in one document (apidiscovery.k8s.io/v2). */
export function aggregated(registry: ResourceRegistry, groups: readonly Group[]): unknown {
  const items = groups.map(({ name, versions }) => ({
    metadata: name === '' ? {} : { name },
    versions: versions.map((version) => ({
      version,
      resources: resourcesIn(registry, name, version).map(aggregatedResource),
      freshness: 'Current',
    })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function aggregatedResource(resource: Resource): unknown {
  const { group, kind } = resource;
  const doors = doorsOf(resource);
  return {
    resource: resource.plural,
    responseKind: { group, version: versionOf(resource), kind },
    scope: resource.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: resource.singular,
    verbs: verbsOf(resource),
    ...(resource.shortNames.length === 0 ? {} : { shortNames: resource.shortNames }),
    ...(resource.categories.length === 0 ? {} : { categories: resource.categories }),
    ...(doors.length === 0
      ? {}
      : {
          subresources: doors.map((door) => ({
            subresource: door.name,
            responseKind: { group: door.group, version: versionOf(door), kind: door.kind },
            verbs: door.verbs,
          })),
        }),
  };
}

/** The document leaves out the version of what is in the core group. */
const versionOf = ({ group, version }: { readonly group: string; readonly version: string }): string =>
  group === '' ? '' : version;
