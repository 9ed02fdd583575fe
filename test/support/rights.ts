import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType, resources } from '../../src/api/resources.ts';
import type { AccessVerb, Permission } from '../../src/operator/permissions.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';

/** One verb on one resource: `patch rollouts/status.argoproj.io`. */
export type Right = string;

export function rightOf(
  verb: AccessVerb,
  { plural, group }: Pick<ResourceType, 'plural' | 'group'>,
  subresource?: string,
): Right {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}

export function rightsIn(granted: readonly Permission[]): Right[] {
  return granted.flatMap(({ type, subresource, verbs }) =>
    verbs.map((verb) => rightOf(verb, type, subresource)),
  );
}

/** An API server that grants some rights and no others, as RBAC with the admission plugin OwnerReferencesPermissionEnforcement does. */
export interface Guard {
  readonly used: ReadonlySet<Right>;
  readonly refused: ReadonlySet<Right>;
  /** The cluster as one with these rights reaches it. */
  readonly between: (cluster: Cluster) => Cluster;
}

export interface GuardOptions {
  readonly granted: readonly Right[];
  /**
   * Each object that is created is said to be there already, as after a crash, and to the first attempt to give a field back
   * another writer was quicker: the ways on which objects are read by themselves.
   */
  readonly isUnkind?: boolean;
}

export function guardOf({ granted, isUnkind = false }: GuardOptions): Guard {
  const has = new Set(granted);
  const used = new Set<Right>();
  const refused = new Set<Right>();
  const ask = (right: Right) => {
    used.add(right);
    if (has.has(right)) return;
    refused.add(right);
    throw new ApiError(403, 'Forbidden', `no right to ${right}`);
  };
  const asked = new Set<string>();
  const isFirst = (what: string) => isUnkind && !asked.has(what) && asked.add(what);
  const between = (cluster: Cluster): Cluster => ({
    get: async (ref, signal) => {
      ask(rightOf('get', ref.type));
      return cluster.get(ref, signal);
    },
    list: async (type, options) => {
      ask(rightOf('list', type));
      return cluster.list(type, options);
    },
    watch: (type, options, signal) => {
      ask(rightOf('watch', type));
      return cluster.watch(type, options, signal);
    },
    create: async (object, type, options) => {
      ask(rightOf('create', type, options?.subresource));
      blockers(object).forEach(ask);
      const answer = await cluster.create(object, type, options);
      const { namespace, name } = answer.metadata;
      if (type !== resources.events && isFirst(`create ${type.plural} ${namespace}/${name}`))
        throw new ApiError(409, 'AlreadyExists', `${type.plural} "${name}" already exists`);
      return answer;
    },
    replace: async (object, type, options) => {
      ask(rightOf('update', type, options?.subresource));
      return cluster.replace(object, type, options);
    },
    patch: async (ref, patch, options) => {
      ask(rightOf('patch', ref.type, options?.subresource));
      blockers(patch.body as Partial<KubeObject>).forEach(ask);
      const { metadata } = patch.body as Partial<KubeObject>;
      if (metadata?.managedFields !== undefined && isFirst(`give back ${nameOf(ref)}`))
        throw new ApiError(409, 'Conflict', 'somebody else was quicker');
      return cluster.patch(ref, patch, options);
    },
    delete: async (ref, options) => {
      ask(rightOf('delete', ref.type));
      return cluster.delete(ref, options);
    },
  });
  return { used, refused, between };
}

function nameOf({ type, namespace, name }: ObjectRef): string {
  return `${type.plural} ${namespace}/${name}`;
}

/** What the plugin asks for when an owner is named whose deletion waits for the object. */
function blockers({ metadata }: Partial<KubeObject>): Right[] {
  const owners = (metadata?.ownerReferences ?? []).filter(({ blockOwnerDeletion }) => blockOwnerDeletion);
  return owners.flatMap(({ apiVersion, kind }) => {
    const type = Object.values(resources).find(
      (each) => each.kind === kind && apiVersionOf(each) === apiVersion,
    );
    return type === undefined ? [] : [rightOf('update', type, 'finalizers')];
  });
}
