import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Pod } from '../../src/api/workloads.ts';
import type { Cluster } from '../../src/ports/cluster.ts';

/** Pods are played at the pace of a small local cluster whose images are there already. */
const endMs = 500;
const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'played' } };

type State = Record<string, unknown>;

/** What the containers of a pod do once it is placed. */
type Fate =
  | { readonly kind: 'image-missing' }
  | { readonly kind: 'crash' }
  /** `crashAfterMs`: it serves that long and then ends, for a container that is to run for ever. */
  | { readonly kind: 'serve'; readonly readyAfterMs: number; readonly crashAfterMs?: number }
  | { readonly kind: 'job'; readonly runMs: number; readonly exitCode: number };

/** Plays a node with its kubelet in real time: every pod lives as its images, commands, probes and hooks say. */
export async function playNodes(cluster: Cluster, startMs: number): Promise<{ stop(): Promise<void> }> {
  await joinNode(cluster);
  const stopping = new AbortController();
  const lives = new Map<string, Life>();
  let number = 1;
  const onPod = (pod: Pod, deleted: boolean) => {
    const uid = pod.metadata.uid ?? '';
    if (deleted) return void lives.delete(uid);
    let life = lives.get(uid);
    if (life === undefined) {
      number += 1;
      life = createLife({ cluster, startMs }, number, () => lives.has(uid));
      lives.set(uid, life);
    }
    life.see(pod);
  };
  const finished = follow(cluster, onPod, stopping.signal);
  return {
    async stop() {
      stopping.abort();
      lives.clear();
      await finished;
    },
  };
}

async function joinNode(cluster: Cluster): Promise<void> {
  const type = { group: '', version: 'v1', kind: 'Node', plural: 'nodes', namespaced: false };
  const ref = { type, namespace: '', name: node.metadata.name };
  await cluster.create(node as KubeObject, type);
  const room = { cpu: '1000', memory: '4000Gi', pods: '20000' };
  const conditions = [{ type: 'Ready', status: 'True', reason: 'KubeletReady', ...moment() }];
  await cluster.patch(
    ref,
    { kind: 'merge', body: { status: { capacity: room, allocatable: room, conditions } } },
    { subresource: 'status' },
  );
  await cluster.patch(ref, { kind: 'merge', body: { spec: { taints: null } } });
}

const moment = () => {
  const at = now();
  return { lastHeartbeatTime: at, lastTransitionTime: at };
};
const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z');
const pass = (ms: number) =>
  new Promise<void>((resolve) => {
    // a job may sleep for a day; nobody waits for it
    setTimeout(resolve, ms).unref();
  });

async function follow(cluster: Cluster, onPod: (pod: Pod, deleted: boolean) => void, signal: AbortSignal) {
  while (!signal.aborted) {
    try {
      const { items, resourceVersion } = await cluster.list(resources.pods, { signal });
      for (const pod of items) onPod(pod as Pod, false);
      for await (const event of cluster.watch(resources.pods, { resourceVersion }, signal)) {
        if (event.type !== 'BOOKMARK') onPod(event.object as Pod, event.type === 'DELETED');
      }
    } catch {
      if (!signal.aborted) await pass(200); // the watch ended; list again
    }
  }
}

interface Life {
  see(pod: Pod): void;
}

interface Node {
  readonly cluster: Cluster;
  readonly startMs: number;
}

function createLife({ cluster, startMs }: Node, number: number, lives: () => boolean): Life {
  let pod: Pod;
  let started = false;
  let ending = false;
  /** What was reported last: the containers' readiness. */
  let serving: State | undefined;
  const startedAt = now();
  const podIP = `10.244.${(number >> 8) & 255}.${number & 255}`;

  const report = async (phase: string, ready: boolean, state: State, restartCount = 0) => {
    const conditions = conditionsOf(pod, ready);
    const containerStatuses = (pod.spec?.containers ?? []).map(({ name, image }) => {
      return { name, image, imageID: image, ready, started: ready, restartCount, state };
    });
    const place = { hostIP: '10.0.0.1', podIP, podIPs: [{ ip: podIP }], startTime: startedAt };
    const body = { status: { phase, conditions, containerStatuses, ...place } };
    serving = ready ? state : undefined;
    await cluster
      .patch(refOf(pod), { kind: 'strategic', body }, { subresource: 'status' })
      .catch(() => undefined);
  };
  const play = async () => {
    const fate = fateOf(pod);
    await pass(startMs);
    if (fate.kind === 'image-missing')
      return report('Pending', false, { waiting: { reason: 'ImagePullBackOff' } });
    if (fate.kind === 'crash')
      return report('Running', false, { waiting: { reason: 'CrashLoopBackOff' } }, 1);
    const running = { running: { startedAt: now() } };
    if (fate.kind === 'serve') {
      if (fate.readyAfterMs > 0) await report('Running', false, running);
      await pass(fate.readyAfterMs);
      if (!lives()) return;
      await report('Running', true, running);
      if (fate.crashAfterMs === undefined) return;
      await pass(fate.crashAfterMs);
      if (lives()) await report('Running', false, { waiting: { reason: 'CrashLoopBackOff' } }, 1);
      return;
    }
    await report('Running', true, running);
    if (fate.runMs === Number.POSITIVE_INFINITY) return;
    await pass(fate.runMs);
    if (!lives() || ending) return;
    const { exitCode } = fate;
    const reason = exitCode === 0 ? 'Completed' : 'Error';
    const terminated = { exitCode, reason, startedAt, finishedAt: now() };
    await report(exitCode === 0 ? 'Succeeded' : 'Failed', false, { terminated });
  };
  const end = async () => {
    const grace = (pod.metadata.deletionGracePeriodSeconds ?? 0) * 1000;
    await pass(Math.min(grace, endMs + hookMs(pod, 'preStop')));
    await cluster.delete(refOf(pod), { gracePeriodSeconds: 0 }).catch(() => undefined);
  };

  return {
    see(seen) {
      pod = seen;
      if (pod.metadata.deletionTimestamp !== undefined) {
        if (!ending) void end();
        ending = true;
        return;
      }
      if (pod.spec?.['nodeName'] === undefined) return;
      if (!started) void play();
      started = true;
      // somebody opened or closed a readiness gate
      const ready = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
      if (serving !== undefined && ready !== gatesAreOpen(pod)) void report('Running', true, serving);
    },
  };
}

const refOf = ({ metadata }: Pod) => ({
  type: resources.pods,
  namespace: metadata.namespace,
  name: metadata.name,
});

function conditionsOf(pod: Pod, ready: boolean): object[] {
  const condition = (type: string, holds: boolean) => {
    const before = pod.status?.conditions?.find((each) => each.type === type);
    const status = holds ? 'True' : 'False';
    const since = before?.status === status ? before.lastTransitionTime : now();
    return { type, status, lastTransitionTime: since };
  };
  return [
    condition('PodScheduled', true),
    condition('Initialized', true),
    condition('ContainersReady', ready),
    condition('Ready', ready && gatesAreOpen(pod)),
  ];
}

function gatesAreOpen({ spec, status }: Pod): boolean {
  const gates = (spec?.['readinessGates'] ?? []) as { conditionType: string }[];
  return gates.every(({ conditionType }) =>
    status?.conditions?.some((each) => each.type === conditionType && each.status === 'True'),
  );
}

/** Reads what a pod's first container would do. Knows `sleep N`, `exit N` and commands that no image has. */
function fateOf(pod: Pod): Fate {
  const [container = { name: '' }] = pod.spec?.containers ?? [];
  const words = [container['command'], container['args']].flat().filter(Boolean).join(' ');
  if (/does-not-exist|argo-error|rollouts-demo:error/.test(container.image ?? ''))
    return { kind: 'image-missing' };
  const slept = /\bsleep (\d+|infinity)/.exec(words)?.[1];
  const sleepMs = slept === 'infinity' ? Number.POSITIVE_INFINITY : Number(slept ?? 0) * 1000;
  const exitCode = Number(/\bexit (\d+)/.exec(words)?.[1] ?? 0);
  if (pod.spec?.['restartPolicy'] !== 'Always') return { kind: 'job', runMs: sleepMs, exitCode };
  if (/^\/bad-command|^exit [1-9]/.test(words)) return { kind: 'crash' };
  const probe = container['readinessProbe'] as { initialDelaySeconds?: number } | undefined;
  const readyAfterMs = hookMs(pod, 'postStart') + (probe?.initialDelaySeconds ?? 0) * 1000;
  if (slept === undefined || sleepMs === Number.POSITIVE_INFINITY) return { kind: 'serve', readyAfterMs };
  const lasts = sleepMs < 3_600_000 && /\bexit [1-9]/.test(words);
  return { kind: 'serve', readyAfterMs, ...(lasts && { crashAfterMs: sleepMs }) };
}

/** How long the `sleep` of a lifecycle hook takes. */
function hookMs(pod: Pod, hook: 'postStart' | 'preStop'): number {
  type Lifecycle = Record<string, { exec?: { command?: string[] } } | undefined>;
  const times = (pod.spec?.containers ?? []).map((container) => {
    const command = (container['lifecycle'] as Lifecycle | undefined)?.[hook]?.exec?.command?.join(' ');
    return Number(/\bsleep (\d+)/.exec(command ?? '')?.[1] ?? 0);
  });
  return Math.max(0, ...times) * 1000;
}
