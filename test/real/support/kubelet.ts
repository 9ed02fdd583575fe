import { resources } from '../../../src/api/resources.ts';
import type { Pod } from '../../../src/api/workloads.ts';
import type { Cluster } from '../../../src/ports/cluster.ts';
import { lifeAnnotations } from '../../../src/sandbox/workloads/annotations.ts';

/**
 * Stands in for nodes on a control plane that has none: every pod is marked as running and ready, except those whose image
 * cannot be pulled (its name contains `does-not-exist`) or that are told to fail by the sandbox's annotation, from their start or
 * later. One that is told how long it takes to end does not end. A pod that is told its exit code has run already, and ended with it.
 */
export function startKubelet(cluster: Cluster, now: () => string): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const finished = run(cluster, now, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      await finished;
    },
  };
}

async function run(cluster: Cluster, now: () => string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const { items, resourceVersion } = await cluster.list(resources.pods, { signal });
    for (const pod of items) void care(cluster, pod as Pod, now);
    try {
      for await (const event of cluster.watch(resources.pods, { resourceVersion }, signal)) {
        if (event.type === 'ADDED' || event.type === 'MODIFIED') void care(cluster, event.object as Pod, now);
      }
    } catch {
      // the watch ended; list again
    }
  }
}

async function care(cluster: Cluster, pod: Pod, now: () => string): Promise<void> {
  const ref = { type: resources.pods, namespace: pod.metadata.namespace, name: pod.metadata.name };
  try {
    if (pod.metadata.deletionTimestamp !== undefined) {
      if (pod.metadata.annotations?.[lifeAnnotations.terminateSeconds] !== undefined) return;
      await cluster.delete(ref, { gracePeriodSeconds: 0 });
      return;
    }
    if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return;
    if (pod.status?.phase === 'Running' && isReady(pod) !== isFailing(pod)) return;
    await cluster.patch(
      ref,
      { kind: 'merge', body: { status: statusOf(pod, now()) } },
      { subresource: 'status' },
    );
  } catch {
    // gone, or changed meanwhile: the next event tells
  }
}

function statusOf(pod: Pod, at: string): Pod['status'] {
  const containers = pod.spec?.containers ?? [];
  const exitCode = pod.metadata.annotations?.[lifeAnnotations.exitCode];
  if (exitCode !== undefined) {
    const state = { terminated: { exitCode: Number(exitCode), startedAt: at, finishedAt: at } };
    return {
      phase: exitCode === '0' ? 'Succeeded' : 'Failed',
      startTime: at,
      containerStatuses: containers.map(({ name, image }) => ({
        ...{ name, image, imageID: '', ready: false, started: false, restartCount: 0, state },
      })),
    } as Pod['status'];
  }
  const broken = containers.some(({ image = '' }) => image.includes('does-not-exist'));
  const ready = !broken && !isFailing(pod);
  const condition = (type: string) => ({ type, status: ready ? 'True' : 'False', lastTransitionTime: at });
  return {
    phase: broken ? 'Pending' : 'Running',
    startTime: at,
    podIP: addressOf(pod),
    conditions: ['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(condition),
    containerStatuses: containers.map(({ name, image }) => ({
      name,
      image,
      imageID: '',
      ready,
      started: ready,
      restartCount: 0,
      state: broken ? { waiting: { reason: 'ImagePullBackOff' } } : { running: { startedAt: at } },
    })),
  } as Pod['status'];
}

/** One for each pod, nearly always: two pods with one address are one endpoint. */
function addressOf({ metadata: { uid = '' } }: Pod): string {
  const byte = (at: number) => Number.parseInt(uid.slice(at, at + 2), 16) || 1;
  return `10.${byte(0)}.${byte(2)}.${byte(4)}`;
}

function isFailing(pod: Pod): boolean {
  return pod.metadata.annotations?.[lifeAnnotations.fail] !== undefined;
}

function isReady({ status }: Pod): boolean {
  return (
    status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ===
    true
  );
}
