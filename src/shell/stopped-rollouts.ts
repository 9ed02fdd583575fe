import { keyOf, type ObjectKey } from '../api/meta.ts';
import { resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';
import type { Log } from '../kernel/log.ts';
import { ApiError } from '../ports/cluster.ts';
import type { Caches } from './caches.ts';
import type { EventRecorder } from './events.ts';
import type { Telemetry } from './telemetry.ts';

/** Rollouts that a mistake of ours has stopped: visibly, one by one, and not for ever. */
export interface StoppedRollouts {
  /** Until when this Rollout rests; undefined when it does not. Any change that somebody else makes to it ends the rest. */
  heldUntil(rollout: Rollout): Instant | undefined;
  /** Writes what happened into its status and its events. */
  stop(rollout: Rollout, error: unknown, signal: AbortSignal): Promise<Instant>;
  forget(key: ObjectKey): void;
}

export interface StoppedRolloutsOptions {
  readonly caches: Caches;
  readonly clock: Clock;
  readonly log: Log;
  readonly recorder: EventRecorder;
  readonly telemetry: Telemetry;
}

/** A mistake may come from a moment that will pass: look again after this time. */
const restSeconds = 300;

/** Is it our mistake? Errors of the API server and of people's manifests are not. */
export function isBug(error: unknown): boolean {
  if (error instanceof ApiError) return false;
  return error instanceof SluiceError ? error.entry.blame === 'bug' : true;
}

export function stoppedRollouts(options: StoppedRolloutsOptions): StoppedRollouts {
  const { caches, clock, log, recorder, telemetry } = options;
  const rests = new Map<ObjectKey, { readonly version: string | undefined; readonly until: Instant }>();

  const show = async (rollout: Rollout, message: string, signal: AbortSignal): Promise<Rollout> => {
    const { namespace, name } = rollout.metadata;
    const body = { status: { phase: 'Degraded', message } };
    try {
      const ref = { type: resources.rollouts, namespace, name };
      const written = { subresource: 'status', signal } as const;
      return (await caches.cluster.patch(ref, { kind: 'merge', body }, written)) as Rollout;
    } catch (error) {
      log.warn('A stopped rollout could not be marked.', {
        namespace,
        rollout: name,
        reason: messageOf(error),
      });
      return rollout;
    }
  };

  return {
    heldUntil: (rollout) => {
      const rest = rests.get(keyOf(rollout));
      if (rest === undefined) return undefined;
      if (rest.version === rollout.metadata.resourceVersion && clock.now() < rest.until) return rest.until;
      rests.delete(keyOf(rollout));
      return undefined;
    },
    stop: async (rollout, error, signal) => {
      const { namespace, name } = rollout.metadata;
      const reason = error instanceof SluiceError ? error.code : 'INVARIANT_BROKEN';
      const message = `${reason}: ${messageOf(error)}`;
      const facts = error instanceof SluiceError ? error.facts : {};
      const stack = error instanceof Error ? error.stack : undefined;
      log.error('A mistake of ours stopped this rollout; the others go on.', {
        ...facts,
        code: reason,
        namespace,
        rollout: name,
        reason: message,
        stack,
      });
      telemetry.reconcileFailed('rollout', namespace ?? '', name);
      const event = `Reconciliation failed with error: ${message}`;
      recorder.record(rollout, { type: 'Warning', reason: 'ReconciliationError', message: event });
      const shown = await show(rollout, message, signal);
      const until = addSeconds(clock.now(), restSeconds);
      rests.set(keyOf(rollout), { version: shown.metadata.resourceVersion, until });
      return until;
    },
    forget: (key) => {
      rests.delete(key);
    },
  };
}
