import type { KubeObject, OwnerReference } from '../api/meta.ts';
import type { ObjectRef } from '../api/resources.ts';
import type { Split } from '../api/split.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { ReplicaSet } from '../api/workloads.ts';
import type { Instant } from '../kernel/instant.ts';

/**
 * The vocabulary between core and shell. A plan is data: production carries it out, `--dry-run` prints it,
 * rehearsal replays it, tests compare it, and a crash test stops after each of its actions in turn.
 */
export interface Plan<Status = unknown> {
  /** In this order; each is idempotent. */
  readonly actions: readonly Action[];
  /** The whole next status; absent means: leave the status as it is. Written once, after the actions, only when it differs. */
  readonly status?: Status;
  /**
   * How long the status may wait for something worth a write, in seconds: only numbers of pods, and sentences that follow from them,
   * differ, and nobody decides anything by a moment's delay. Absent: it is written at once.
   */
  readonly statusMayWait?: number;
  /** Recorded after the status. */
  readonly events: readonly PlannedEvent[];
  /** When to decide again if nothing changes before. */
  readonly wakeAt?: Instant;
  /** Why it decided so: one constant sentence with the reason the faces show. For the log. */
  readonly reason: string;
  /** Writes of an abort go before routine writes (invariant I10). */
  readonly urgent?: boolean;
}

export interface PlannedEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/** One write. The shell skips it when the world is already so. */
export type Action =
  | { readonly do: 'createReplicaSet'; readonly replicaSet: ReplicaSet }
  | {
      /** Sets size and annotations in one write. */
      readonly do: 'scaleReplicaSet';
      readonly name: string;
      readonly replicas: number;
      /** A null removes the annotation. */
      readonly annotations?: Readonly<Record<string, string | null>>;
      /** Fails with a conflict, and is decided anew, when somebody wrote the ReplicaSet since it was observed. */
      readonly resourceVersion?: string;
    }
  | {
      /** Makes an orphan ours, if the Rollout still is the one that was observed. */
      readonly do: 'adoptReplicaSet';
      readonly name: string;
      readonly ownerReferences: readonly OwnerReference[];
    }
  | {
      /** Lets go of one that is not ours any more. */
      readonly do: 'releaseReplicaSet';
      readonly name: string;
      readonly ownerReferences: readonly OwnerReference[];
    }
  | {
      /** Any other change of an object that we own or that is ours to change: a JSON merge patch. */
      readonly do: 'mergePatch';
      readonly ref: ObjectRef;
      readonly body: Readonly<Record<string, unknown>>;
    }
  | { readonly do: 'delete'; readonly ref: ObjectRef; readonly uid?: string }
  | {
      /** Points a Service at one revision in a single write (invariant I5), and marks it as managed. */
      readonly do: 'switchService';
      readonly name: string;
      readonly podTemplateHash: string;
    }
  | {
      /** Makes every configured router show this split; objects that show it already are not written. */
      readonly do: 'route';
      readonly split: Split;
    }
  | { readonly do: 'createAnalysisRun'; readonly run: AnalysisRun }
  | { readonly do: 'terminateAnalysisRun'; readonly name: string }
  | { readonly do: 'createExperiment'; readonly experiment: Experiment }
  | { readonly do: 'terminateExperiment'; readonly name: string }
  | { readonly do: 'evictPod'; readonly name: string }
  | { readonly do: 'create'; readonly object: KubeObject; readonly ref: ObjectRef };

/** What a step says when it is asked whether it is done. */
export type Outcome =
  | { readonly kind: 'done' }
  | { readonly kind: 'wait'; readonly reason: string; readonly until?: Instant };

export const done: Outcome = { kind: 'done' };
export function wait(reason: string, until?: Instant): Outcome {
  return until === undefined ? { kind: 'wait', reason } : { kind: 'wait', reason, until };
}
