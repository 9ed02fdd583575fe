import type { Static } from 'typebox';
import { pauseSeconds } from '../pause-duration.ts';
import { prometheusSchema } from './providers.ts';
import { int32, intOrString, maybe, object, text } from './schema.ts';

/** Ours, additive. Where the metrics show requests by version: do the routers carry out the weight? */
export const observedSplitSchema = object(
  {
    prometheus: maybe(prometheusSchema),
    canaryRequests: maybe(
      text(
        'PromQL: requests that the new version has had in the last `{{window}}`. Default with Istio: those to `canaryService`.',
      ),
    ),
    stableRequests: maybe(text('PromQL: the same for the stable version.')),
    interval: maybe(intOrString('Time between two looks: seconds, or a duration. Default 30s.')),
    tolerance: maybe(
      int32('How far the observed share may be off, in percent of the smaller side’s share. Default 25.'),
    ),
    patience: maybe(
      intOrString(
        'How long a good verdict waits for enough requests, counted from the weight: seconds, or a duration. Default 2m.',
      ),
    ),
  },
  'Compare the requests that each version gets with the weight, before a verdict is trusted.',
);

export type ObservedSplitSpec = Static<typeof observedSplitSchema>;

export interface SplitSettings {
  readonly intervalSeconds: number;
  /** As a part, not in percent. */
  readonly tolerance: number;
  readonly patienceSeconds: number;
}

/** The settings with their defaults; undefined without the field. */
export function splitSettings(spec: ObservedSplitSpec | undefined): SplitSettings | undefined {
  if (spec === undefined) return undefined;
  return {
    intervalSeconds: pauseSeconds(spec.interval ?? '30s') ?? 30,
    tolerance: (spec.tolerance ?? 25) / 100,
    patienceSeconds: pauseSeconds(spec.patience ?? '2m') ?? 120,
  };
}

/** Replaced by the length of time over which is counted, such as `90s`. */
export const windowPlaceholder = '{{window}}';

export interface SplitQueries {
  readonly canary: string;
  readonly stable: string;
}

interface QuerySource {
  readonly observedSplit?: ObservedSplitSpec;
  readonly canaryService?: string;
  readonly stableService?: string;
  readonly trafficRouting?: { readonly istio?: unknown };
}

/** The queries as written, or those for Istio's standard metrics; undefined when one is missing. */
export function splitQueries(canary: QuerySource, namespace: string): SplitQueries | undefined {
  const { canaryRequests, stableRequests } = canary.observedSplit ?? {};
  if (canaryRequests !== undefined && stableRequests !== undefined) {
    return { canary: canaryRequests, stable: stableRequests };
  }
  const { canaryService, stableService, trafficRouting } = canary;
  const isStandard = canaryRequests === undefined && stableRequests === undefined;
  if (!isStandard || trafficRouting?.istio === undefined) return undefined;
  if (!canaryService || !stableService) return undefined; // subsets share one Service
  return { canary: istioRequests(canaryService, namespace), stable: istioRequests(stableService, namespace) };
}

/** As the callers’ side reports them, gateways among these: there a request belongs to the Service that a route chose. */
function istioRequests(service: string, namespace: string): string {
  const labels = `reporter="source",destination_service_namespace="${namespace}",destination_service_name="${service}"`;
  return `sum(increase(istio_requests_total{${labels}}[${windowPlaceholder}]))`;
}
