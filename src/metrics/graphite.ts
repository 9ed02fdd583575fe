import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { HttpResponse } from '../ports/http.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { excerpt, jsonObjectOf, misconfigured, refusal } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';

const timeoutMs = 10_000;

/** Graphite's render call: https://graphite.readthedocs.io/en/stable/render_api.html */
export function graphite({ http }: ProviderDependencies): MetricProvider {
  return {
    kind: 'graphite',
    async measure(metric, at, signal) {
      const url = renderUrl(metric);
      const answer = await http.request({ method: 'GET', url, timeoutMs, signal, sharedAt: at });
      if (answer.status >= 400) throw refusal(answer, `error response: ${excerpt(answer.body)}`);
      return readTargets(answer);
    },
  };
}

function renderUrl({ provider }: Metric): string {
  const { address = '', query = '' } = provider.graphite ?? {};
  const base = URL.parse(address);
  if (base === null || base.host === '') {
    throw misconfigured(`Graphite address ${address} is not a valid URL`);
  }
  // the query is parameters of a URL, often folded over several lines of YAML
  const asked = new URLSearchParams(query.replace(/\s/g, ''));
  asked.set('format', 'json');
  asked.sort();
  base.pathname = `${base.pathname.replace(/\/$/, '')}/render`;
  base.search = asked.toString();
  return base.href;
}

interface Target {
  readonly datapoints?: readonly (readonly unknown[])[];
}

/** The first target's points; those without a value are left out. */
function readTargets(answer: HttpResponse): MetricAnswer {
  const targets = jsonObjectOf<readonly Target[]>(answer);
  const points = (Array.isArray(targets) ? (targets[0] as Target | undefined) : undefined)?.datapoints ?? [];
  if (points.length === 0) throw new SluiceError('METRIC_NO_DATA', 'no values found');
  const value = points.flatMap(([point]) => (point === null || point === undefined ? [] : [numberOf(point)]));
  return {
    result: { kind: 'vector', value },
    text: `[${value.map((each) => each.toFixed(6)).join(',')}]`,
  };
}

/** Some versions write numbers as texts. */
function numberOf(point: unknown): number {
  const value = typeof point === 'string' && point.trim() !== '' ? Number(point) : point;
  if (typeof value === 'number' && !Number.isNaN(value)) return value;
  throw new SluiceError('METRIC_ANSWER_INVALID', 'a point has no number');
}
