import { podTemplateHashLabel } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import { type ObjectRef, resources } from '../../api/resources.ts';
import { type AnalysisPhase, isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { RolloutSpec, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import { recordedRuns } from '../../api/v1alpha1/rollout-analyses.ts';
import type { Draft } from './draft.ts';
import { isAborted, type Memory } from './memory.ts';
import { allRevisions, type Situation } from './situation.ts';

/** Deletes finished AnalysisRuns and Experiments beyond the limits, or of revisions that are gone. What status names stays. */
export function deleteSurplusRuns(
  seen: Situation,
  memory: Memory,
  status: RolloutStatus,
  draft: Draft,
): void {
  const { analysisRuns, experiments } = seen.observed;
  const runsKept = Object.values(recordedRuns(status)).flatMap((run) =>
    run === undefined ? [] : [run.name],
  );
  const revisions = new Set(allRevisions(seen).map(({ hash }) => hash));
  const scope = { limits: seen.spec.analysis ?? {}, revisions };
  const remove = (type: ObjectRef['type'], surplus: readonly Finishing[]) => {
    for (const { metadata } of surplus) {
      const ref = { type, namespace: seen.rollout.metadata.namespace, name: metadata.name };
      draft.tidy({ do: 'delete', ref, ...(metadata.uid !== undefined && { uid: metadata.uid }) });
    }
  };
  remove(resources.analysisRuns, surplusOf(analysisRuns, runsKept, scope));
  if (isAborted(memory) || memory.promoteFull) return; // what a person may look into stays
  const gone = surplusOf(experiments, [status.canary?.currentExperiment ?? ''], scope);
  remove(resources.experiments, gone.filter(isTakenDown));
}

/** Its pods go with it, and some of them may still be draining (invariant I6). */
function isTakenDown({ status }: Experiment): boolean {
  return (status?.templateStatuses ?? []).every(({ replicas }) => replicas === 0);
}

/** How many of either end are kept when the spec does not say. */
const defaultHistoryLimit = 5;

type Finishing = KubeObject & { readonly status?: { readonly phase?: AnalysisPhase | '' } };

interface Scope {
  readonly limits: NonNullable<RolloutSpec['analysis']>;
  /** Hashes of the ReplicaSets that there are. */
  readonly revisions: ReadonlySet<string>;
}

/** Oldest first. Failed, broken and inconclusive ones share one limit. */
function surplusOf<T extends Finishing>(all: readonly T[], kept: readonly string[], scope: Scope): T[] {
  const { successfulRunHistoryLimit, unsuccessfulRunHistoryLimit } = scope.limits;
  const finished = all.filter(
    ({ metadata, status }) => !kept.includes(metadata.name) && isCompleted(status?.phase),
  );
  const isOrphan = ({ metadata }: T) => !scope.revisions.has(metadata.labels?.[podTemplateHashLabel] ?? '');
  const others = finished.filter((run) => !isOrphan(run)).sort(byCreation);
  const isGood = ({ status }: T) => status?.phase === 'Successful';
  return [
    ...finished.filter(isOrphan),
    ...beyond(others.filter(isGood), successfulRunHistoryLimit),
    ...beyond(
      others.filter((run) => !isGood(run)),
      unsuccessfulRunHistoryLimit,
    ),
  ];
}

function beyond<T>(oldestFirst: readonly T[], limit = defaultHistoryLimit): readonly T[] {
  return oldestFirst.slice(0, Math.max(0, oldestFirst.length - Math.max(0, limit)));
}

function byCreation(a: KubeObject, b: KubeObject): number {
  const [first, second] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (first === second) return a.metadata.name < b.metadata.name ? -1 : 1;
  return first < second ? -1 : 1;
}
