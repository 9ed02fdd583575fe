import { type KubeObject, objectKey } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';
import { formatInstant } from '../../kernel/instant.ts';
import { failureOf } from './annotations.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { conditionOf, isActive } from './pods.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.pods;
const component = 'default-scheduler';

interface Node extends KubeObject {
  spec?: { unschedulable?: boolean; taints?: readonly { effect: string }[] };
}

/** Places each pod on the node that has the fewest. Node selectors, cordons and taints count; resources are plenty. */
export function scheduler(): Controller {
  const podsOnNode = new Map<string, number>();
  const place = (pod: Pod, nodes: readonly Node[]): Node | undefined => {
    const wanted = Object.entries((pod.spec?.['nodeSelector'] ?? {}) as Record<string, string>);
    const fitting = nodes.filter(
      ({ metadata, spec }) =>
        spec?.unschedulable !== true &&
        (spec?.taints ?? []).length === 0 &&
        wanted.every(([name, value]) => metadata.labels?.[name] === value),
    );
    const count = ({ metadata }: Node) => podsOnNode.get(metadata.name) ?? 0;
    return fitting.reduce<Node | undefined>(
      (best, node) => (best === undefined || count(node) < count(best) ? node : best),
      undefined,
    );
  };
  const adjust = (pod: KubeObject | undefined, change: number) => {
    const name = (pod as Pod | undefined)?.spec?.['nodeName'];
    if (typeof name === 'string') podsOnNode.set(name, (podsOnNode.get(name) ?? 0) + change);
  };
  return {
    name: 'scheduler',
    concerns({ resource, type: change, object, previous }, api) {
      if (resource === 'nodes') return waitingPods(api);
      if (resource !== 'pods') return [];
      adjust(previous, -1);
      if (change !== 'DELETED') adjust(object, 1);
      const isPlaced = (object as Pod).spec?.['nodeName'] !== undefined;
      return change === 'DELETED' || isPlaced
        ? []
        : [objectKey(object.metadata.namespace, object.metadata.name)];
    },
    reconcile(namespace, name, api) {
      const pod = api.get<Pod>(type, namespace, name);
      if (pod === undefined || !isActive(pod) || pod.spec?.['nodeName'] !== undefined) return undefined;
      const nodes = api.list<Node>(workloadResources.nodes);
      const node = failureOf(pod) === 'unschedulable' ? undefined : place(pod, nodes);
      if (node === undefined) refuse(api, pod, nodes.length);
      else bind(api, pod, node);
      return undefined;
    },
  };
}

function waitingPods(api: WorkloadApi) {
  return api
    .list<Pod>(type)
    .filter((pod) => pod.spec?.['nodeName'] === undefined)
    .map(({ metadata }) => objectKey(metadata.namespace, metadata.name));
}

function bind(api: WorkloadApi, pod: Pod, node: Node): void {
  const { name, namespace } = pod.metadata;
  const target = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name };
  api.post(type, pod, 'binding', {
    apiVersion: 'v1',
    kind: 'Binding',
    metadata: { name, namespace },
    target,
  });
  const message = `Successfully assigned ${namespace}/${name} to ${node.metadata.name}`;
  recordEvent(api, pod, { reason: 'Scheduled', message, component });
}

function refuse(api: WorkloadApi, pod: Pod, nodeCount: number): void {
  const message = `0/${nodeCount} nodes are available: ${nodeCount} Insufficient cpu.`;
  if (conditionOf(pod, 'PodScheduled')?.status === 'False') return;
  const lastTransitionTime = formatInstant(api.now());
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime,
  };
  api.patch(type, pod, { status: { phase: 'Pending', conditions: [condition] } }, 'status');
  recordEvent(api, pod, { type: 'Warning', reason: 'FailedScheduling', message, component });
}
