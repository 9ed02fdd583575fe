import { podTemplateHashLabel } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import type { Rollout, RolloutSpec, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Action, Plan } from '../plan.ts';
import { bareTemplate, situationOf } from './identity.ts';
import type { Observed } from './observed.ts';
import { canaryServiceOf, stableServiceOf } from './roles.ts';
import type { Situation } from './situation.ts';

/** What the way back needs. What is wrong with the spec may be wrong with everything else that a decision would write. */
function leadsBack(action: Action): boolean {
  if (action.do === 'mergePatch') return action.ref.type === resources.replicaSets;
  return waysBack.has(action.do);
}

const waysBack: ReadonlySet<Action['do']> = new Set([
  'route',
  'switchService',
  'scaleReplicaSet',
  'terminateAnalysisRun',
  'terminateExperiment',
]);

/**
 * The way back of a release that is called off while its spec is invalid: somebody has deleted an AnalysisTemplate in the middle of it, or
 * has written steps that mean nothing. A gate must shut then too (invariant I4): by a person's abort, or by a verdict on what still runs.
 * Undefined when nobody calls it off, or when what is wrong is what the way back stands on: Services, routes, ReplicaSets.
 *
 * @param decide the decision of the strategy, about the release as it was before the spec became invalid
 */
export function abortedPlan(
  observed: Observed,
  now: Instant,
  decide: (seen: Situation) => Plan<RolloutStatus>,
): Plan<RolloutStatus> | undefined {
  const seen = releaseUnderWay(observed, now);
  if (seen === undefined || !standsOnFirmGround(seen)) return undefined;
  const { statusMayWait: _never, ...plan } = decide(seen);
  if (plan.status?.abort !== true) return undefined;
  return { ...plan, actions: plan.actions.filter(leadsBack) };
}

/** The release of the revision that status knows, whatever the spec asks for by now; undefined when none is under way. */
function releaseUnderWay(observed: Observed, now: Instant): Situation | undefined {
  const { rollout, replicaSets } = observed;
  const { currentPodHash, stableRS, currentStepHash = '' } = rollout.status ?? {};
  if (!stableRS || !currentPodHash || currentPodHash === stableRS) return undefined;
  const released = replicaSets.find(
    ({ metadata }) => metadata.labels?.[podTemplateHashLabel] === currentPodHash,
  );
  const { replicas = 1 } = rollout.spec;
  if (released === undefined || !Number.isInteger(replicas) || replicas < 0) return undefined;
  const pods = { template: bareTemplate(released), selector: selectorOf(released) };
  const seen = situationOf({ ...observed, rollout: withoutDeadline(rollout) }, pods, now);
  const isKnown = seen.canary.hash === currentPodHash && seen.stable?.hash === stableRS;
  return isKnown ? { ...seen, stepHash: seen.blueGreen === undefined ? currentStepHash : '' } : undefined;
}

/** Nothing moves while the spec is invalid, which is no reason to call the release off. */
function withoutDeadline(rollout: Rollout): Rollout {
  const { progressDeadlineAbort: _never, ...spec } = rollout.spec;
  return { ...rollout, spec: spec as RolloutSpec };
}

/** That of the pods, without the label that tells the revisions apart. */
function selectorOf({ spec: { selector } }: ReplicaSet): ReplicaSet['spec']['selector'] {
  const { [podTemplateHashLabel]: _ours, ...matchLabels } = selector.matchLabels ?? {};
  return { ...selector, matchLabels };
}

/** The Services of both sides are there, and the routes, if the release has any, can be read. */
function standsOnFirmGround(seen: Situation): boolean {
  const { observed, strategy, status, blueGreen, routed } = seen;
  const role = status.canary?.stablePingPong;
  if (routed !== (status.canary?.weights !== undefined)) return false;
  if (observed.routers.some(({ supported, problems }) => !supported || problems.length > 0)) return false;
  const needed =
    blueGreen === undefined
      ? [stableServiceOf({ strategy }, role), canaryServiceOf({ strategy }, role)]
      : [blueGreen.activeService];
  return needed.every((name) => name === undefined || observed.services[name] !== undefined);
}
