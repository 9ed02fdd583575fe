import type { KubeObject } from '../../api/meta.ts';
import type { RouterCapability, RouterKind } from '../../api/split.ts';
import type { AnalysisRun, AnalysisTemplate } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Supported } from '../../api/validation/router-facts.ts';
import type { Pod, ReplicaSet, Service } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { PlannedEvent } from '../plan.ts';

/**
 * Everything one Rollout's decision may look at: a frozen snapshot, gathered by `shell/observe-rollout.ts`.
 * Missing is a value, not an exception.
 */
export interface Observed {
  readonly rollout: Rollout;
  /** With `workloadRef`: the workload it names, or why it could not be read. */
  readonly workload?: KubeObject | { readonly error: string };
  /** ReplicaSets whose controller is this Rollout, and orphans that its selector matches (to be adopted), oldest first. */
  readonly replicaSets: readonly ReplicaSet[];
  /** Pods of these ReplicaSets, when `needsPods` says so. */
  readonly pods: readonly Pod[];
  /** Every Service that the spec names, by name; undefined when it does not exist. */
  readonly services: Readonly<Record<string, Service | undefined>>;
  /** Runs that this Rollout owns. */
  readonly analysisRuns: readonly AnalysisRun[];
  readonly experiments: readonly Experiment[];
  /** ReplicaSets that these Experiments own. */
  readonly experimentReplicaSets: readonly ReplicaSet[];
  /** Names of Services that these Experiments own. */
  readonly experimentServices: readonly string[];
  /** Every template that the spec names, nested ones too: key `AnalysisTemplate/name` or `ClusterAnalysisTemplate/name`. */
  readonly templates: Readonly<Record<string, AnalysisTemplate | undefined>>;
  /** One entry for each configured router, in order. */
  readonly routers: readonly ObservedRouter[];
  /** Whether the pods behind a Service are known to its load balancer. Absent: nobody asks AWS for that. */
  readonly registration?: ObservedRegistration;
  /** Requests that each version has had since the weight was recorded. Absent: not asked, or not answered yet. */
  readonly split?: ObservedSplit;
  /** What this process can drive, ask and carry out; a Rollout that needs more is refused by name. Absent: not judged. */
  readonly supported?: Supported;
}

/** What the metrics say of the time from `since` on. */
export type ObservedSplit = { readonly since: Instant } & (
  | { readonly canary: number; readonly stable: number }
  | { readonly error: string }
);

export interface ObservedRegistration {
  /** False also as long as nobody knows, and when nobody had to ask. */
  readonly verified: boolean;
  /** Whose pods were asked for, as `registrationNeed` says it; undefined: nobody had to ask. */
  readonly podTemplateHash: string | undefined;
  /** To be told as events. */
  readonly news: readonly PlannedEvent[];
}

export interface ObservedRouter {
  /** The key under `trafficRouting`; a kind without an implementation has `supported: false`. */
  readonly kind: RouterKind | `plugins/${string}`;
  readonly supported: boolean;
  readonly capabilities: ReadonlySet<RouterCapability>;
  /** Problems of its objects, as `TrafficRouter.validate` found them. */
  readonly problems: readonly { readonly path: string; readonly value: string; readonly detail: string }[];
  /** The canary's weight that the objects show now; undefined when they do not say. */
  readonly weight: number | undefined;
  /** What the data plane says of the split recorded in status; undefined: not asked, or nothing to ask. */
  readonly verified: boolean | undefined;
  /** What its data plane said since the last observation: to be told as events. Default: nothing. */
  readonly news?: readonly PlannedEvent[];
  /** The load balancers behind it, for `status.albs`. Absent: nothing new; what status says stays while the router verifies. */
  readonly albs?: readonly NonNullable<RolloutStatus['alb']>[];
}
