import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { economicalHttp } from './economy.ts';
import { prometheus } from './prometheus.ts';

/** Every metric source that is supported. A metric that asks for another gets an error that names these. */
export function providerRegistry(dependencies: ProviderDependencies): ProviderRegistry {
  const sparing = { ...dependencies, http: economicalHttp(dependencies.http) };
  return {
    prometheus: prometheus(sparing),
  };
}
