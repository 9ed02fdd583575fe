import { type KubeObject, objectKey } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';
import { addSeconds, formatInstant, type Instant } from '../../kernel/instant.ts';
import { isLost } from './annotations.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { conditionOf, isEnding, isReady } from './pods.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

interface Node extends KubeObject {
  spec?: { taints?: readonly Taint[] };
  status?: { conditions?: readonly Condition[] };
}
interface Taint {
  readonly key: string;
  readonly effect: string;
}
interface Condition {
  readonly type: string;
  readonly status: string;
}

const { nodes, pods } = workloadResources;
/** A node that is silent for so long is taken for lost: `--node-monitor-grace-period` of Kubernetes 1.32 and newer. */
const graceSeconds = 50;
/** Pods tolerate an unreachable node for so long, by the toleration that admission gives them. */
const tolerationSeconds = 300;
const unreachable = 'node.kubernetes.io/unreachable';

/** Notices that a node is out of reach, takes its pods out of service, and evicts them when that lasts. */
export function nodeLifecycle(): Controller {
  const lostAt = new Map<string, Instant>();
  return {
    name: 'node-lifecycle',
    concerns({ resource, type, object }) {
      if (resource !== 'nodes') return [];
      if (type === 'DELETED' || !isLost(object)) lostAt.delete(object.metadata.name);
      return type === 'DELETED' ? [] : [objectKey(undefined, object.metadata.name)];
    },
    reconcile(_, name, api) {
      const node = api.get<Node>(nodes, undefined, name);
      if (node === undefined) return undefined;
      if (!isLost(node)) {
        if (isUnknown(node)) restore(api, node);
        return undefined;
      }
      const since = lostAt.get(name) ?? api.now();
      lostAt.set(name, since);
      const knownAt = addSeconds(since, graceSeconds);
      if (api.now() < knownAt) return knownAt;
      if (!isUnknown(node)) giveUp(api, node);
      const evictAt = addSeconds(knownAt, tolerationSeconds);
      if (api.now() < evictAt) return evictAt;
      for (const pod of podsOn(api, name)) if (!isEnding(pod)) api.remove(pods, pod);
      return undefined;
    },
  };
}

function isUnknown({ status }: Node): boolean {
  return (
    status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'Unknown') === true
  );
}

function podsOn(api: WorkloadApi, name: string): readonly Pod[] {
  return api.list<Pod>(pods).filter(({ spec }) => spec?.['nodeName'] === name);
}

function giveUp(api: WorkloadApi, node: Node): void {
  const at = formatInstant(api.now());
  setReady(api, node, {
    status: 'Unknown',
    reason: 'NodeStatusUnknown',
    message: 'Kubelet stopped posting node status.',
  });
  const kept = (node.spec?.taints ?? []).filter(({ key }) => key !== unreachable);
  const effects = ['NoSchedule', 'NoExecute'];
  const taints = effects.map((effect) => ({ key: unreachable, effect, timeAdded: at }));
  api.patch(nodes, node, { spec: { taints: [...kept, ...taints] } });
  for (const pod of podsOn(api, node.metadata.name)) {
    if (!isReady(pod)) continue;
    const conditions = (pod.status?.conditions ?? []).map((condition) =>
      condition === conditionOf(pod, 'Ready')
        ? { ...condition, status: 'False', lastTransitionTime: at }
        : condition,
    );
    api.patch(pods, pod, { status: { conditions } }, 'status');
    const message = 'Node is not ready';
    recordEvent(api, pod, { type: 'Warning', reason: 'NodeNotReady', message, component: 'node-controller' });
  }
}

function restore(api: WorkloadApi, node: Node): void {
  const message = 'the sandbox is always ready';
  setReady(api, node, { status: 'True', reason: 'KubeletReady', message });
  const kept = (node.spec?.taints ?? []).filter(({ key }) => key !== unreachable);
  api.patch(nodes, node, { spec: { taints: kept.length === 0 ? null : kept } });
}

function setReady(api: WorkloadApi, node: Node, ready: object): void {
  const at = formatInstant(api.now());
  const conditions = (node.status?.conditions ?? []).map((condition) =>
    condition.type === 'Ready'
      ? { ...condition, ...ready, lastHeartbeatTime: at, lastTransitionTime: at }
      : condition,
  );
  api.patch(nodes, node, { status: { conditions } }, 'status');
}
