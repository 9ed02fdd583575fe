import { podTemplateHashLabel, scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { namedRouters } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import { isPromoted, type Memory } from './memory.ts';
import { activeRevision } from './progress.ts';
import { stableServiceOf } from './roles.ts';
import type { Situation } from './situation.ts';

/** A Service whose pods must be known to the load balancer before the Rollout goes on. */
export interface RegistrationNeed {
  readonly service: string;
  /** Of the ReplicaSet that the Service leads to. */
  readonly podTemplateHash: string;
}

/**
 * Must somebody ask whether pods are registered with their target groups? After a blue-green switch until the promotion;
 * after a canary's promotion, behind an ALB, as long as old pods have no date on which they go. Calls to AWS are few.
 */
export function registrationNeed(
  { spec, status = {} }: Rollout,
  replicaSets: readonly ReplicaSet[],
): RegistrationNeed | undefined {
  const { blueGreen, canary } = spec.strategy ?? {};
  const { currentPodHash = '', stableRS = '', abort } = status;
  if (stableRS === '' || currentPodHash === '' || abort === true) return undefined;
  if (blueGreen !== undefined) {
    if (stableRS === currentPodHash || status.blueGreen?.activeSelector !== currentPodHash) return undefined;
    return { service: blueGreen.activeService, podTemplateHash: currentPodHash };
  }
  if (canary === undefined || stableRS !== currentPodHash) return undefined;
  if (!namedRouters(canary.trafficRouting).includes('alb')) return undefined;
  const service = stableServiceOf({ strategy: canary }, status.canary?.stablePingPong);
  if (service === undefined || !replicaSets.some((each) => isOldWithoutDate(each, stableRS)))
    return undefined;
  return { service, podTemplateHash: stableRS };
}

function isOldWithoutDate({ metadata, spec }: ReplicaSet, stableHash: string): boolean {
  if (metadata.labels?.[podTemplateHashLabel] === stableHash || (spec.replicas ?? 1) === 0) return false;
  return metadata.annotations?.[scaleDownDeadlineAnnotation] === undefined;
}

/** May a blue-green update go on after its switch: does the load balancer know the pods that it switched to? */
export function isActiveRegistered(seen: Situation): boolean {
  const { registration } = seen.observed;
  if (registration === undefined) return true;
  return activeRevision(seen) === seen.canary && isRegistered(seen);
}

/** Must the old pods of a promoted canary stay, since the load balancer does not know the new ones yet? */
export function keepsOldPods(seen: Situation, memory: Memory): boolean {
  const { observed, blueGreen, routed } = seen;
  if (observed.registration === undefined || blueGreen !== undefined || !routed) return false;
  if (!isPromoted(seen, memory) || !observed.routers.some(({ kind }) => kind === 'alb')) return false;
  return !isRegistered(seen);
}

/** A data plane that is not as it should be yet is asked again after this many seconds. */
export const verifyAgainSeconds = 10;

/** What `status.waiting` says meanwhile. */
export const unregistered = 'the load balancer to know the pods';

export function asksAgainAfter({ observed }: Situation): number | undefined {
  const { verified, podTemplateHash } = observed.registration ?? {};
  return verified === false && podTemplateHash !== undefined ? verifyAgainSeconds : undefined;
}

function isRegistered({ observed, canary }: Situation): boolean {
  const { verified, podTemplateHash } = observed.registration ?? {};
  return verified === true && podTemplateHash === canary.hash;
}
