import { type KubeObject, objectKey } from '../../api/meta.ts';
import type { Ingress } from '../../api/routes.ts';
import type { Service } from '../../api/workloads.ts';
import type { Controller } from './controller.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const { ingresses, services } = workloadResources;

/** Gives Ingresses and Services of type LoadBalancer the address that a cloud would give them. */
export const loadBalancers: Controller = {
  name: 'load-balancers',
  concerns({ resource, type, object }) {
    if (type === 'DELETED' || (resource !== storageOf(ingresses) && resource !== 'services')) return [];
    if (hasAddress(object)) return [];
    return [objectKey(object.metadata.namespace, object.metadata.name)];
  },
  reconcile(namespace, name, api) {
    const service = api.get<Service>(services, namespace, name);
    if (service?.spec['type'] === 'LoadBalancer') giveAddress(api, services, service);
    const ingress = api.get<Ingress>(ingresses, namespace, name);
    if (ingress !== undefined) giveAddress(api, ingresses, ingress);
    return undefined;
  },
};

function hasAddress({ status }: KubeObject): boolean {
  const { loadBalancer } = (status ?? {}) as { loadBalancer?: { ingress?: unknown[] } };
  return (loadBalancer?.ingress ?? []).length > 0;
}

function giveAddress(api: WorkloadApi, type: typeof ingresses | typeof services, object: KubeObject): void {
  if (hasAddress(object)) return;
  const { name, namespace } = object.metadata;
  const hostname = `${name}.${namespace}.lb.sandbox.local`;
  api.patch(type, object, { status: { loadBalancer: { ingress: [{ hostname }] } } }, 'status');
}
