import { resources } from '../api/resources.ts';
import type { Secret } from '../api/workloads.ts';
import { evaluateInstant } from '../core/analysis/instant-expression.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { axiosHttp } from '../metrics/http-axios.ts';
import type { JobHome } from '../metrics/job.ts';
import { providerRegistry } from '../metrics/registry.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { elasticLoadBalancing } from '../routers/alb/elastic-load-balancing.ts';
import { loadBalancerReader } from '../routers/alb/load-balancer-reader.ts';
import { verifying } from '../routers/alb/verification.ts';
import { routers } from '../routers/registry.ts';
import type { Telemetry } from '../shell/telemetry.ts';
import type { ControllerConfig } from './config.ts';

interface Surroundings {
  readonly cluster: Cluster;
  readonly jobs: JobHome;
  readonly controllerNamespace: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Pick<Telemetry, 'query'>;
}

/** The routers and metric sources of production. */
export function registries(
  { prometheusAddress, datadog, albVerification }: ControllerConfig,
  { cluster, jobs, controllerNamespace, clock, random, metrics }: Surroundings,
): { readonly routers: RouterRegistry; readonly providers: ProviderRegistry } {
  return {
    routers: albVerification === undefined ? routers : verified(routers, albVerification, { clock, random }),
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

/** With one reader for all Rollouts of this process: they share the account's calls. */
function verified(
  { alb, ...others }: RouterRegistry,
  { tagKey }: NonNullable<ControllerConfig['albVerification']>,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): RouterRegistry {
  if (alb === undefined) return others;
  const reader = loadBalancerReader(elasticLoadBalancing(), { clock, random: random.fork('elb') });
  return { ...others, alb: verifying(alb, { reader, clock, tagKey }) };
}

function decoded({ data = {} }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}
