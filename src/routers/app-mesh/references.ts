import { type ObjectRef, resources } from '../../api/resources.ts';
import type { AppMeshVirtualService } from '../../api/routes.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';
import type { ObjectSource } from '../../ports/object-source.ts';

export type AppMeshSettings = NonNullable<TrafficRouting['appMesh']>;

export function appMeshOf(rollout: Rollout): AppMeshSettings {
  return rollout.spec.strategy?.canary?.trafficRouting?.appMesh ?? {};
}

/** Places in the list of objects. */
export const place = { canaryNode: 0, stableNode: 1, virtualService: 2, virtualRouter: 3 } as const;

/** Both VirtualNodes, the VirtualService, and the VirtualRouter that the VirtualService names once it is known. */
export function appMeshRefs(rollout: Rollout, known: ObjectSource | undefined): readonly ObjectRef[] {
  const { namespace } = rollout.metadata;
  const { virtualNodeGroup, virtualService } = appMeshOf(rollout);
  const node = (name = ''): ObjectRef => ({ type: resources.appMeshVirtualNodes, namespace, name });
  const service: ObjectRef = {
    type: resources.appMeshVirtualServices,
    namespace,
    name: virtualService?.name ?? '',
  };
  return [
    node(virtualNodeGroup?.canaryVirtualNodeRef?.name),
    node(virtualNodeGroup?.stableVirtualNodeRef?.name),
    service,
    ...routerRef(known?.get<AppMeshVirtualService>(service)),
  ];
}

function routerRef(service: AppMeshVirtualService | undefined): readonly ObjectRef[] {
  const ref = service?.spec.provider?.virtualRouter?.virtualRouterRef;
  if (service === undefined || ref === undefined) return [];
  const namespace = ref.namespace ?? service.metadata.namespace;
  return [{ type: resources.appMeshVirtualRouters, namespace, name: ref.name }];
}
