import type { Traffic } from '../traffic/data-plane.ts';
import { channelOf, type Flow, type Measure, type Outcome } from '../traffic/flow.ts';
import { latencyBoundsMs } from '../traffic/latency.ts';
import type { Counting } from './counts.ts';
import { type Labels, metricNameLabel } from './labels.ts';
import { edgeSubjects, podSubjects, type Subject } from './metric-labels.ts';
import type { RawPoint, RawSeries } from './promql/evaluate.ts';
import { scrapeTimes } from './scrape.ts';
import type { SeriesSource } from './store.ts';

/** The metrics of the data plane under the names that Istio and the usual exporters give them. */
export function trafficMetrics(traffic: Traffic, counting: Counting, nowMs: () => number): SeriesSource {
  /** The series of a flow never change their labels; they live as long as the flow. */
  const known = new WeakMap<Flow, Map<string, readonly RawSeries[]>>();
  return {
    metricNames: Object.keys(families),
    series(metricName, fromMs) {
      const family = families[metricName];
      if (family === undefined) return [];
      return family.subjects(traffic, fromMs).flatMap((subject) => {
        const ofFlow = known.get(subject.flow) ?? new Map<string, readonly RawSeries[]>();
        known.set(subject.flow, ofFlow);
        const made = ofFlow.get(metricName) ?? seriesOf(metricName, family, subject, counting, nowMs);
        ofFlow.set(metricName, made);
        return made;
      });
    },
  };
}

function seriesOf(
  metricName: string,
  { parts: shown }: Family,
  subject: Subject,
  counting: Counting,
  nowMs: () => number,
): RawSeries[] {
  const counted = counting.of(subject.key, subject.flow);
  return shown.map(({ outcome, labels, value }) =>
    counterSeries(
      { [metricNameLabel]: metricName, ...subject.labels(outcome), ...labels },
      subject.flow,
      (atMs) => value(counted(atMs)),
      nowMs,
    ),
  );
}

/** One metric: whose counters it shows, and what of them, each with labels of its own. */
interface Family {
  readonly subjects: (traffic: Traffic, fromMs: number) => readonly Subject[];
  readonly parts: readonly Part[];
}

interface Part {
  readonly outcome: Outcome;
  readonly labels: Labels;
  readonly value: (counts: Float64Array) => number;
}

const outcomes: readonly Outcome[] = ['ok', 'failed'];

function parts(measureOf: (outcome: Outcome) => Measure, scale = 1): Part[] {
  return outcomes.map((outcome) => {
    const channel = channelOf(measureOf(outcome));
    return { outcome, labels: {}, value: (counts) => (counts[channel] ?? 0) * scale };
  });
}

const counts = parts((outcome) => ({ count: outcome }));
const sumsMs = parts((outcome) => ({ sumMs: outcome }));
const sumsSeconds = parts((outcome) => ({ sumMs: outcome }), 1 / 1000);

/** Buckets with the bounds that `labelOf` gives a name; the last, `+Inf`, holds all. */
function buckets(labelOf: (boundMs: number) => string | undefined): Part[] {
  return outcomes.flatMap((of): Part[] => {
    const total = channelOf({ count: of });
    const bounded = latencyBoundsMs.flatMap((boundMs, bucket): Part[] => {
      const le = labelOf(boundMs);
      const channel = channelOf({ bucket, of });
      return le === undefined ? [] : [{ outcome: of, labels: { le }, value: (found) => found[channel] ?? 0 }];
    });
    return [...bounded, { outcome: of, labels: { le: '+Inf' }, value: (found) => found[total] ?? 0 }];
  });
}

/** The default buckets of Prometheus' client libraries reach from 5 ms to 10 s. */
const secondsLabel = (boundMs: number) =>
  boundMs >= 5 && boundMs <= 10_000 ? String(boundMs / 1000) : undefined;

const istioSubjects = (traffic: Traffic, fromMs: number) => [
  ...edgeSubjects(traffic, fromMs, 'istio'),
  ...podSubjects(traffic, fromMs, 'istio'),
];
const httpSubjects = (traffic: Traffic, fromMs: number) => podSubjects(traffic, fromMs, 'http');
const nginxSubjects = (traffic: Traffic, fromMs: number) => edgeSubjects(traffic, fromMs, 'nginx');

/** How long the controller took, and how long the pod behind it: here the same. */
function nginxDurations(of: 'request' | 'response'): Record<string, Family> {
  const name = `nginx_ingress_controller_${of}_duration_seconds`;
  return {
    [`${name}_bucket`]: { subjects: nginxSubjects, parts: buckets(secondsLabel) },
    [`${name}_sum`]: { subjects: nginxSubjects, parts: sumsSeconds },
    [`${name}_count`]: { subjects: nginxSubjects, parts: counts },
  };
}

const families: Readonly<Record<string, Family>> = {
  istio_requests_total: { subjects: istioSubjects, parts: counts },
  istio_request_duration_milliseconds_bucket: { subjects: istioSubjects, parts: buckets(String) },
  istio_request_duration_milliseconds_sum: { subjects: istioSubjects, parts: sumsMs },
  istio_request_duration_milliseconds_count: { subjects: istioSubjects, parts: counts },
  http_requests_total: { subjects: httpSubjects, parts: counts },
  http_request_duration_seconds_bucket: { subjects: httpSubjects, parts: buckets(secondsLabel) },
  http_request_duration_seconds_sum: { subjects: httpSubjects, parts: sumsSeconds },
  http_request_duration_seconds_count: { subjects: httpSubjects, parts: counts },
  nginx_ingress_controller_requests: { subjects: nginxSubjects, parts: counts },
  ...nginxDurations('request'),
  ...nginxDurations('response'),
};

/**
 * A counter as it is scraped. Like a real exporter's it exists from its first count on: a code that was never answered has
 * no series, and a query must say what that means (`or vector(0)`).
 */
function counterSeries(
  labels: Labels,
  flow: Flow,
  valueAt: (atMs: number) => number,
  nowMs: () => number,
): RawSeries {
  return {
    labels,
    points(fromMs, toMs) {
      const endedAtMs = flow.endedAtMs();
      const end = Math.min(toMs, nowMs(), endedAtMs === undefined ? Number.POSITIVE_INFINITY : endedAtMs - 1);
      const points: RawPoint[] = [];
      for (const at of scrapeTimes(Math.max(fromMs, flow.startedAtMs), end)) {
        const value = valueAt(at);
        if (value > 0) points.push({ at, value });
      }
      if (endedAtMs !== undefined && endedAtMs >= fromMs && endedAtMs <= Math.min(toMs, nowMs())) {
        points.push({ at: endedAtMs, value: undefined });
      }
      return points;
    },
  };
}
