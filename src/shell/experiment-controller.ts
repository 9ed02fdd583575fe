import { controllerOf, keyOf, type ObjectKey, splitKey } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { ExperimentPlan } from '../core/experiment/decide.ts';
import type { ObservedExperiment } from '../core/experiment/observed.ts';
import type { Clock } from '../kernel/clock.ts';
import { invariant, messageOf } from '../kernel/errors.ts';
import { addSeconds, earliest, type Instant, secondsBetween } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import { isApiError } from '../ports/cluster.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { type AppliedExperiment, applyExperiment } from './apply-experiment.ts';
import type { Caches } from './caches.ts';
import type { EventRecorder } from './events.ts';
import type { Change } from './object-cache.ts';
import { type FoundWhileApplying, observeExperiment, rolloutOf } from './observe-experiment.ts';
import { references } from './references.ts';
import type { Telemetry } from './telemetry.ts';
import { type WorkQueue, workQueue } from './work-queue.ts';

export type DecideExperiment = (observed: ObservedExperiment, now: Instant) => ExperimentPlan;

export interface ExperimentControllerOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  readonly decide: DecideExperiment;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: EventRecorder;
  readonly telemetry: Telemetry;
  /** Experiments that are looked at at the same time. Default 10, as the peer's `--experiment-threads`. */
  readonly workers?: number;
}

export interface ExperimentController {
  readonly queue: WorkQueue;
  onChange(type: ResourceType, change: Change): void;
  resync(): void;
}

/** A name that is taken by something which no cache follows is looked at again after this time. */
const lookAgainSeconds = 10;
/** Refusals of different objects that one look may meet; with more, it is tried anew later. */
const mostRounds = 5;
const nothingFound = { refusals: [], taken: [], rounds: 0 };

/** observe → decide → apply, for one Experiment at a time per key. */
export function experimentController(options: ExperimentControllerOptions): ExperimentController {
  const { caches, clock, log, telemetry } = options;
  const looked = references();

  const reconcile = async (key: ObjectKey, signal: AbortSignal): Promise<Instant | undefined> => {
    const startedAt = clock.now();
    try {
      return await lookAt(key, signal);
    } finally {
      telemetry.reconciled('experiment', ...namesOf(key), secondsBetween(startedAt, clock.now()));
    }
  };

  const lookAt = async (
    key: ObjectKey,
    signal: AbortSignal,
    found: FoundWhileApplying & { readonly rounds: number } = nothingFound,
  ): Promise<Instant | undefined> => {
    const observation = await observeExperiment(refOf(key), { ...options, signal }, found);
    if (observation === undefined) return forget(key);
    const { observed } = observation;
    const { experiment } = observed;
    looked.set(key, observation.references);
    const plan = options.decide(observed, clock.now());
    const context = {
      caches,
      signal,
      priority: plan.urgent === true ? ('urgent' as const) : ('routine' as const),
      namespace: experiment.metadata.namespace,
    };
    const applied = await applyExperiment(experiment, plan, context);
    if (applied.refusals.length + applied.taken.length > 0) {
      // what the server has just refused is part of what the decision must know
      invariant(found.rounds < mostRounds, 'An Experiment is refused again and again.', { experiment: key });
      const refusals = [...found.refusals, ...applied.refusals];
      const taken = [...found.taken, ...applied.taken];
      return await lookAt(key, signal, { refusals, taken, rounds: found.rounds + 1 });
    }
    record(experiment, plan);
    logDecision(experiment, plan, applied, log);
    const again = found.taken.length > 0 ? addSeconds(clock.now(), lookAgainSeconds) : undefined;
    return earliest(plan.wakeAt, again);
  };

  const record = (experiment: Experiment, { events, ownerEvents }: ExperimentPlan) => {
    for (const event of events) options.recorder.record(experiment, event);
    const rollout = ownerEvents.length === 0 ? undefined : rolloutOf(experiment, caches);
    if (rollout !== undefined) for (const event of ownerEvents) options.recorder.record(rollout, event);
  };

  const forget = (key: ObjectKey): undefined => {
    looked.forget(key);
    telemetry.forget('experiment', ...namesOf(key));
  };

  const queue = workQueue({
    clock,
    observer: telemetry.queue('Experiments', clock),
    workers: options.workers ?? 10,
    handle: reconcile,
    onFailure: (key, error, failures) => {
      if (isApiError(error, 409)) return;
      const [namespace, experiment] = namesOf(key);
      telemetry.reconcileFailed('experiment', namespace, experiment);
      const facts = { namespace, experiment, reason: messageOf(error), failures };
      log.warn('An experiment could not be carried on; trying again.', facts);
    },
  });
  telemetry.followQueue('Experiments', () => queue.depth);

  return {
    queue,
    onChange: (type, { object }) => {
      if (type === resources.experiments) {
        queue.add(keyOf(object), (object as Experiment).spec.terminate === true ? 'urgent' : 'routine');
        return;
      }
      const owner = controllerOf(object);
      if (owner?.kind === resources.experiments.kind) queue.add(`${object.metadata.namespace}/${owner.name}`);
      for (const key of looked.lookingAt(type, keyOf(object))) queue.add(key);
    },
    resync: () => {
      for (const each of caches.of(resources.experiments).cache.list()) queue.add(keyOf(each));
    },
  };
}

function logDecision(
  { metadata: { namespace, name } }: Experiment,
  { status, reason, urgent }: ExperimentPlan,
  { actions, wroteStatus }: AppliedExperiment,
  log: Log,
): void {
  const facts = {
    namespace,
    experiment: name,
    phase: status?.phase,
    reason,
    actions: actions.join('; '),
    status: wroteStatus,
    urgent: urgent === true,
  };
  if (actions.length > 0 || wroteStatus) log.info('Decided and written.', facts);
  else log.debug('Decided; nothing to write.', facts);
}

function refOf(key: ObjectKey): ObjectRef {
  return { type: resources.experiments, ...splitKey(key) };
}

function namesOf(key: ObjectKey): [namespace: string, name: string] {
  const { namespace = '', name } = splitKey(key);
  return [namespace, name];
}
