import type { Happening } from '../../view/explain-rollout.ts';
import type { Mark } from '../../view/marks.ts';
import type { Waiting } from '../../view/rollout-summary.ts';
import type { MetricChart } from './metric-chart.ts';

/** What the dashboard's API says; the page reads the same. Names are the peer's, additions are marked. */
export interface RolloutInfo {
  readonly objectMeta: ObjectMetaInfo;
  readonly status: string;
  readonly message: string;
  readonly icon: string;
  readonly strategy: string;
  /** `1/4`; empty without steps. */
  readonly step: string;
  /** Numbers as texts; empty for blue-green. */
  readonly setWeight: string;
  readonly actualWeight: string;
  readonly ready: number;
  readonly current: number;
  readonly desired: number;
  readonly updated: number;
  readonly available: number;
  /** `Never`, or a time. */
  readonly restartedAt: string;
  /** The observed one. */
  readonly generation: string;
  readonly replicaSets: readonly ReplicaSetInfo[];
  readonly experiments: readonly ExperimentInfo[];
  readonly analysisRuns: readonly AnalysisRunInfo[];
  readonly containers: readonly ContainerInfo[];
  readonly initContainers: readonly ContainerInfo[];
  readonly steps: readonly object[];
  /** Ours. */
  readonly sluice: SluiceInfo;
}

export interface SluiceInfo {
  /** When it was so, by the clock of whoever serves it; milliseconds since 1970. */
  readonly now: number;
  readonly mark: Mark;
  readonly needsAttention: boolean;
  readonly waiting?: Waiting;
  readonly maxWeight: number;
  readonly steps: readonly StepInfo[];
  readonly isAborted: boolean;
  readonly isReleasing: boolean;
  readonly isPaused: boolean;
  /** What can be asked of it now. It can always be restarted. */
  readonly actions: Readonly<Record<'promote' | 'promoteFull' | 'abort' | 'retry', boolean>>;
  /** The sentences of `explain`; absent in lists. */
  readonly explanation?: readonly string[];
  /** Absent in lists, and when events could not be read. */
  readonly history?: readonly Happening[];
}

export interface StepInfo {
  readonly title: string;
  readonly state: 'done' | 'current' | 'next';
}

export interface ObjectMetaInfo {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

export interface ContainerInfo {
  readonly name: string;
  readonly image: string;
}

export interface ReplicaSetInfo {
  readonly objectMeta: ObjectMetaInfo;
  readonly status: string;
  readonly icon: string;
  readonly mark: Mark;
  readonly revision: number;
  readonly stable: boolean;
  readonly canary: boolean;
  readonly active: boolean;
  readonly preview: boolean;
  readonly ping: boolean;
  readonly pong: boolean;
  readonly replicas: number;
  readonly available: number;
  /** Name of the experiment's template; empty for a Rollout's own. */
  readonly template: string;
  readonly scaleDownDeadline: string;
  readonly images: readonly string[];
  readonly pods: readonly PodInfo[];
}

export interface PodInfo {
  readonly objectMeta: ObjectMetaInfo;
  readonly status: string;
  readonly icon: string;
  readonly mark: Mark;
  readonly ready: string;
  readonly restarts: number;
}

export interface ExperimentInfo {
  readonly objectMeta: ObjectMetaInfo;
  readonly icon: string;
  readonly mark: Mark;
  readonly revision: number;
  readonly status: string;
  readonly message: string;
  readonly replicaSets: readonly ReplicaSetInfo[];
  readonly analysisRuns: readonly AnalysisRunInfo[];
}

export interface AnalysisRunInfo {
  readonly objectMeta: ObjectMetaInfo;
  readonly icon: string;
  readonly mark: Mark;
  readonly revision: number;
  readonly status: string;
  readonly message: string;
  readonly successful: number;
  readonly failed: number;
  readonly inconclusive: number;
  readonly error: number;
  readonly jobs: readonly object[];
  readonly nonJobInfo: readonly object[];
  readonly metrics: readonly object[];
  readonly specAndStatus: { readonly spec: object; readonly status: object };
  /** Ours. */
  readonly charts: readonly MetricChart[];
  /** Ours. */
  readonly purpose?: string;
}
