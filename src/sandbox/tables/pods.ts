import type { KubeObject } from '../../api/meta.ts';
import type { ContainerStatus, Pod } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { TableShape } from '../resource.ts';
import { ageColumn, ageOf, nameColumn, nameOf } from './generic.ts';

/** Pods as `kubectl get pods` prints them. */
export const podTable: TableShape = {
  columns: [
    nameColumn,
    { name: 'Ready', type: 'string' },
    { name: 'Status', type: 'string' },
    { name: 'Restarts', type: 'string' },
    ageColumn,
    ...['IP', 'Node', 'Nominated Node', 'Readiness Gates'].map((name) => ({
      name,
      type: 'string',
      priority: 1,
    })),
  ],
  cells: (object: KubeObject, now: Instant) => cellsOf(object as Pod, now),
};

function cellsOf(pod: Pod, now: Instant): readonly unknown[] {
  const statuses = pod.status?.containerStatuses ?? [];
  const starters = (pod.spec?.initContainers ?? []) as readonly { readonly restartPolicy?: string }[];
  const sidecars = starters.filter(({ restartPolicy }) => restartPolicy === 'Always').length;
  const all = [...(pod.status?.initContainerStatuses ?? []), ...statuses];
  return [
    nameOf(pod),
    `${statuses.filter(({ ready }) => ready).length}/${(pod.spec?.containers.length ?? 0) + sidecars}`,
    statusText(pod),
    String(all.reduce((sum, { restartCount }) => sum + restartCount, 0)),
    ageOf(pod, now),
    pod.status?.podIP ?? '<none>',
    (pod.spec?.nodeName as string | undefined) ?? '<none>',
    '<none>',
    '<none>',
  ];
}

/** One word for the state of a pod: the most telling reason of its containers, else its phase. */
function statusText(pod: Pod): string {
  const { status, metadata } = pod;
  const phase = status?.reason ?? status?.phase ?? 'Unknown';
  const initial = initText(status?.initContainerStatuses ?? [], pod.spec?.initContainers?.length ?? 0);
  const text = initial ?? containersText(status?.containerStatuses ?? [], phase, isReady(pod));
  if (metadata.deletionTimestamp === undefined) return text;
  return status?.reason === 'NodeLost' ? 'Unknown' : 'Terminating';
}

function isReady({ status }: Pod): boolean {
  return (status?.conditions ?? []).some(
    (condition) => condition.type === 'Ready' && condition.status === 'True',
  );
}

function initText(statuses: readonly ContainerStatus[], total: number): string | undefined {
  for (const [index, { state }] of statuses.entries()) {
    if (state?.terminated?.exitCode === 0) continue;
    if (state?.terminated !== undefined) return `Init:${terminatedText(state.terminated)}`;
    const reason = state?.waiting?.reason;
    if (reason !== undefined && reason !== '' && reason !== 'PodInitializing') return `Init:${reason}`;
    return `Init:${index}/${total}`;
  }
  return undefined;
}

function containersText(statuses: readonly ContainerStatus[], phase: string, ready: boolean): string {
  let text = phase;
  let hasRunning = false;
  for (const { state, ready: isContainerReady } of [...statuses].reverse()) {
    if (state?.waiting?.reason !== undefined && state.waiting.reason !== '') text = state.waiting.reason;
    else if (state?.terminated !== undefined) text = terminatedText(state.terminated);
    else if (isContainerReady && state?.running !== undefined) hasRunning = true;
  }
  if (text === 'Completed' && hasRunning) return ready ? 'Running' : 'NotReady';
  return text;
}

function terminatedText({
  reason,
  exitCode,
  signal,
}: {
  reason?: string;
  exitCode: number;
  signal?: number;
}): string {
  if (reason !== undefined && reason !== '') return reason;
  return signal === undefined || signal === 0 ? `ExitCode:${exitCode}` : `Signal:${signal}`;
}
