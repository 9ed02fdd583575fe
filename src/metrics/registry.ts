import type { ProviderKind } from '../api/measurement.ts';
import type { ProviderRegistry, QueryFacts } from '../ports/metric-provider.ts';
import { cloudWatch, throughSdk } from './cloudwatch.ts';
import { batched } from './cloudwatch-batch.ts';
import { datadog } from './datadog.ts';
import type { ProviderDependencies, RegistryDependencies } from './dependencies.ts';
import { discreetHttp } from './discreet-http.ts';
import { economicalHttp } from './economy.ts';
import { graphite } from './graphite.ts';
import { influxdb } from './influxdb.ts';
import { job } from './job.ts';
import { kayenta } from './kayenta.ts';
import { newRelic } from './new-relic.ts';
import { prometheus } from './prometheus.ts';
import { skywalking } from './skywalking.ts';
import { wavefront } from './wavefront.ts';
import { web } from './web.ts';

/** Requests that one server gets at a time. */
const concurrency = 8;

/** Prometheus evaluates that many queries at a time by default (`--query.max-concurrency`). */
const prometheusConcurrency = 20;

/** Every metric source that is supported. A metric that asks for another gets an error that names these. */
export function providerRegistry(dependencies: RegistryDependencies): ProviderRegistry {
  const { http, clock, onQuery } = dependencies;
  const discreet = discreetHttp(http);
  const observing = (provider: ProviderKind) =>
    onQuery === undefined
      ? {}
      : { onQuery: (facts: Omit<QueryFacts, 'provider'>) => onQuery({ provider, ...facts }) };
  const sparing = (provider: ProviderKind, limit = concurrency): ProviderDependencies => ({
    ...dependencies,
    http: economicalHttp(discreet, {
      clock,
      concurrency: limit,
      ...observing(provider),
    }),
  });
  return {
    prometheus: prometheus(sparing('prometheus', prometheusConcurrency)),
    cloudWatch: cloudWatch(
      batched(dependencies.getMetricData ?? throughSdk(), { clock, ...observing('cloudWatch') }),
    ),
    datadog: datadog(sparing('datadog')),
    web: web(sparing('web')),
    job: job(dependencies.jobs),
    newRelic: newRelic(sparing('newRelic')),
    wavefront: wavefront(sparing('wavefront')),
    graphite: graphite(sparing('graphite')),
    influxdb: influxdb(sparing('influxdb')),
    skywalking: skywalking(sparing('skywalking')),
    kayenta: kayenta(sparing('kayenta')),
  };
}
