import type { EndpointSlice, ReplicaSet, Service, TargetGroupBinding } from '../../api/workloads.ts';
import type { AwsTarget } from '../../ports/load-balancers.ts';
import type { PodsToRegister } from '../../ports/target-registration.ts';
import type { RouterNews } from '../../ports/traffic-router.ts';

/** Where one target group must lead. */
export interface WantedTargets {
  readonly arn: string;
  /** `ip:port` of the ready pods of the ReplicaSet. */
  readonly endpoints: readonly string[];
  /** Does the Service lead to every available pod of the ReplicaSet, and to no other? Else there is nothing to compare yet. */
  readonly isComplete: boolean;
}

export interface RegistrationJudgement {
  readonly verified: boolean;
  readonly news?: RouterNews;
}

/** The Service's port that the binding means, by number or by name. */
export function boundPort(
  { serviceRef }: TargetGroupBinding['spec'],
  { spec }: Service,
): { readonly name?: string } | undefined {
  return spec.ports?.find(
    ({ port, name }) => String(port) === String(serviceRef.port) || name === serviceRef.port,
  );
}

/** Where the Service's port leads, as the cluster's endpoints say: only to pods of this ReplicaSet, or not yet. */
export function endpointsOf(
  { spec }: TargetGroupBinding,
  { service, replicaSet, slices }: PodsToRegister,
): Omit<WantedTargets, 'arn'> {
  const family = spec.ipAddressType === 'ipv6' ? 'IPv6' : 'IPv4';
  const portName = boundPort(spec, service)?.name ?? '';
  const ours = new Set<string>();
  const others = new Set<string>();
  for (const slice of slices.filter(({ addressType = 'IPv4' }) => addressType === family)) {
    const port = slice.ports?.find(({ name = '' }) => name === portName)?.port;
    for (const endpoint of slice.endpoints ?? []) {
      if (endpoint.conditions?.ready === false || port === undefined) continue;
      const into = isPodOf(replicaSet, endpoint) ? ours : others;
      for (const address of endpoint.addresses) into.add(`${address}:${port}`);
    }
  }
  const { availableReplicas = 0 } = replicaSet.status ?? {};
  return {
    endpoints: [...ours].sort(),
    isComplete: others.size === 0 && ours.size >= availableReplicas,
  };
}

/** States in which a target gets no requests, or none that it could answer. A group that nobody uses has `unused` ones. */
const outOfService = new Set(['initial', 'unhealthy', 'draining', 'unhealthy.draining']);

/** Is every endpoint a target, and fit to serve? Events in the peer's words. */
export function judgeTargets(
  service: string,
  { arn, endpoints }: Pick<WantedTargets, 'arn' | 'endpoints'>,
  says: { readonly targets: readonly AwsTarget[] } | { readonly error: string },
): RegistrationJudgement {
  const about = `Service ${service} (TargetGroup ${arn})`;
  if ('error' in says) {
    const message = `Failed to verify ${about}: ${says.error}`;
    return { verified: false, news: { type: 'Warning', reason: 'TargetGroupVerifyError', message } };
  }
  const states = new Map(says.targets.map(({ id, port, state }) => [`${id}:${port}`, state]));
  const registered = endpoints.filter((endpoint) => states.has(endpoint));
  const waiting = registered
    .map((endpoint) => states.get(endpoint) ?? '')
    .filter((state) => outOfService.has(state));
  if (registered.length === endpoints.length && waiting.length === 0) {
    const message = `${about} verified: ${endpoints.length} endpoints registered`;
    return { verified: true, news: { type: 'Normal', reason: 'TargetGroupVerified', message } };
  }
  const unfit =
    waiting.length === 0 ? '' : `, ${waiting.length} of them ${[...new Set(waiting)].join(' or ')}`;
  const message = `${about} not verified: ${registered.length}/${endpoints.length} endpoints registered${unfit}`;
  return { verified: false, news: { type: 'Warning', reason: 'TargetGroupUnverified', message } };
}

/** A ReplicaSet's pods are named after it, shortened where their names would be too long. */
function isPodOf(
  { metadata }: ReplicaSet,
  { targetRef }: NonNullable<EndpointSlice['endpoints']>[number],
): boolean {
  return targetRef?.kind !== 'Pod' || targetRef.name.startsWith(`${metadata.name}-`.slice(0, longestPrefix));
}

/** Of 63 characters of a name, 5 are the server's. */
const longestPrefix = 58;
