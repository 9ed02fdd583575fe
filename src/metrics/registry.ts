import type { ProviderRegistry } from '../ports/metric-provider.ts';
import { cloudWatch } from './cloudwatch.ts';
import { datadog } from './datadog.ts';
import type { RegistryDependencies } from './dependencies.ts';
import { economicalHttp } from './economy.ts';
import { job } from './job.ts';
import { prometheus } from './prometheus.ts';
import { web } from './web.ts';

/** Every metric source that is supported. A metric that asks for another gets an error that names these. */
export function providerRegistry(dependencies: RegistryDependencies): ProviderRegistry {
  const sparing = { ...dependencies, http: economicalHttp(dependencies.http) };
  return {
    prometheus: prometheus(sparing),
    cloudWatch: cloudWatch(dependencies.getMetricData),
    datadog: datadog(sparing),
    web: web(sparing),
    job: job(dependencies.jobs),
  };
}
