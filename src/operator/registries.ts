import { resources } from '../api/resources.ts';
import type { Secret } from '../api/workloads.ts';
import { evaluateInstant } from '../core/analysis/instant-expression.ts';
import type { Clock } from '../kernel/clock.ts';
import { axiosHttp } from '../metrics/http-axios.ts';
import type { JobHome } from '../metrics/job.ts';
import { providerRegistry } from '../metrics/registry.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { routers } from '../routers/registry.ts';
import type { Telemetry } from '../shell/telemetry.ts';
import type { ControllerConfig } from './config.ts';

interface Surroundings {
  readonly cluster: Cluster;
  readonly jobs: JobHome;
  readonly controllerNamespace: string;
  readonly clock: Clock;
  readonly metrics: Pick<Telemetry, 'query'>;
}

/** The routers and metric sources of production. */
export function registries(
  { prometheusAddress, datadog }: ControllerConfig,
  { cluster, jobs, controllerNamespace, clock, metrics }: Surroundings,
): { readonly routers: RouterRegistry; readonly providers: ProviderRegistry } {
  return {
    routers,
    providers: providerRegistry({
      http: axiosHttp(clock),
      clock,
      onQuery: metrics.query,
      jobs,
      ...(prometheusAddress !== undefined && { prometheusAddress }),
      ...(datadog !== undefined && { datadog }),
      evaluateInstant,
      readSecret: async (namespace = controllerNamespace, name) => {
        const secret = await cluster.get({ type: resources.secrets, namespace, name });
        return secret === undefined ? undefined : decoded(secret as Secret);
      },
    }),
  };
}

function decoded({ data = {} }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
