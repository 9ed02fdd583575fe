import type { EdgeStream, PodStream, Target } from '../traffic/assign.ts';
import type { Traffic } from '../traffic/data-plane.ts';
import type { Flow, Outcome } from '../traffic/flow.ts';
import type { Recorded } from '../traffic/flow-book.ts';
import type { EntryKind } from '../traffic/route.ts';
import type { Labels } from './labels.ts';

/** Counters with the labels that one exporter would put on them. */
export interface Subject {
  readonly key: string;
  readonly flow: Flow;
  labels(outcome: Outcome): Labels;
}

/** As the caller's side reports: the mesh's gateway with `reporter="source"`, or the Ingress controller. */
export function edgeSubjects(traffic: Traffic, fromMs: number, exporter: 'istio' | 'nginx'): Subject[] {
  const kinds: readonly EntryKind[] = exporter === 'istio' ? ['mesh', 'gateway', 'grpc'] : ['nginx'];
  const labelsOf = exporter === 'istio' ? istioSourceLabels : nginxLabels;
  return traffic
    .edgeFlows(fromMs)
    .filter(({ stream }) => kinds.includes(stream.route.kind))
    .map(({ key, flow, stream }) => ({ key, flow, labels: (outcome) => labelsOf(stream, outcome) }));
}

/** As the pods themselves report: their proxies with `reporter="destination"`, or the application. */
export function podSubjects(traffic: Traffic, fromMs: number, exporter: 'istio' | 'http'): Subject[] {
  const recorded = traffic.podFlows(fromMs);
  if (exporter === 'istio') {
    return recorded
      .filter(({ stream }) => stream.isMesh)
      .map(({ key, flow, stream }) => ({ key, flow, labels: (outcome) => istioPodLabels(stream, outcome) }));
  }
  return recorded.map((entry: Recorded<PodStream>) => ({
    key: entry.key,
    flow: entry.flow,
    labels: (outcome) => httpLabels(entry.stream, outcome),
  }));
}

function codeOf({ failedCode }: Target, outcome: Outcome): string {
  return outcome === 'ok' ? '200' : failedCode;
}

function istioLabels(target: Target, outcome: Outcome): Labels {
  const unknown = (text: string) => (text === '' ? 'unknown' : text);
  return {
    request_protocol: 'http',
    response_code: codeOf(target, outcome),
    grpc_response_status: '',
    connection_security_policy: 'unknown',
    source_workload: 'istio-ingressgateway',
    source_workload_namespace: 'istio-system',
    source_app: 'istio-ingressgateway',
    source_canonical_service: 'istio-ingressgateway',
    source_canonical_revision: 'latest',
    destination_workload: unknown(target.workload),
    destination_workload_namespace: target.workload === '' ? 'unknown' : target.namespace,
    destination_app: unknown(target.app),
    destination_version: unknown(target.version),
    destination_service: `${target.service}.${target.namespace}.svc.cluster.local`,
    destination_service_name: target.service,
    destination_service_namespace: target.namespace,
    destination_canonical_service: target.app === '' ? unknown(target.workload) : target.app,
    destination_canonical_revision: target.version === '' ? 'latest' : target.version,
    ...revisionLabel(target),
  };
}

function revisionLabel({ podTemplateHash }: Target): Labels {
  return podTemplateHash === '' ? {} : { rollouts_pod_template_hash: podTemplateHash };
}

function istioSourceLabels(stream: EdgeStream, outcome: Outcome): Labels {
  const flags = { 'no-endpoints': 'UH', refused: 'NC' } as const;
  return withoutEmpty({
    ...istioLabels(stream.target, outcome),
    reporter: 'source',
    response_flags: stream.lost === undefined ? '-' : flags[stream.lost],
    job: 'kubernetes-pods',
    namespace: 'istio-system',
    pod: 'istio-ingressgateway-0',
    ...(stream.isMirror ? { request_mirrored: 'true' } : {}),
    ...(stream.route.kind === 'mesh' ? { virtual_service: stream.route.name } : {}),
  });
}

function istioPodLabels({ target, pod }: PodStream, outcome: Outcome): Labels {
  return withoutEmpty({
    ...istioLabels(target, outcome),
    reporter: 'destination',
    response_flags: '-',
    job: 'kubernetes-pods',
    namespace: target.namespace,
    pod: pod.metadata.name,
    ...podLabels(pod.metadata.labels),
  });
}

function httpLabels({ target, pod }: PodStream, outcome: Outcome): Labels {
  const code = codeOf(target, outcome);
  return withoutEmpty({
    job: target.service,
    instance: `${pod.status?.podIP ?? pod.metadata.name}:8080`,
    namespace: target.namespace,
    service: target.service,
    pod: pod.metadata.name,
    workload: target.workload,
    method: 'GET',
    path: '/',
    code,
    status: code,
    app: target.app,
    version: target.version,
    ...podLabels(pod.metadata.labels),
  });
}

/**
 * As the controller labels its requests (issue 4026 and pull request 7696 of ingress-nginx): those to a canary have the names of the
 * main Ingress and its Service, and in `canary` what they went to.
 */
function nginxLabels({ route, target }: EdgeStream, outcome: Outcome): Labels {
  const service = target.canary?.of ?? target.service;
  return withoutEmpty({
    job: 'ingress-nginx',
    controller_class: 'k8s.io/ingress-nginx',
    controller_namespace: 'ingress-nginx',
    controller_pod: 'ingress-nginx-controller-0',
    namespace: target.namespace,
    exported_namespace: target.namespace,
    ingress: route.name,
    host: route.hosts[0] ?? '',
    service,
    exported_service: service,
    canary: target.canary?.upstream ?? '',
    method: 'GET',
    path: '/',
    status: codeOf(target, outcome),
    ...revisionLabel(target),
  });
}

/** As Prometheus' `labelmap` of pod labels writes them: what is no letter, digit or underscore becomes one. */
function podLabels(labels: Readonly<Record<string, string>> = {}): Labels {
  return Object.fromEntries(
    Object.entries(labels).map(([name, value]) => [name.replace(/[^a-zA-Z0-9_]/g, '_'), value]),
  );
}

function withoutEmpty(labels: Labels): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}
