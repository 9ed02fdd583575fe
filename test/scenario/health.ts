import type { Condition, KubeObject } from '../../src/api/meta.ts';
import type { AnalysisRun } from '../../src/api/v1alpha1/analysis.ts';
import { availableOf, type Scene, selectedOf } from '../../src/sim/scene.ts';
import { argoHealthOf, type Health, kstatusOf } from '../support/health.ts';
import type { Moment, Recorder } from '../support/recorder.ts';

/** Every moment at which Argo CD or kstatus would have judged wrong, as a sentence. */
export function misjudged({ moments, others }: Recorder): string[] {
  return [
    ...moments.flatMap((moment, index) => wrongAbout(moment).map((wrong) => `write ${index + 1}: ${wrong}`)),
    ...wrongAboutRuns(others),
  ];
}

function wrongAbout({ rollout, scene }: Moment): string[] {
  const { status } = rollout;
  const [said, truth] = [argoHealthOf(rollout), truthOf(scene)];
  return [
    ...(said === truth
      ? []
      : [`Argo CD sees ${said}, it is ${truth} (${status?.phase}: ${status?.message})`]),
    ...(kstatusOf(rollout) === 'Current' && truth !== 'Healthy' && status?.observedGeneration !== undefined
      ? [`kstatus sees Current, it is ${truth}`]
      : []),
  ];
}

/** What is so, from the cluster and not from phase and message. */
function truthOf(scene: Scene): Health {
  const { metadata, spec, status = {} } = scene.rollout;
  if (Number(status.observedGeneration ?? 0) < (metadata.generation ?? 0)) return 'Progressing';
  if (status.abort === true || status.conditions?.some(isBad) === true) return 'Degraded';
  if (spec.paused === true || (status.pauseConditions ?? []).length > 0) return 'Suspended';
  return isArrived(scene) ? 'Healthy' : 'Progressing';
}

function isBad({ type, status, reason }: Condition): boolean {
  return (type === 'InvalidSpec' && status === 'True') || reason === 'ProgressDeadlineExceeded';
}

/** Everything runs what the spec asks for, and all of it is there. */
function isArrived(scene: Scene): boolean {
  const { rollout, replicas, replicaSets } = scene;
  const { spec, status = {} } = rollout;
  const { canary, blueGreen } = spec.strategy ?? {};
  if (status.stableRS !== status.currentPodHash || status.restartedAt !== spec.restartAt) return false;
  if (availableOf(scene, status.stableRS) < replicas) return false;
  if (blueGreen !== undefined) return selectedOf(scene, 'active') === status.currentPodHash;
  const pods = replicaSets.reduce((sum, set) => sum + (set.status?.replicas ?? 0), 0);
  return canary?.trafficRouting !== undefined || pods <= replicas;
}

/** A verdict about a run comes once, and stays: until then Argo CD waits, and kstatus has nothing to go by. */
function wrongAboutRuns(versions: readonly KubeObject[]): string[] {
  const verdicts = new Map<string, Health>();
  return versions.flatMap((run) => {
    const key = `${run.kind} ${run.metadata.name}`;
    const [before, said] = [verdicts.get(key) ?? 'Progressing', argoHealthOf(run)];
    verdicts.set(key, said);
    const changed = before !== 'Progressing' && said !== before;
    return [
      ...(changed ? [`Argo CD sees ${key} as ${said} after ${before}`] : []),
      ...(isMeasuring(run) && said !== 'Progressing'
        ? [`Argo CD sees ${key} as ${said} while it measures`]
        : []),
    ];
  });
}

function isMeasuring(run: KubeObject): boolean {
  const { status } = run as AnalysisRun;
  return status?.metricResults?.some(({ phase }) => phase === 'Running' || phase === 'Pending') === true;
}
