import type { AwsRule, AwsTarget, LoadBalancerApi, Page } from '../../src/ports/load-balancers.ts';

/** One load balancer in front of the Ingress `web/shop`, as AWS would describe it, and who asked what. */
export class ElasticLoadBalancer implements LoadBalancerApi {
  dnsName = 'shop-1.eu-west-1.elb.amazonaws.com';
  readonly arn = 'arn:aws:elasticloadbalancing:eu-west-1:1:loadbalancer/app/shop/50dc6c49';
  /** By listener: the rules, each with its targets as `service: weight`. */
  listening: Record<string, readonly Readonly<Record<string, number>>[]> = {};
  /** By target group: who is registered with it. */
  registered: Record<string, readonly AwsTarget[]> = {};
  /** Every call, by name. */
  readonly calls: string[] = [];
  /** Thrown by every call while it is set. */
  failure: Error | undefined;
  tagKey = 'ingress.k8s.aws/resource';
  /** Items of a page. */
  pageSize = 100;
  private readonly services: readonly string[];
  private readonly of: string;

  constructor(services: readonly string[] = ['canary', 'stable'], of = 'web/shop', port = 443) {
    this.services = services;
    this.of = `${of}-SERVICE:${port}`;
    this.shows({ canary: 0, stable: 100 });
  }

  /** One listener with one rule that divides requests so. */
  shows(weights: Readonly<Record<string, number>>): void {
    this.listening = { https: [weights] };
  }

  groupArn(service: string): string {
    return `arn:aws:elasticloadbalancing:eu-west-1:1:targetgroup/k8s-${service}/73e2d6bc`;
  }

  loadBalancers(marker?: string) {
    const others = [1, 2].map((n) => ({ arn: `arn:${n}`, name: `other-${n}`, dnsName: `other-${n}.aws` }));
    const all = [...others, { arn: this.arn, name: 'shop', dnsName: this.dnsName }];
    return this.answer('DescribeLoadBalancers', all, marker);
  }

  targetGroups(_: string, marker?: string) {
    const all = this.services.map((service) => ({ arn: this.groupArn(service), name: `k8s-${service}` }));
    return this.answer('DescribeTargetGroups', all, marker);
  }

  async tags(arns: readonly string[]) {
    if (arns.length > 20) throw new Error('at most 20 resources');
    const tags = this.services.map((service) => ({
      arn: this.groupArn(service),
      tags: { [this.tagKey]: this.of.replace('SERVICE', service) },
    }));
    const { items } = await this.answer('DescribeTags', tags, undefined, 1000);
    return items.filter(({ arn }) => arns.includes(arn));
  }

  listeners(_: string, marker?: string) {
    return this.answer('DescribeListeners', Object.keys(this.listening), marker);
  }

  rules(listener: string, marker?: string) {
    const rules = (this.listening[listener] ?? []).map(
      (weights, index): AwsRule => ({
        arn: `${listener}/${index}`,
        forwards: [
          Object.entries(weights).map(([service, weight]) => ({ arn: this.groupArn(service), weight })),
        ],
      }),
    );
    return this.answer('DescribeRules', rules, marker);
  }

  async targets(targetGroupArn: string) {
    const { items } = await this.answer('DescribeTargetHealth', this.registered[targetGroupArn] ?? []);
    return items;
  }

  private async answer<T>(
    call: string,
    all: readonly T[],
    marker = '0',
    size = this.pageSize,
  ): Promise<Page<T>> {
    this.calls.push(call);
    if (this.failure !== undefined) throw this.failure;
    const end = Number(marker) + size;
    return {
      items: all.slice(Number(marker), end),
      ...(end < all.length && { marker: String(end) }),
    };
  }
}
