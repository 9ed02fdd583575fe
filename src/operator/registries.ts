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
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { elasticLoadBalancing } from '../routers/alb/elastic-load-balancing.ts';
import { loadBalancerReader } from '../routers/alb/load-balancer-reader.ts';
import { targetRegistration } from '../routers/alb/registration.ts';
import { verifying } from '../routers/alb/verification.ts';
import { routers } from '../routers/registry.ts';
import { decodedSecret } from '../shell/analysis/read-secrets.ts';
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

export interface Registries {
  readonly routers: RouterRegistry;
  readonly providers: ProviderRegistry;
  readonly registration?: TargetRegistration;
}

/** Whom production asks and drives: routers, metric sources, and AWS when it is to be asked. */
export function registries(
  { prometheusAddress, datadog, awsVerification }: ControllerConfig,
  { cluster, jobs, controllerNamespace, clock, random, metrics }: Surroundings,
): Registries {
  return {
    ...(awsVerification === undefined ? { routers } : verified(routers, awsVerification, { clock, random })),
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
        return secret === undefined ? undefined : decodedSecret(secret as Secret);
      },
    }),
  };
}

/** With one reader for all Rollouts of this process: they share the account's calls. */
function verified(
  { alb, ...others }: RouterRegistry,
  { tagKey }: NonNullable<ControllerConfig['awsVerification']>,
  { clock, random }: Pick<Surroundings, 'clock' | 'random'>,
): Pick<Registries, 'routers' | 'registration'> {
  if (alb === undefined) return { routers: others };
  const reader = loadBalancerReader(elasticLoadBalancing(), { clock, random: random.fork('elb') });
  return {
    routers: { ...others, alb: verifying(alb, { reader, clock, tagKey }) },
    registration: targetRegistration({ reader, clock }),
  };
}
