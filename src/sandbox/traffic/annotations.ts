/**
 * Annotations that tell the sandbox how the simulated world behaves. Those of load stand on a VirtualService, an Ingress
 * or a Service; those of behaviour on pods, that is in the pod template, so that each revision has its own.
 */
export const trafficAnnotations = {
  /** Requests per second that arrive there. Default: the world's `defaultRequestsPerSecond`; `0` means nobody calls. */
  requestsPerSecond: 'sandbox.sluice.dev/requests-per-second',
  /** Share of the requests that carry a header, 0 to 1: `x-tester: yes = 0.05`; several separated by `;`. */
  requestsWithHeader: 'sandbox.sluice.dev/requests-with-header',
  /** On a route object: how much later what it says takes effect, `30s`, or `never`. Default: at once. */
  applyDelay: 'sandbox.sluice.dev/apply-delay',
  /** Share of requests that fail, 0 to 1. Default 0. */
  errorRate: 'sandbox.sluice.dev/error-rate',
  /** Error rates that take over when the pod has run for some time: `60s=0.3, 5m=0`. */
  errorRateAfter: 'sandbox.sluice.dev/error-rate-after',
  /** Status code of requests that fail. Default 500. */
  errorCode: 'sandbox.sluice.dev/error-code',
  /** Median latency in milliseconds. Default 50. */
  latencyMs: 'sandbox.sluice.dev/latency-ms',
  /** 95th percentile in milliseconds. Default: 2.5 times the median. */
  latencyP95Ms: 'sandbox.sluice.dev/latency-p95-ms',
  /** Medians that take over when the pod has run for some time: `60s=800`. */
  latencyMsAfter: 'sandbox.sluice.dev/latency-ms-after',
  /** What one pod can take; the requests above it fail. Default: no limit. */
  maxRequestsPerSecond: 'sandbox.sluice.dev/max-requests-per-second',
  /** Processor time that a request costs, in milliseconds, for the metrics. Default 2. */
  cpuMsPerRequest: 'sandbox.sluice.dev/cpu-ms-per-request',
  /** Memory of a container in MiB, for the metrics. Default 64. */
  memoryMib: 'sandbox.sluice.dev/memory-mib',
  /** Memory from some time after the pod's start on: `5m=400, 10m=900`. */
  memoryMibAfter: 'sandbox.sluice.dev/memory-mib-after',
} as const;

export type Annotations = Readonly<Record<string, string>>;

/** A share from 0 to 1; undefined when the annotation is absent or is none. */
export function parseShare(text: string | undefined): number | undefined {
  const amount = parseAmount(text);
  return amount === undefined || amount > 1 ? undefined : amount;
}

/** A number of at least 0; undefined when the annotation is absent or is none. */
export function parseAmount(text: string | undefined): number | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const amount = Number(text);
  return Number.isFinite(amount) && amount >= 0 ? amount : undefined;
}
