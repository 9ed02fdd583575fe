import type { Pod, ReplicaSet } from '../api/workloads.ts';
import { secondsBetween } from '../kernel/instant.ts';
import type { PodView } from './pod-view.ts';
import type { ReplicaSetView } from './replica-set-view.ts';
import type { RolloutFacts, RolloutView } from './rollout-view.ts';
import { withoutStop } from './without-stop.ts';

/** Pods take a while to become ready; one that is younger is in no trouble yet. */
const startSeconds = 30;

/** What keeps pods from serving, a sentence for each kind of it: the new version's first, in the order of revisions. */
export function troubles(facts: RolloutFacts, { revisions }: RolloutView): string[] {
  const found: string[] = [];
  const pods = new Map<string, string[]>();
  for (const owner of revisions.flatMap(({ replicaSets }) => replicaSets)) {
    const failure = failureOf(facts.replicaSets.find(({ metadata }) => metadata.name === owner.name));
    if (failure !== undefined) {
      found.push(`ReplicaSet ${owner.name}${versionOf(owner)} cannot make its pods: ${failure}.`);
    }
    for (const pod of owner.pods) {
      const trouble = troubleOf(facts, pod);
      if (trouble === undefined) continue;
      const key = `${versionOf(owner)} ${trouble}`;
      pods.set(key, [...(pods.get(key) ?? []), pod.name]);
    }
  }
  const sentences = [...pods].map(([trouble, [first = '', ...others]]) => {
    const more =
      others.length === 0 ? '' : `, as ${others.length === 1 ? 'is one more' : `are ${others.length} more`}`;
    return `Pod ${first}${trouble}${more}.`;
  });
  return [...found, ...sentences];
}

function versionOf({ roles }: ReplicaSetView): string {
  if (roles.includes('canary') || roles.includes('preview')) return ' of the new version';
  return roles.includes('stable') || roles.includes('active') ? ' of the stable version' : '';
}

function failureOf(replicaSet: ReplicaSet | undefined): string | undefined {
  const failure = replicaSet?.status?.conditions?.find(
    ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
  );
  return failure === undefined
    ? undefined
    : withoutStop(failure.message ?? failure.reason ?? 'it does not say why');
}

/** Undefined: it serves, or is about to. */
function troubleOf({ pods, now }: RolloutFacts, pod: PodView): string | undefined {
  const { mark, text } = pod.status;
  if (mark === 'failed' || mark === 'warning') return `is in ${text}`;
  const homeless = homelessness(pods.find(({ metadata }) => metadata.name === pod.name));
  if (homeless !== undefined) return `finds no node: ${homeless}`;
  const isYoung = pod.createdAt === undefined || secondsBetween(pod.createdAt, now) < startSeconds;
  if (text !== 'Running' || pod.readyContainers === pod.containers || isYoung) return undefined;
  return `runs, but is not ready (${pod.readyContainers} of ${pod.containers} containers)`;
}

function homelessness(pod: Pod | undefined): string | undefined {
  const placed = pod?.status?.conditions?.find(({ type }) => type === 'PodScheduled');
  return placed?.status === 'False' && placed.message ? withoutStop(placed.message) : undefined;
}
