import type { ContainerStatus, Pod } from '../api/workloads.ts';
import { type Instant, parseInstant } from '../kernel/instant.ts';
import type { Mark, MarkedStatus } from './marks.ts';

export interface PodView {
  readonly name: string;
  readonly status: MarkedStatus;
  readonly createdAt: Instant | undefined;
  readonly readyContainers: number;
  readonly containers: number;
  readonly restarts: number;
  /** `ready:1/1,restarts:2`; restarts only when there were any. */
  readonly info: string;
}

export function viewPod(pod: Pod): PodView {
  const statuses = pod.status?.containerStatuses ?? [];
  const readyContainers = statuses.filter(({ ready }) => ready).length;
  const containers = pod.spec?.containers.length ?? statuses.length;
  const restarts = statuses.reduce((sum, { restartCount }) => sum + restartCount, 0);
  const text = podStatusText(pod);
  return {
    name: pod.metadata.name,
    status: { text, mark: markOf(text) },
    createdAt: parseInstant(pod.metadata.creationTimestamp),
    readyContainers,
    containers,
    restarts,
    info: `ready:${readyContainers}/${containers}${restarts === 0 ? '' : `,restarts:${restarts}`}`,
  };
}

/** The STATUS column of `kubectl get pods`: the most telling reason of all containers, else the phase. */
export function podStatusText({ metadata, status }: Pod): string {
  if (metadata.deletionTimestamp !== undefined) {
    return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
  }
  const fallback = (status?.reason || undefined) ?? status?.phase ?? 'Pending';
  return initText(status?.initContainerStatuses ?? []) ?? containersText(status, fallback);
}

/** Undefined when no init container holds the pod up. */
function initText(statuses: readonly ContainerStatus[]): string | undefined {
  for (const [index, { state, started }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    if (state?.running !== undefined && started === true) continue; // a sidecar: started, and never to end
    if (state?.terminated !== undefined) return `Init:${terminatedText(state.terminated)}`;
    const waiting = state?.waiting?.reason ?? '';
    if (waiting !== '' && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${index}/${statuses.length}`;
  }
  return undefined;
}

/** The first container with something to tell wins. */
function containersText(status: Pod['status'], fallback: string): string {
  const statuses = status?.containerStatuses ?? [];
  const told = statuses.map(({ state }) => {
    if (state?.waiting?.reason) return state.waiting.reason;
    return state?.terminated === undefined ? undefined : terminatedText(state.terminated);
  });
  const text = told.find((reason) => reason !== undefined) ?? fallback;
  const hasRunning = statuses.some(({ ready, state }) => ready && state?.running !== undefined);
  if (text !== 'Completed' || !hasRunning) return text;
  const isReady = status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True');
  return isReady === true ? 'Running' : 'NotReady';
}

function terminatedText({
  reason,
  signal,
  exitCode,
}: {
  reason?: string;
  signal?: number;
  exitCode: number;
}): string {
  if (reason !== undefined && reason !== '') return reason;
  return signal !== undefined && signal !== 0 ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

function markOf(text: string): Mark {
  if (/^(Init:.*|Pending|Terminating|ContainerCreating|PodInitializing|NotReady)$/.test(text))
    return 'progressing';
  if (text === 'Running' || text === 'Completed' || text === 'Succeeded') return 'healthy';
  if (text === 'Unknown') return 'unknown';
  if (/(Error$|^Err)/.test(text) || text === 'ImagePullBackOff' || text === 'RegistryUnavailable')
    return 'warning';
  return 'failed'; // CrashLoopBackOff, InvalidImageName, OOMKilled, Evicted, Signal:9, ExitCode:1, Failed…
}
