import { type ObjectKey, objectKey } from '../../api/meta.ts';
import type { Pod } from '../../api/workloads.ts';
import { addSeconds, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import { jsonEqual } from '../json.ts';
import type { Change } from '../store.ts';
import { amountOf, isLost, lifeAnnotations } from './annotations.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import type { FateOf } from './fate.ts';
import { addressOfNode } from './nodes.ts';
import { lifeOf, type Stage } from './pod-life.ts';
import { podStatus } from './pod-status.ts';
import { isEnding, isFinished } from './pods.ts';
import { type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.pods;
const defaultTerminateSeconds = 1;

/** All kubelets in one: walks every placed pod through its life, unless its node is lost. */
export function kubelet(random: Random, fateOf: FateOf): Controller {
  const addresses = createAddresses();
  /** Exact times; the API keeps whole seconds only. */
  const placedAt = new Map<string, Instant>();
  const fates = new Map<string, Readonly<Record<string, string>> | undefined>();
  const endingAt = new Map<string, Instant>();

  const terminate = (api: WorkloadApi, pod: Pod): Instant | undefined => {
    const uid = pod.metadata.uid ?? '';
    const seconds = Math.min(
      amountOf(pod, lifeAnnotations.terminateSeconds) ?? defaultTerminateSeconds,
      pod.metadata.deletionGracePeriodSeconds ?? 0,
    );
    const toldAt = endingAt.get(uid) ?? api.now();
    endingAt.set(uid, toldAt);
    const goneAt = isFinished(pod) ? toldAt : addSeconds(toldAt, seconds);
    if (goneAt > api.now()) return goneAt;
    api.remove(type, pod, 0);
    return undefined;
  };

  const live = (api: WorkloadApi, pod: Pod, nodeName: string): Instant | undefined => {
    const uid = pod.metadata.uid ?? '';
    const since = placedAt.get(uid) ?? parseInstant(pod.status?.startTime) ?? api.now();
    placedAt.set(uid, since);
    const coin = () => random.fork(`exit/${uid}`).below(2) as 0 | 1;
    if (!fates.has(uid)) fates.set(uid, fateOf(pod));
    const { stage, nextAt } = lifeOf(withFate(pod, fates.get(uid)), since, api.now(), coin);
    const place = { podIP: addresses.of(uid), hostIP: addressOfNode(api, nodeName), placedAt: since };
    const status = podStatus(pod, stage, place, api.now());
    if (!jsonEqual(pod.status, status)) {
      const written = api.patch<Pod>(type, pod, { status }, 'status');
      tell(api, written, stage);
    }
    return nextAt;
  };

  return {
    name: 'kubelet',
    concerns(change, api) {
      if (change.resource === 'nodes') return podsOfFoundNode(change, api);
      if (change.resource !== 'pods') return [];
      const { uid = '', namespace, name } = change.object.metadata;
      if (change.type !== 'DELETED') return [objectKey(namespace, name)];
      placedAt.delete(uid);
      fates.delete(uid);
      endingAt.delete(uid);
      addresses.free(uid);
      return [];
    },
    reconcile(namespace, name, api) {
      const pod = api.get<Pod>(type, namespace, name);
      const nodeName = pod?.spec?.['nodeName'];
      if (pod === undefined || typeof nodeName !== 'string') return undefined;
      if (isLost(api.get(workloadResources.nodes, undefined, nodeName))) return undefined;
      const goneAt = isEnding(pod) ? terminate(api, pod) : undefined;
      if (isEnding(pod) || isFinished(pod)) return goneAt;
      return live(api, pod, nodeName);
    },
  };
}

function withFate(pod: Pod, fate: Readonly<Record<string, string>> | undefined): Pod {
  if (fate === undefined) return pod;
  const annotations = { ...pod.metadata.annotations, ...fate };
  return { ...pod, metadata: { ...pod.metadata, annotations } };
}

/** A kubelet that is back in reach looks at all of its pods. */
function podsOfFoundNode({ object, previous }: Change, api: WorkloadApi): readonly ObjectKey[] {
  if (isLost(object) || !isLost(previous)) return [];
  return api
    .list<Pod>(type)
    .filter(({ spec }) => spec?.['nodeName'] === object.metadata.name)
    .map(({ metadata }) => objectKey(metadata.namespace, metadata.name));
}

/** What the real kubelet would have said of the stage that begins. */
function tell(api: WorkloadApi, pod: Pod, stage: Stage): void {
  const component = 'kubelet';
  const [container] = pod.spec?.containers ?? [];
  const warn = (reason: string, message: string) =>
    recordEvent(api, pod, { type: 'Warning', reason, message, component });
  if (stage.kind === 'image-failed') warn('Failed', `Error: ${stage.reason}`);
  if (stage.kind === 'crashed') {
    warn('BackOff', `Back-off restarting failed container ${container?.name} in pod ${pod.metadata.name}`);
  }
  if (
    stage.kind === 'running' &&
    stage.restarts === 0 &&
    pod.status?.containerStatuses?.[0]?.ready !== true
  ) {
    recordEvent(api, pod, { reason: 'Started', message: `Started container ${container?.name}`, component });
  }
}

/** Pod addresses come from 10.244.0.0/16; an address is given again only after all others were. */
function createAddresses() {
  const byPod = new Map<string, string>();
  const taken = new Set<string>();
  const size = 65_000;
  let last = 1;
  return {
    of(uid: string): string {
      const known = byPod.get(uid);
      if (known !== undefined) return known;
      for (let tries = 0; tries < size; tries += 1) {
        last = last >= size ? 2 : last + 1;
        const address = `10.244.${last >> 8}.${last & 255}`;
        if (taken.has(address)) continue;
        taken.add(address);
        byPod.set(uid, address);
        return address;
      }
      throw new RangeError('all pod addresses are taken');
    },
    free(uid: string): void {
      const address = byPod.get(uid);
      if (address !== undefined) taken.delete(address);
      byPod.delete(uid);
    },
  };
}
