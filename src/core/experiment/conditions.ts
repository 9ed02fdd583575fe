import type { Condition } from '../../api/meta.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { withCondition, withoutCondition } from '../rollout/conditions.ts';
import { finishesAt, type Seen, type TemplateStatus, templateStatusOf } from './situation.ts';

/** The conditions beside the phase. Source: `reference/experiments.md` §3.5. */
export function nextConditions(seen: Seen, before: ExperimentStatus, after: ExperimentStatus): Condition[] {
  const name = seen.experiment.metadata.name;
  const conditions = withoutCondition(before.conditions ?? [], 'InvalidSpec');
  const set = (status: 'True' | 'False', reason: string, message: string, refresh = false) =>
    withCondition(conditions, { type: 'Progressing', status, reason, message }, seen.now, refresh);
  if (after.phase === 'Successful') {
    return set('False', 'ExperimentCompleted', `Experiment "${name}" has successfully ran and completed.`);
  }
  if (hasProgressed(before, after)) {
    return set('True', 'ReplicaSetUpdated', `Experiment "${name}" is progressing.`, true);
  }
  const end = finishesAt(seen.spec, after);
  const runs = after.availableAt !== undefined && (end === undefined || seen.now < end);
  return runs && after.phase === 'Running'
    ? set('True', 'NewReplicaSetAvailable', `Experiment "${name}" is running.`)
    : conditions;
}

/** The Experiment that cannot be carried out as it is written. */
export function invalidConditions(seen: Pick<Seen, 'experiment' | 'now'>, problem: string): Condition[] {
  const before = seen.experiment.status?.conditions ?? [];
  const isNews = !before.some(({ type, message }) => type === 'InvalidSpec' && message === problem);
  const verdict = { type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message: problem } as const;
  return withCondition(before, verdict, seen.now, isNews);
}

function hasProgressed(before: ExperimentStatus, after: ExperimentStatus): boolean {
  return (after.templateStatuses ?? []).some((template) => {
    const earlier = templateStatusOf(before, template.name);
    return earlier?.status !== template.status || countsText(earlier) !== countsText(template);
  });
}

function countsText({
  replicas,
  updatedReplicas,
  readyReplicas,
  availableReplicas,
}: Partial<TemplateStatus> = {}) {
  return [replicas, updatedReplicas, readyReplicas, availableReplicas].join();
}
