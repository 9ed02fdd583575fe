import { type KubeObject, keyOf, matchesSelector } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';
import type { Cancel } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { ApiServer } from '../server.ts';
import { lifeAnnotations, nodeAnnotations } from '../workloads/annotations.ts';
import { createPodIndex } from '../workloads/pod-index.ts';
import { isActive } from '../workloads/pods.ts';
import { type WorkloadApi, workloadApi, workloadResources } from '../workloads/workload-api.ts';
import type { NodeLostFault, Pods, PodsLostFault, StartsFault } from './plan.ts';

/** Takes pods away as they are. Answers which. */
export function losePods(
  { count = 1, pods }: PodsLostFault,
  server: ApiServer,
  stream: Random,
): readonly string[] {
  const api = apiOf(server);
  const fitting = api
    .list<Pod>(workloadResources.pods)
    .filter((pod) => isActive(pod) && isMeant(pod, pods))
    .sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const lost: Pod[] = [];
  while (lost.length < count && fitting.length > 0) {
    lost.push(...fitting.splice(stream.below(fitting.length), 1));
  }
  for (const pod of lost) api.remove(workloadResources.pods, pod, 0);
  return lost.map(keyOf);
}

/** Puts a node out of reach, until `restore`. */
export function loseNode(
  { node }: NodeLostFault,
  server: ApiServer,
  stream: Random,
): { readonly name: string; readonly restore: Cancel } {
  const api = apiOf(server);
  const nodes = api.list<KubeObject>(workloadResources.nodes);
  const name = node ?? nodes[stream.below(nodes.length)]?.metadata.name ?? '';
  const mark = (value: string | null) => {
    const live = api.get<KubeObject>(workloadResources.nodes, undefined, name);
    if (live === undefined) return;
    api.patch(workloadResources.nodes, live, {
      metadata: { annotations: { [nodeAnnotations.lost]: value } },
    });
  };
  mark('true');
  return { name, restore: () => mark(null) };
}

const defaultSlowSeconds = 60;

/** The annotations that a pod behaves by from its start on; undefined when this fault spares it. */
export function startFate(
  { how, seconds = defaultSlowSeconds, pods, chance = 1 }: StartsFault,
  pod: Pod,
  stream: Random,
): Readonly<Record<string, string>> | undefined {
  if (!isMeant(pod, pods) || (chance < 1 && stream.next() >= chance)) return undefined;
  return how === 'slow'
    ? { [lifeAnnotations.startSeconds]: String(seconds) }
    : { [lifeAnnotations.fail]: how };
}

function isMeant({ metadata }: Pod, { namespace, labels }: Pods = {}): boolean {
  if (namespace !== undefined && metadata.namespace !== namespace) return false;
  return labels === undefined || matchesSelector({ matchLabels: labels }, metadata.labels);
}

function apiOf(server: ApiServer): WorkloadApi {
  return workloadApi(server, createPodIndex(server.store), 'faults');
}
