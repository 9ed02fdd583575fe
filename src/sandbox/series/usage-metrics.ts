import type { Pod } from '../../api/workloads.ts';
import { parseInstant } from '../../kernel/instant.ts';
import { parseAmount, trafficAnnotations } from '../traffic/annotations.ts';
import { valueInForce } from '../traffic/behaviour.ts';
import type { Traffic } from '../traffic/data-plane.ts';
import { channelOf, type Flow } from '../traffic/flow.ts';
import { family, type StateFamily } from './state-family.ts';
import type { Sample } from './state-history.ts';

/** What a container that nobody asks uses. */
const idleCores = 0.01;
const defaultCpuMsPerRequest = 2;
const defaultMemoryMib = 64;
const mib = 1024 * 1024;

const cpuMetric = 'container_cpu_usage_seconds_total';
const memoryMetrics = [
  'container_memory_working_set_bytes',
  'container_memory_usage_bytes',
  'container_memory_rss',
] as const;

export const usageMetrics: readonly string[] = [cpuMetric, ...memoryMetrics];

/** What cAdvisor shows of containers: processor time as it follows from the requests that a pod answers, memory as it is told. */
export function usageFamily(metricName: string, traffic: Traffic, fromMs: number): StateFamily | undefined {
  if (memoryMetrics.some((name) => name === metricName)) {
    return family<Pod>('pods', (pod) => containerSamples(pod, {}, memoryOf));
  }
  if (metricName !== cpuMetric) return undefined;
  const flows = flowsByPod(traffic, fromMs);
  return family<Pod>('pods', (pod) =>
    containerSamples(pod, { cpu: 'total' }, (one, isFirst) =>
      cpuSecondsOf(one, isFirst ? (flows.get(one.metadata.uid ?? '') ?? []) : []),
    ),
  );
}

function flowsByPod(traffic: Traffic, fromMs: number): Map<string, Flow[]> {
  const found = new Map<string, Flow[]>();
  for (const { stream, flow } of traffic.podFlows(fromMs)) {
    const uid = stream.pod.metadata.uid ?? '';
    found.set(uid, [...(found.get(uid) ?? []), flow]);
  }
  return found;
}

/** Of the containers that run. Requests are answered by the first, as in most pods with a sidecar. */
function containerSamples(
  pod: Pod,
  more: Readonly<Record<string, string>>,
  read: (pod: Pod, isFirst: boolean) => Sample['value'],
): Sample[] {
  const { metadata, spec, status } = pod;
  return (status?.containerStatuses ?? []).flatMap(({ name, image = '', state }, index) => {
    if (state?.running === undefined) return [];
    const labels = {
      job: 'kubelet',
      metrics_path: '/metrics/cadvisor',
      namespace: metadata.namespace ?? '',
      pod: metadata.name,
      container: name,
      image,
      node: String(spec?.['nodeName'] ?? ''),
      instance: String(spec?.['nodeName'] ?? ''),
      id: `/kubepods/pod${metadata.uid}/${name}`,
      ...more,
    };
    return [{ labels, value: read(pod, index === 0) }];
  });
}

function cpuSecondsOf(pod: Pod, flows: readonly Flow[]): (atMs: number) => number {
  const startedAt = parseInstant(pod.status?.startTime) ?? 0;
  const perRequest =
    (parseAmount(pod.metadata.annotations?.[trafficAnnotations.cpuMsPerRequest]) ?? defaultCpuMsPerRequest) /
    1000;
  return (atMs) => {
    const requests = flows.reduce((sum, flow) => sum + answeredAt(flow, atMs), 0);
    return (Math.max(0, atMs - startedAt) / 1000) * idleCores + requests * perRequest;
  };
}

function answeredAt(flow: Flow, atMs: number): number {
  if (atMs < flow.startedAtMs) return 0;
  const counts = flow.countsAt(atMs);
  return (counts[channelOf({ count: 'ok' })] ?? 0) + (counts[channelOf({ count: 'failed' })] ?? 0);
}

function memoryOf(pod: Pod): (atMs: number) => number {
  const annotations = pod.metadata.annotations ?? {};
  const startedAt = parseInstant(pod.status?.startTime) ?? 0;
  const first = parseAmount(annotations[trafficAnnotations.memoryMib]) ?? defaultMemoryMib;
  return (atMs) =>
    (valueInForce(annotations[trafficAnnotations.memoryMibAfter], (atMs - startedAt) / 1000) ?? first) * mib;
}
