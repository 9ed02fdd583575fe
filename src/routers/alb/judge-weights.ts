import type { AwsForwardTarget } from '../../ports/load-balancers.ts';
import type { AlbStatus, RouterNews } from '../../ports/traffic-router.ts';
import type { LoadBalancer, TargetGroup } from './load-balancer.ts';

/** The split that one Ingress asks of its load balancer. */
export interface WantedWeights {
  readonly namespace: string;
  readonly ingress: string;
  readonly servicePort: number;
  /** Key of the tag by which the load balancer controller says which Service a target group stands for. */
  readonly tagKey: string;
  readonly canary: WantedWeight;
  readonly stable: WantedWeight;
  readonly additional: readonly WantedWeight[];
}

export interface WantedWeight {
  readonly service: string;
  readonly weight: number;
}

export interface Judgement {
  readonly verified: boolean;
  readonly news: readonly RouterNews[];
}

/**
 * Does the load balancer carry the split? Every rule of every listener that divides requests among these Services has to
 * say so; one that says something else, or none at all, means no. Events in the peer's words.
 */
export function judgeWeights(wanted: WantedWeights, balancer: LoadBalancer): Judgement {
  const asked = [wanted.canary, ...wanted.additional].map((each) => judgeOne(wanted, each, balancer));
  const stable = judgeOne(wanted, wanted.stable, balancer);
  // stable gets what the others leave, so it is told of only when it alone is wrong
  const isOthers = asked.every(({ verified }) => verified);
  const told = isOthers && !stable.verified && stable.isRouted ? [...asked, stable] : asked;
  return {
    verified: isOthers && (stable.verified || !stable.isRouted),
    news: told.flatMap(({ news }) => news),
  };
}

/** The AWS resources behind one Ingress, as far as they are known. */
export function albStatusOf(wanted: WantedWeights, balancer: LoadBalancer): AlbStatus {
  const { name, arn } = balancer;
  const groupOf = ({ service }: WantedWeight) => {
    const group = groupsOf(wanted, service, balancer)[0];
    return group === undefined
      ? undefined
      : { name: group.name, arn: group.arn, fullName: group.arn.split('/').slice(1).join('/') };
  };
  const canaryTargetGroup = groupOf(wanted.canary);
  const stableTargetGroup = groupOf(wanted.stable);
  return {
    ingress: wanted.ingress,
    loadBalancer: { name, arn, fullName: arn.split('/').slice(2).join('/') },
    ...(canaryTargetGroup !== undefined && { canaryTargetGroup }),
    ...(stableTargetGroup !== undefined && { stableTargetGroup }),
  };
}

/** How the load balancer controller names what a target group stands for. */
function groupsOf(
  { namespace, ingress, servicePort, tagKey }: WantedWeights,
  service: string,
  { targetGroups }: LoadBalancer,
): readonly TargetGroup[] {
  const resource = `${namespace}/${ingress}-${service}:${servicePort}`;
  return targetGroups.filter(({ tags }) => tags[tagKey] === resource);
}

function judgeOne(wanted: WantedWeights, { service, weight }: WantedWeight, balancer: LoadBalancer) {
  const groups = groupsOf(wanted, service, balancer).map(({ arn }) => arn);
  const shares = sharesOf(groups, balancer);
  const wrong = shares.find((share) => share.weight !== weight);
  const shown = wrong ?? shares[0];
  const about = `Service ${service} (TargetGroup ${shown?.arn ?? groups[0] ?? 'unknown'})`;
  const verified = shown !== undefined && wrong === undefined;
  const news: RouterNews = verified
    ? {
        type: 'Normal',
        reason: 'TargetGroupVerified',
        message: `${about} verified: canary weight ${weight} set`,
      }
    : {
        type: 'Warning',
        reason: 'TargetGroupUnverified',
        message: `${about} not verified: canary weight ${weight} not yet set (current: ${shown?.weight ?? 'none'})`,
      };
  return { verified, isRouted: shown !== undefined, news: [news] };
}

/**
 * What the rules give these target groups. A rule that sends everything to one of them is a header route, which is no part
 * of the split, unless there is no other.
 */
function sharesOf(groups: readonly string[], { rules }: LoadBalancer): readonly AwsForwardTarget[] {
  const forwards = rules
    .flatMap((rule) => rule.forwards)
    .filter((targets) => targets.some(({ arn }) => groups.includes(arn)));
  const divided = forwards.filter((targets) => targets.length > 1);
  return (divided.length > 0 ? divided : forwards).flat().filter(({ arn }) => groups.includes(arn));
}
