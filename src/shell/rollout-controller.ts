import {
  controllerOf,
  type KubeObject,
  keyOf,
  matchesSelector,
  type ObjectKey,
  splitKey,
} from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout, RolloutStatus } from '../api/v1alpha1/rollout.ts';
import type { Plan } from '../core/plan.ts';
import type { Observed } from '../core/rollout/observed.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { earliest, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import { isApiError } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { type Applied, applyPlan } from './apply-plan.ts';
import type { Caches } from './caches.ts';
import { requestCounter } from './count-requests.ts';
import type { EventRecorder } from './events.ts';
import { heldStatuses } from './held-status.ts';
import type { Change } from './object-cache.ts';
import { observeRollout } from './observe-rollout.ts';
import { references } from './references.ts';
import { isBug, stoppedRollouts } from './stopped-rollouts.ts';
import type { Telemetry } from './telemetry.ts';
import { type WorkPriority, type WorkQueue, type WorkQueueOptions, workQueue } from './work-queue.ts';

export type DecideRollout = (observed: Observed, now: Instant) => Plan<RolloutStatus>;

export interface RolloutControllerOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  /** Metric sources that runs can ask; a Rollout whose templates need another is refused by name. */
  readonly providers?: ProviderRegistry;
  /** Whom to ask whether pods are known to their load balancers. Default: nobody. */
  readonly registration?: TargetRegistration;
  readonly decide: DecideRollout;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: EventRecorder;
  readonly telemetry: Telemetry;
  /** Rollouts that are looked at at the same time. Default 10, as the peer's `--rollout-threads`. */
  readonly workers?: number;
}

export interface RolloutController {
  readonly queue: WorkQueue;
  /** Tells the controller of every change of every cached object; it finds the Rollouts that it concerns. */
  onChange(type: ResourceType, change: Change): void;
  /** Looks at every Rollout again. */
  resync(): void;
}

/** observe → decide → apply, for one Rollout at a time per key. */
export function rolloutController(options: RolloutControllerOptions): RolloutController {
  const { caches, clock, log, telemetry, recorder } = options;
  const looked = references();
  const requests = requestCounter({ clock, ...(options.providers && { providers: options.providers }) });
  const stopped = stoppedRollouts(options);
  const held = heldStatuses();

  const reconcile: WorkQueueOptions['handle'] = async (key, signal, hurry) => {
    const ref = refOf(key);
    const startedAt = clock.now();
    const observation = await observeRollout(ref, {
      caches,
      routers: options.routers,
      providers: options.providers,
      registration: options.registration,
      requests,
      clock,
      signal,
      heard: () => wake(key),
    });
    if (observation === undefined) return forget(key);
    const { observed, now } = observation;
    looked.set(key, observation.references);
    const { rollout } = observed;
    if (rollout.metadata.deletionTimestamp !== undefined) return undefined;
    const heldUntil = stopped.heldUntil(rollout);
    if (heldUntil !== undefined) return heldUntil;
    try {
      const plan = options.decide(observed, now);
      const heldBackUntil = held.until(key, plan, now);
      const { status: _status, ...withoutStatus } = plan;
      const applied = await applyPlan(rollout, heldBackUntil === undefined ? plan : withoutStatus, {
        caches,
        routers: options.routers,
        record: recorder.record,
        now,
        signal,
        hurry,
      });
      if (applied.wroteStatus && plan.status !== undefined)
        telemetry.statusWritten(rollout.status, plan.status);
      logDecision(rollout, plan, applied, log);
      return earliest(plan.wakeAt, observation.lookAgainAt, heldBackUntil);
    } catch (error) {
      if (isBug(error) && !signal.aborted) return await stopped.stop(rollout, error, signal);
      if (await isLeaving(ref, error, signal)) return undefined;
      throw error;
    } finally {
      telemetry.reconciled('rollout', ...namesOf(key), secondsBetween(startedAt, clock.now()));
    }
  };

  /** Could it not be carried out because the Rollout or its namespace is being deleted? Then nothing is left to do. */
  const isLeaving = async (ref: ObjectRef, error: unknown, signal: AbortSignal): Promise<boolean> => {
    if (isApiError(error, 403)) return /because it is being terminated/.test(error.message);
    if (!isApiError(error, 404)) return false;
    const live = await caches.cluster.get(ref, signal);
    return live === undefined || live.metadata.deletionTimestamp !== undefined;
  };

  const forget = (key: ObjectKey): undefined => {
    looked.forget(key);
    stopped.forget(key);
    held.forget(key);
    telemetry.forget('rollout', ...namesOf(key));
  };

  const queue = workQueue({
    clock,
    observer: telemetry.queue('Rollouts', clock),
    workers: options.workers ?? 10,
    priorityOf: (key) => (isAtRest(caches.get<Rollout>(refOf(key))) ? 'background' : 'routine'),
    handle: reconcile,
    onFailure: (key, error, failures) => logFailure(key, error, failures, options),
  });

  const wake = (key: ObjectKey, priority?: WorkPriority) => {
    if (caches.get(refOf(key)) !== undefined) queue.add(key, priority);
  };

  const onChange = (type: ResourceType, change: Change) => {
    const { object } = change;
    if (type === resources.rollouts) return onRolloutChange(change as Change<Rollout>);
    const owner = controllerOf(object);
    if (owner?.kind === 'Rollout') {
      wake(`${object.metadata.namespace}/${owner.name}`, urgencyOf(type, object));
    } else if (type === resources.replicaSets && owner === undefined) {
      for (const key of selecting(object, caches)) wake(key);
    }
    // what a Rollout looks at, its workload for example, may ask for a release: its own generation does not tell
    for (const key of looked.lookingAt(type, keyOf(object))) wake(key, 'routine');
  };

  const onRolloutChange = ({ type, object, previous }: Change<Rollout>) => {
    if (type === 'added' && object.status?.observedGeneration === undefined) {
      recorder.record(object, addedEvent(object));
    }
    if (type === 'deleted') recorder.record(object, deletedEvent(object));
    const isAborting = object.status?.abort === true && previous?.status?.abort !== true;
    queue.add(keyOf(object), isAborting ? 'urgent' : undefined);
  };

  telemetry.followQueue('Rollouts', () => queue.depth);
  return {
    queue,
    onChange,
    resync: () => {
      for (const rollout of caches.of(resources.rollouts).cache.list()) queue.add(keyOf(rollout));
    },
  };
}

/** A failed run or experiment is about to shut the gate: that goes first (invariant I10). */
function urgencyOf(type: ResourceType, object: KubeObject): WorkPriority | undefined {
  if (type !== resources.analysisRuns && type !== resources.experiments) return undefined;
  const { phase } = (object as AnalysisRun | Experiment).status ?? {};
  return phase === 'Failed' || phase === 'Error' ? 'urgent' : undefined;
}

/**
 * Nothing was asked of it since its last release ended: what is left, old pods to take down for example, lets releases go
 * first. After a start all of a cluster's Rollouts want a look at once, most of them for nothing.
 */
function isAtRest(rollout: Rollout | undefined): boolean {
  const { status, metadata } = rollout ?? {};
  return status?.phase === 'Healthy' && status.observedGeneration === String(metadata?.generation);
}

/** Rollouts that would adopt the orphan. */
function selecting(orphan: KubeObject, caches: Caches): ObjectKey[] {
  return caches
    .of<Rollout>(resources.rollouts)
    .cache.list(orphan.metadata.namespace)
    .filter(({ spec }) => matchesSelector(spec.selector, orphan.metadata.labels))
    .map(keyOf);
}

function logDecision(rollout: Rollout, plan: Plan<RolloutStatus>, applied: Applied, log: Log): void {
  const { namespace, name } = rollout.metadata;
  const { actions, wroteStatus } = applied;
  const facts = {
    namespace,
    rollout: name,
    step: plan.status?.currentStepIndex,
    phase: plan.status?.phase,
    reason: plan.reason,
    actions: actions.join('; '),
    status: wroteStatus,
    urgent: plan.urgent === true,
  };
  if (actions.length > 0 || wroteStatus) log.info('Decided and written.', facts);
  else log.debug('Decided; nothing to write.', facts);
}

function logFailure(
  key: ObjectKey,
  error: unknown,
  failures: number,
  { telemetry, log }: RolloutControllerOptions,
): void {
  const [namespace, rollout] = namesOf(key);
  const facts = { namespace, rollout, reason: messageOf(error) };
  if (isApiError(error, 409)) {
    log.debug('Somebody else wrote first; looking again.', facts);
    return;
  }
  telemetry.reconcileFailed('rollout', namespace, rollout);
  log.warn('A decision could not be carried out; trying again.', {
    code: codeOf(error),
    ...facts,
    failures,
  });
}

function codeOf(error: unknown): string | undefined {
  return error instanceof SluiceError ? error.code : undefined;
}

function addedEvent({ metadata: { namespace, name } }: Rollout) {
  return {
    type: 'Normal',
    reason: 'RolloutAddedToInformer',
    message: `Rollout resource added to informer: ${namespace}/${name}`,
  } as const;
}

function deletedEvent({ metadata: { namespace, name } }: Rollout) {
  return {
    type: 'Normal',
    reason: 'RolloutDeleted',
    message: `Rollout ${name}/${namespace} is deleted.`,
  } as const;
}

function refOf(key: ObjectKey): ObjectRef {
  return { type: resources.rollouts, ...splitKey(key) };
}

function namesOf(key: ObjectKey): [namespace: string, name: string] {
  const { namespace = '', name } = splitKey(key);
  return [namespace, name];
}
