import type { Clock } from '../../kernel/clock.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import type { AwsLoadBalancer, AwsTarget, LoadBalancerApi } from '../../ports/load-balancers.ts';
import { awsCalls, isGone } from './aws-calls.ts';
import type { LoadBalancer } from './load-balancer.ts';
import { pauseSeconds, type SharedReadings, sharedReadings } from './shared-readings.ts';

/** Reads AWS for everybody who waits for it: one budget of calls, one reading of each thing. */
export interface LoadBalancerReader {
  /** Load balancers by DNS name, with their target groups and rules; undefined when no load balancer has the name. */
  readonly balancers: SharedReadings<{ readonly found: LoadBalancer | undefined }>;
  /** Who is registered with a target group, by its ARN. */
  readonly targets: SharedReadings<{ readonly targets: readonly AwsTarget[] }>;
}

/** The API's limit of one DescribeTags. */
const mostArns = 20;

export function loadBalancerReader(
  api: LoadBalancerApi,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): LoadBalancerReader {
  const calls = awsCalls({ clock, random });
  let names = new Map<string, AwsLoadBalancer>();
  let naming: Promise<void> | undefined;
  let namesAt: Instant | undefined;

  /** All names of the account are read together, whoever asks, and no more often than one load balancer. */
  const learnNames = async (): Promise<void> => {
    if (naming === undefined && namesAt !== undefined && addSeconds(namesAt, pauseSeconds) > clock.now())
      return;
    naming ??= readNames().finally(() => {
      naming = undefined;
    });
    await naming;
  };

  const readNames = async (): Promise<void> => {
    const begunAt = clock.now();
    const all = await calls.allPages((marker) => api.loadBalancers(marker));
    names = new Map(all.map((each) => [each.dnsName, each]));
    namesAt = begunAt;
  };

  const describe = async (dnsName: string): Promise<LoadBalancer | undefined> => {
    if (!names.has(dnsName)) await learnNames();
    const balancer = names.get(dnsName);
    if (balancer === undefined) return undefined;
    try {
      return await describeOne(balancer);
    } catch (error) {
      if (isGone(error)) names.delete(dnsName);
      throw error;
    }
  };

  const describeOne = async (balancer: AwsLoadBalancer): Promise<LoadBalancer> => {
    const groups = await calls.allPages((marker) => api.targetGroups(balancer.arn, marker));
    const tags = new Map<string, Readonly<Record<string, string>>>();
    for (let first = 0; first < groups.length; first += mostArns) {
      const arns = groups.slice(first, first + mostArns).map(({ arn }) => arn);
      for (const each of await calls.send(() => api.tags(arns))) tags.set(each.arn, each.tags);
    }
    const listeners = await calls.allPages((marker) => api.listeners(balancer.arn, marker));
    const rules = [];
    for (const listener of listeners)
      rules.push(...(await calls.allPages((marker) => api.rules(listener, marker))));
    return {
      ...balancer,
      targetGroups: groups.map((group) => ({ ...group, tags: tags.get(group.arn) ?? {} })),
      rules,
    };
  };

  return {
    balancers: sharedReadings(async (name) => ({ found: await describe(name) }), { clock, calls }),
    targets: sharedReadings(async (arn) => ({ targets: await calls.send(() => api.targets(arn)) }), {
      clock,
      calls,
    }),
  };
}
