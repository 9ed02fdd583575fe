import { podTemplateHashLabel } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AppMeshVirtualNode, AppMeshVirtualRouter, AppMeshVirtualService } from '../../api/routes.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem, TrafficRouter } from '../../ports/traffic-router.ts';
import { percentOf } from '../percent.ts';
import { required } from '../required.ts';
import { appMeshOf, appMeshRefs, place } from './references.ts';
import { editedRoutes, roleOf, targetsOf, weightedRouter } from './routes.ts';

const base = 'spec.strategy.canary.trafficRouting.appMesh';

/**
 * AWS App Mesh: two VirtualNodes select the pods of the two versions, and the routes of a VirtualRouter weigh the nodes.
 * Two nodes may never select the same pods: with nothing to select, a node's hash is a word that no pod has.
 */
export const appMesh: TrafficRouter = {
  kind: 'appMesh',
  capabilities: new Set(['weight']),
  objects: appMeshRefs,
  // pods stand behind a node before it gets a weight, and for as long as it has one
  writeOrder: (_rollout, { canary }, count) => {
    const { canaryNode, stableNode, virtualService, virtualRouter } = place;
    const last = count > virtualRouter ? [virtualRouter] : [];
    return canary.weight > 0
      ? [canaryNode, stableNode, virtualService, ...last]
      : [stableNode, virtualService, ...last, canaryNode];
  },
  validate,
  render(rollout, current, split) {
    const refs = appMeshRefs(rollout, { get: () => current[place.virtualService] as never, list: () => [] });
    const at = <T extends KubeObject>(index: number) => required<T>(current[index], refs[index] as never);
    const service = at<AppMeshVirtualService>(place.virtualService);
    const { stable, canary } = split;
    const stableHash = stable.podTemplateHash || 'stable-hash';
    const isOwn = canary.podTemplateHash !== '' && canary.podTemplateHash !== stable.podTemplateHash;
    return [
      selecting(at<AppMeshVirtualNode>(place.canaryNode), isOwn ? canary.podTemplateHash : 'canary-hash'),
      selecting(at<AppMeshVirtualNode>(place.stableNode), stableHash),
      service,
      weightedRouter(rollout, at<AppMeshVirtualRouter>(place.virtualRouter), split),
    ];
  },
  describeChange: ({ kind, metadata }, split) =>
    kind === 'VirtualNode'
      ? { reason: 'UpdatedVirtualNode', message: `VirtualNode \`${metadata.name}\` selects other pods` }
      : {
          reason: 'UpdatedVirtualRouter',
          message: `VirtualRouter \`${metadata.name}\` set to desiredWeight '${split.canary.weight}'`,
        },
  readWeight(rollout, current, split) {
    const router = current[place.virtualRouter] as AppMeshVirtualRouter | undefined;
    if (router === undefined) return undefined;
    const weights = editedRoutes(rollout, router).flatMap((route) =>
      (targetsOf(route) ?? [])
        .filter((target) => roleOf(rollout, target) === 'canary')
        .map(({ weight = 0 }) => weight),
    );
    if (weights.length === 0) return undefined;
    const percent = Math.max(...weights);
    return split !== undefined && percentOf(split) === percent ? split.canary.weight : percent;
  },
};

function selecting(node: AppMeshVirtualNode, hash: string): AppMeshVirtualNode {
  const { podSelector = {} } = node.spec;
  if (podSelector.matchLabels?.[podTemplateHashLabel] === hash) return node;
  const matchLabels = { ...podSelector.matchLabels, [podTemplateHashLabel]: hash };
  return { ...node, spec: { ...node.spec, podSelector: { ...podSelector, matchLabels } } };
}

function validate(rollout: Rollout, current: readonly (KubeObject | undefined)[]): readonly RouteProblem[] {
  const { virtualService, virtualNodeGroup } = appMeshOf(rollout);
  const problem = (field: string, value: string | undefined, detail: string) => [
    { path: `${base}.${field}`, value: value ?? '', detail },
  ];
  if ((virtualService?.name ?? '') === '') {
    return problem('virtualService.name', '', 'Virtual-service is missing: name one');
  }
  const refs = appMeshRefs(rollout, { get: () => current[place.virtualService] as never, list: () => [] });
  const fields = [
    'virtualNodeGroup.canaryVirtualNodeRef.name',
    'virtualNodeGroup.stableVirtualNodeRef.name',
    'virtualService.name',
    'virtualService.name',
  ];
  if (virtualNodeGroup === undefined)
    return problem('virtualNodeGroup', '', 'Virtual-node is missing: name both');
  const { virtualService: service, canaryNode, stableNode, virtualRouter } = place;
  for (const index of [service, canaryNode, stableNode, virtualRouter]) {
    const ref = refs[index];
    if (ref === undefined || current[index] !== undefined) continue;
    const { type, name } = ref;
    return problem(fields[index] ?? '', name, `${type.plural}.${type.group} "${name}" not found`);
  }
  const { name } = refs[place.virtualService] as { name: string };
  const router = current[place.virtualRouter] as AppMeshVirtualRouter | undefined;
  if (router === undefined) {
    return problem('virtualService.name', name, 'Virtual-service is not associated with virtual-router');
  }
  return routerProblems(rollout, router).flatMap((detail) => problem('virtualService.name', name, detail));
}

function routerProblems(rollout: Rollout, router: AppMeshVirtualRouter): readonly string[] {
  const { name } = router.metadata;
  const { routes: names = [] } = appMeshOf(rollout).virtualService ?? {};
  const lost = names.find((wanted) => !router.spec.routes?.some((route) => route.name === wanted));
  if (lost !== undefined) return [`Virtual-router ${name} has no route ${lost}`];
  const edited = editedRoutes(rollout, router);
  if (edited.length === 0) return [`Virtual-router ${name} has no routes`];
  return edited.flatMap((route) => {
    const targets = targetsOf(route) ?? [];
    const roles = targets.map((target) => roleOf(rollout, target));
    const isWhole = targets.length === 2 && roles.includes('stable') && roles.includes('canary');
    if (isWhole && targets.every(({ weight }) => weight !== undefined)) return [];
    const wanted = 'two weighted targets, the stable and the canary virtual-node';
    return [
      `Virtual-router ${name} is not well-formed: route ${route.name} must have ${wanted}, each with a weight`,
    ];
  });
}
