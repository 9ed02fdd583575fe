import { execFileSync } from 'node:child_process';
import type { KubeObject } from '../../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../../src/api/resources.ts';
import { realClock } from '../../../src/kernel/clock.ts';
import { random } from '../../../src/kernel/random.ts';
import {
  type Permission,
  type PermissionPart,
  permissions,
  rulesOf,
  selfServicePermissions,
} from '../../../src/operator/permissions.ts';
import { type Cluster, isApiError } from '../../../src/ports/cluster.ts';
import { type Connection, connect } from '../../../src/shell/kube-client/connect.ts';
import { kustomized } from './chart.ts';
import type { ControlPlane } from './control-plane.ts';

const rbac = (kind: string, plural: string, namespaced: boolean): ResourceType => ({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind,
  plural,
  namespaced,
});
const granting: readonly ResourceType[] = [
  resources.namespaces,
  { group: '', version: 'v1', kind: 'ServiceAccount', plural: 'serviceaccounts', namespaced: true },
  rbac('ClusterRole', 'clusterroles', false),
  rbac('ClusterRoleBinding', 'clusterrolebindings', false),
  rbac('Role', 'roles', true),
  rbac('RoleBinding', 'rolebindings', true),
];

/** Installs the rights of a folder of config/, and nothing else of it. */
export async function grant(
  admin: Cluster,
  folder: 'config/cluster' | 'config/namespaced' | 'config/self-service',
  namespace = 'sluice',
): Promise<void> {
  for (const object of kustomized(folder)) {
    const type = granting.find(({ kind }) => kind === object.kind);
    if (type === undefined) continue;
    await admin.create(inNamespace(object, type, namespace), type).catch((error) => {
      if (!isApiError(error, 409)) throw error;
    });
  }
}

function inNamespace(object: KubeObject, type: ResourceType, namespace: string): KubeObject {
  const { subjects, ...rest } = object as KubeObject & { subjects?: readonly object[] };
  return {
    ...rest,
    apiVersion: apiVersionOf(type),
    metadata: { ...object.metadata, ...(type.namespaced && { namespace }) },
    ...(subjects && { subjects: subjects.map((subject) => ({ ...subject, namespace })) }),
  } as KubeObject;
}

/** The controller's own way to the server: under its service account, whose token the server has made. */
export async function asController(plane: ControlPlane, namespace = 'sluice'): Promise<Connection> {
  return connect(
    { file: plane.kubeconfig, token: tokenOf(plane, namespace) },
    { clock: realClock(), random: random(1), limits: { perSecond: 1000, burst: 1000 } },
  );
}

export function tokenOf({ kubeconfig }: ControlPlane, namespace = 'sluice'): string {
  const args = ['--kubeconfig', kubeconfig, 'create', 'token', 'sluice', '--namespace', namespace];
  return execFileSync('kubectl', args, { encoding: 'utf8' }).trim();
}

/** What the controllers asked for in vain. */
export function refused({ requests }: ControlPlane): string[] {
  return requests()
    .filter(({ user, status }) => user.startsWith('system:serviceaccount:') && status === 403)
    .map(({ verb, group, resource, subresource, namespace, name }) =>
      [verb, nameOf(resource, subresource, group), 'in', namespace, name].join(' '),
    );
}

/** Where it is shown that a part's rights are all made use of: everything granted has a place here, or does not compile. */
const judgedIn = {
  core: 'stories',
  jobs: 'stories',
  secrets: 'runs',
  selfService: 'notifications',
  awsLoadBalancerController: 'load balancers',
  ambassador: 'routers',
  apisix: 'routers',
  awsAppMesh: 'routers',
  gatewayAPI: 'routers',
  ingress: 'routers',
  istio: 'routers',
  smi: 'routers',
  traefik: 'routers',
} as const satisfies Record<PermissionPart, string>;

/** The rights on what is watched that a suite has to make use of. */
export function judged(suite: (typeof judgedIn)[PermissionPart]): readonly Permission[] {
  return [...permissions, ...selfServicePermissions].filter(({ part }) => judgedIn[part] === suite);
}

/**
 * Rights that were never made use of. Not judged: those on finalizers, which an admission plugin asks for, leaving no trace in the
 * log; `notingOwners` tells of them.
 */
export function unused(
  { requests }: Pick<ControlPlane, 'requests'>,
  granted: readonly Permission[],
): string[] {
  const used = new Set(
    requests()
      .filter(({ user }) => user.startsWith('system:serviceaccount:'))
      .map(({ verb, group, resource, subresource }) => `${verb} ${nameOf(resource, subresource, group)}`),
  );
  return granted
    .filter(({ subresource }) => subresource !== 'finalizers')
    .flatMap((permission) => {
      const groups = rulesOf([permission])[0]?.apiGroups ?? [];
      const { type, subresource, verbs } = permission;
      return verbs
        .filter(
          (verb) => !groups.some((group) => used.has(`${verb} ${nameOf(type.plural, subresource, group)}`)),
        )
        .map((verb) => `${verb} ${nameOf(type.plural, subresource, type.group)}`);
    });
}

/**
 * The way to a cluster that tells which kinds an object gets for an owner whose deletion waits for it: what the right on their
 * finalizers is asked for.
 */
export function notingOwners(cluster: Cluster, kinds: Set<string>): Cluster {
  const note = ({ metadata }: Partial<KubeObject>) => {
    const owners = metadata?.ownerReferences ?? [];
    for (const { kind } of owners.filter(({ blockOwnerDeletion }) => blockOwnerDeletion)) kinds.add(kind);
  };
  return {
    ...cluster,
    create: (object, type, options) => {
      note(object);
      return cluster.create(object, type, options);
    },
    patch: (ref, patch, options) => {
      note(patch.body as Partial<KubeObject>);
      return cluster.patch(ref, patch, options);
    },
  };
}

function nameOf(resource: string, subresource: string | undefined, group: string): string {
  return `${resource}${subresource === undefined ? '' : `/${subresource}`}${group === '' ? '' : `.${group}`}`;
}
