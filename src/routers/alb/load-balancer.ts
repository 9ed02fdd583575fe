import type { AwsLoadBalancer, AwsRule, AwsTargetGroup } from '../../ports/load-balancers.ts';

/** One load balancer as AWS describes it: every target group with its tags, and every rule of every listener. */
export interface LoadBalancer extends AwsLoadBalancer {
  readonly targetGroups: readonly TargetGroup[];
  readonly rules: readonly AwsRule[];
}

export interface TargetGroup extends AwsTargetGroup {
  readonly tags: Readonly<Record<string, string>>;
}
