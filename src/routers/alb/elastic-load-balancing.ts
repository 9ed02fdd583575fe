import type {
  Action,
  ElasticLoadBalancingV2Client,
  LoadBalancer,
  Rule,
} from '@aws-sdk/client-elastic-load-balancing-v2';
import type { AwsForwardTarget, AwsRule, LoadBalancerApi, Page } from '../../ports/load-balancers.ts';

/** The API's limits of a page. */
const pageSize = { loadBalancers: 400, targetGroups: 400, listeners: 100, rules: 100 };

/** The SDK's own default is to wait for ever. It tries once: who reads knows better when to come back. */
const requestHandler = { connectionTimeout: 5_000, requestTimeout: 15_000, throwOnRequestTimeout: true };
const maxAttempts = 1;

type Sdk = typeof import('@aws-sdk/client-elastic-load-balancing-v2');

/**
 * AWS Elastic Load Balancing through the vendor's SDK, with its default chains for credentials and region; loaded with the
 * first question, it is large. https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/
 */
export function elasticLoadBalancing(): LoadBalancerApi {
  let loaded: Promise<{ sdk: Sdk; client: ElasticLoadBalancingV2Client }> | undefined;
  const connect = () => {
    loaded ??= import('@aws-sdk/client-elastic-load-balancing-v2').then((sdk) => ({
      sdk,
      client: new sdk.ElasticLoadBalancingV2Client({ maxAttempts, requestHandler }),
    }));
    return loaded;
  };
  return {
    async loadBalancers(Marker) {
      const { sdk, client } = await connect();
      const answer = await client.send(
        new sdk.DescribeLoadBalancersCommand({ Marker, PageSize: pageSize.loadBalancers }),
      );
      return pageOf(answer.NextMarker, (answer.LoadBalancers ?? []).map(loadBalancerOf));
    },
    async targetGroups(LoadBalancerArn, Marker) {
      const { sdk, client } = await connect();
      const answer = await client.send(
        new sdk.DescribeTargetGroupsCommand({ LoadBalancerArn, Marker, PageSize: pageSize.targetGroups }),
      );
      const items = (answer.TargetGroups ?? []).map(({ TargetGroupArn = '', TargetGroupName = '' }) => ({
        arn: TargetGroupArn,
        name: TargetGroupName,
      }));
      return pageOf(answer.NextMarker, items);
    },
    async tags(arns) {
      const { sdk, client } = await connect();
      const answer = await client.send(new sdk.DescribeTagsCommand({ ResourceArns: [...arns] }));
      return (answer.TagDescriptions ?? []).map(({ ResourceArn = '', Tags = [] }) => ({
        arn: ResourceArn,
        tags: Object.fromEntries(Tags.map(({ Key = '', Value = '' }) => [Key, Value])),
      }));
    },
    async listeners(LoadBalancerArn, Marker) {
      const { sdk, client } = await connect();
      const answer = await client.send(
        new sdk.DescribeListenersCommand({ LoadBalancerArn, Marker, PageSize: pageSize.listeners }),
      );
      return pageOf(
        answer.NextMarker,
        (answer.Listeners ?? []).flatMap(({ ListenerArn }) => ListenerArn ?? []),
      );
    },
    async rules(ListenerArn, Marker) {
      const { sdk, client } = await connect();
      const answer = await client.send(
        new sdk.DescribeRulesCommand({ ListenerArn, Marker, PageSize: pageSize.rules }),
      );
      return pageOf(answer.NextMarker, (answer.Rules ?? []).map(ruleOf));
    },
    async targets(TargetGroupArn) {
      const { sdk, client } = await connect();
      const answer = await client.send(new sdk.DescribeTargetHealthCommand({ TargetGroupArn }));
      return (answer.TargetHealthDescriptions ?? []).map(({ Target, TargetHealth }) => ({
        id: Target?.Id ?? '',
        port: Target?.Port ?? 0,
        state: TargetHealth?.State ?? '',
      }));
    },
  };
}

function pageOf<T>(marker: string | undefined, items: readonly T[]): Page<T> {
  return { items, ...(marker !== undefined && marker !== '' && { marker }) };
}

function loadBalancerOf({ LoadBalancerArn = '', LoadBalancerName = '', DNSName = '' }: LoadBalancer) {
  return { arn: LoadBalancerArn, name: LoadBalancerName, dnsName: DNSName };
}

function ruleOf({ RuleArn = '', Actions = [] }: Rule): AwsRule {
  return {
    arn: RuleArn,
    forwards: Actions.filter(({ Type }) => Type === 'forward').map(targetsOf),
  };
}

/** An action names its only target group by itself; then there is no weight to speak of, and it counts as the default 1. */
function targetsOf({ ForwardConfig, TargetGroupArn }: Action): readonly AwsForwardTarget[] {
  const groups = ForwardConfig?.TargetGroups ?? [];
  if (groups.length === 0) return TargetGroupArn === undefined ? [] : [{ arn: TargetGroupArn, weight: 1 }];
  return groups.map((group) => ({ arn: group.TargetGroupArn ?? '', weight: group.Weight ?? 1 }));
}
