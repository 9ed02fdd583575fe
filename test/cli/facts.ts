import { podTemplateHashLabel, revisionAnnotation, rolloutTypeLabel } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { AnalysisRun, MetricState } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { Pod, ReplicaSet } from '../../src/api/workloads.ts';

/** Objects around a Rollout `shop`, with their boring fields filled in. */

export const controlledBy = ({ kind, metadata }: KubeObject) => [
  { apiVersion: 'v1', kind, name: metadata.name, uid: metadata.uid ?? '', controller: true },
];

export function podOf(replicaSet: ReplicaSet, suffix: string, more: Partial<Pod['status']> = {}): Pod {
  const { labels = {}, creationTimestamp = '' } = replicaSet.metadata;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${replicaSet.metadata.name}-${suffix}`,
      namespace: 'default',
      creationTimestamp,
      labels: { ...labels },
      ownerReferences: controlledBy(replicaSet),
    },
    spec: { containers: [{ name: 'shop' }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: 'shop', ready: true, restartCount: 0, state: { running: {} } }],
      ...more,
    },
  };
}

interface RunOptions {
  readonly name: string;
  readonly owner: KubeObject;
  readonly revision?: number;
  readonly phase?: NonNullable<AnalysisRun['status']>['phase'];
  readonly metrics?: readonly Partial<MetricState>[];
  readonly createdAt?: string;
}

export function runOf({ name, owner, revision, phase, metrics = [], createdAt }: RunOptions): AnalysisRun {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: {
      name,
      namespace: 'default',
      creationTimestamp: createdAt ?? '2026-01-01T11:58:00Z',
      labels: { [rolloutTypeLabel]: 'Step', [podTemplateHashLabel]: 'x' },
      ...(revision !== undefined && { annotations: { [revisionAnnotation]: String(revision) } }),
      ownerReferences: controlledBy(owner),
    },
    spec: { metrics: [] },
    ...(phase !== undefined && {
      status: {
        phase,
        metricResults: metrics.map((metric) => ({ name: 'error-rate', phase, ...metric })),
      },
    }),
  };
}

export function experimentOf(owner: KubeObject, revision: number): Experiment {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: {
      name: 'shop-exp',
      namespace: 'default',
      uid: 'uid-shop-exp',
      creationTimestamp: '2026-01-01T11:50:00Z',
      annotations: { [revisionAnnotation]: String(revision) },
      ownerReferences: controlledBy(owner),
    },
    spec: { templates: [] },
    status: { phase: 'Running' },
  };
}
