import type { MetricResult } from '../../api/measurement.ts';
import { SluiceError } from '../../kernel/errors.ts';

/** What each kind of result looks like in JSON, and which providers answer with it. */
export const resultKinds: Readonly<Record<MetricResult['kind'], { shape: string; from: string }>> = {
  scalar: { shape: 'a number, or "NaN", "+Inf", "-Inf"', from: 'Prometheus, a scalar query' },
  vector: { shape: 'a list of numbers', from: 'Prometheus, a vector; Wavefront, InfluxDB, Graphite' },
  optionalScalar: { shape: 'a number, or null for no data', from: 'Datadog' },
  json: { shape: 'any JSON value', from: 'web, New Relic, SkyWalking' },
  cloudwatch: { shape: 'a list of metric data results, such as [{"Values": [0.5]}]', from: 'CloudWatch' },
};

/**
 * A result as it was written in JSON, which has no words for NaN and the infinities: they are written as texts. `field`
 * names the result in errors. Throws SPEC_INVALID with what was found when it is not of this kind.
 */
export function metricResultOf(kind: string, json: unknown, field = 'result'): MetricResult {
  switch (kind) {
    case 'scalar':
      return { kind, value: numberOf(json, field, kind) };
    case 'vector':
      if (!Array.isArray(json)) throw notOfKind(field, json, kind);
      return { kind, value: json.map((item, index) => numberOf(item, `${field}[${index}]`, 'scalar')) };
    case 'optionalScalar':
      return { kind, value: json === null || json === undefined ? undefined : numberOf(json, field, kind) };
    case 'json':
      return { kind, value: json };
    case 'cloudwatch':
      if (!Array.isArray(json)) throw notOfKind(field, json, kind);
      return { kind, value: json };
    default: {
      const kinds = Object.keys(resultKinds).join(', ');
      throw new SluiceError('SPEC_INVALID', `kind: found ${JSON.stringify(kind)}, must be one of ${kinds}`);
    }
  }
}

const words: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['+Inf', Number.POSITIVE_INFINITY],
  ['Inf', Number.POSITIVE_INFINITY],
  ['-Inf', Number.NEGATIVE_INFINITY],
]);

function numberOf(json: unknown, field: string, kind: MetricResult['kind']): number {
  const value = words.get(json) ?? json;
  if (typeof value === 'number') return value;
  throw notOfKind(field, json, kind);
}

function notOfKind(field: string, json: unknown, kind: MetricResult['kind']): SluiceError {
  const found = json === undefined ? 'nothing' : JSON.stringify(json);
  return new SluiceError('SPEC_INVALID', `${field}: found ${found}, must be ${resultKinds[kind].shape}`);
}
