import type { MetricResult } from '../../api/measurement.ts';
import type { Metric } from '../../api/v1alpha1/analysis.ts';
import { messageOf } from '../../kernel/errors.ts';
import { isNewerPromql, parsePromql } from '../../sandbox/series/promql/parse.ts';
import { type Complaint, error, warning } from './finding.ts';

/** The query of a Prometheus metric, by its grammar and types; other sources' queries are not known here. */
export function checkQuery(metric: Metric, field: string): readonly Complaint[] {
  const { prometheus } = metric.provider;
  if (prometheus === undefined) return [];
  const path = `${field}.provider.prometheus`;
  const query = prometheus.query ?? '';
  const asked =
    query.trim() === ''
      ? [error(path, 'no query', 'Write the PromQL expression under `query`.')]
      : checkPromql(query, `${path}.query`, `query of ${metric.name}`);
  return [...checkAddress(prometheus.address, path), ...asked];
}

/** Of a Prometheus; without one the controller's own is asked. */
export function checkAddress(address = '', path: string): readonly Complaint[] {
  if (address === '') {
    const what = 'no address: the one of the controller is asked (PROMETHEUS_ADDRESS)';
    return [warning(path, what, 'Name the server with `address`, unless the controller has one.')];
  }
  const url = URL.parse(address);
  if (url !== null && url.host !== '') return [];
  const what = `${JSON.stringify(address)} is no address of a server`;
  return [error(`${path}.address`, what, 'Write it with scheme and host: http://prometheus.monitoring:9090')];
}

/** @param name what the reader of the complaint knows the query by. */
export function checkPromql(query: string, field: string, name: string): readonly Complaint[] {
  try {
    const { type } = parsePromql(query);
    if (type === 'matrix' || type === 'string') {
      const what = `the query is a ${type === 'matrix' ? 'range vector' : 'string'}, of which no verdict can be made`;
      return [error(field, what, 'Put a function around it, such as rate(…) or sum_over_time(…).')];
    }
  } catch (problem) {
    const message = messageOf(problem).replace(/^\d+:\d+: /, '');
    if (message.includes("sandbox's PromQL does not support")) return []; // our engine's limit, not the server's
    if (isNewerPromql(query, message)) return []; // the server may be newer than the engine
    const shown = `${message} (in ${JSON.stringify(query.trim())})`;
    return [error(field, shown, `Correct the ${name}; try it on the server's own page.`)];
  }
  return [];
}

/** What a Prometheus metric answers with; undefined when its query cannot be read. */
export function queryType({ provider: { prometheus } }: Metric): MetricResult['kind'] | undefined {
  if (prometheus?.rangeQuery !== undefined) return 'vector';
  try {
    return parsePromql(prometheus?.query ?? '').type === 'scalar' ? 'scalar' : 'vector';
  } catch {
    return undefined;
  }
}
