import type { KubeObject } from '../../src/api/meta.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';

export type Health = 'Healthy' | 'Progressing' | 'Suspended' | 'Degraded' | 'Unknown';

/** What Argo CD's built-in checks say of our kinds (`reference/operations.md` §8.1). */
export function argoHealthOf(object: KubeObject): Health {
  if (object.kind === 'Rollout') return rolloutHealth(object as Rollout);
  const phase = (object as AnalysisRun).status?.phase ?? '';
  if (phase === 'Inconclusive') return object.kind === 'AnalysisRun' ? 'Unknown' : 'Progressing';
  if (phase === 'Successful') return 'Healthy';
  return phase === 'Failed' || phase === 'Error' ? 'Degraded' : 'Progressing';
}

function rolloutHealth({ metadata, status }: Rollout): Health {
  const observed = status?.observedGeneration ?? '';
  if (status === undefined || (/^\d+$/.test(observed) && Number(observed) < (metadata.generation ?? 0))) {
    return 'Progressing';
  }
  return status.phase === 'Paused' ? 'Suspended' : (status.phase ?? 'Progressing');
}

export type KStatus = 'Current' | 'InProgress' | 'Failed' | 'Terminating' | 'cannot tell';

interface Generic extends KubeObject {
  readonly status?: {
    readonly observedGeneration?: unknown;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/**
 * kstatus' rules for kinds that it does not know. An observedGeneration that is a text, as the API has it for a Rollout, is an
 * error there: Flux then needs `healthCheckExprs` on the phase.
 */
export function kstatusOf(object: KubeObject): KStatus {
  const { metadata, status } = object as Generic;
  if (metadata.deletionTimestamp !== undefined) return 'Terminating';
  const observed = status?.observedGeneration;
  if (observed !== undefined && typeof observed !== 'number') return 'cannot tell';
  if (observed !== undefined && observed !== metadata.generation) return 'InProgress';
  const has = (type: string, value: string) =>
    status?.conditions?.some((condition) => condition.type === type && condition.status === value) === true;
  if (has('Reconciling', 'True')) return 'InProgress';
  if (has('Stalled', 'True')) return 'Failed';
  return has('Ready', 'False') || has('Ready', 'Unknown') ? 'InProgress' : 'Current';
}
