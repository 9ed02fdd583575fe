/** What Sluice reads of AWS Elastic Load Balancing (version 2). Each member is one call; lists come in pages. */
export interface LoadBalancerApi {
  loadBalancers(marker?: string): Promise<Page<AwsLoadBalancer>>;
  targetGroups(loadBalancerArn: string, marker?: string): Promise<Page<AwsTargetGroup>>;
  /** @param arns at most 20, the API's limit. */
  tags(arns: readonly string[]): Promise<readonly AwsTags[]>;
  /** ARNs of the listeners. */
  listeners(loadBalancerArn: string, marker?: string): Promise<Page<string>>;
  rules(listenerArn: string, marker?: string): Promise<Page<AwsRule>>;
  /** Everybody registered with a target group, those that are on their way out too. It has no pages. */
  targets(targetGroupArn: string): Promise<readonly AwsTarget[]>;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Where the next page begins; absent on the last one. */
  readonly marker?: string;
}

export interface AwsLoadBalancer {
  readonly arn: string;
  readonly name: string;
  readonly dnsName: string;
}

export interface AwsTargetGroup {
  readonly arn: string;
  readonly name: string;
}

export interface AwsTags {
  readonly arn: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** A rule of a listener, the default one among them. */
export interface AwsRule {
  readonly arn: string;
  /** Whom each of its forward actions sends requests to. */
  readonly forwards: readonly (readonly AwsForwardTarget[])[];
}

export interface AwsForwardTarget {
  readonly arn: string;
  /** Share relative to the others of the action. */
  readonly weight: number;
}

/** One address that a target group knows. */
export interface AwsTarget {
  /** An IP address, or the id of an instance. */
  readonly id: string;
  readonly port: number;
  /** `healthy`, `initial`, `unhealthy`, `unused`, `draining`, `unavailable`, as AWS names its states. */
  readonly state: string;
}
