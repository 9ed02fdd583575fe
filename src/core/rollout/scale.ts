import { desiredReplicasAnnotation, scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import type { Draft } from './draft.ts';
import type { Revision, Situation } from './situation.ts';

/** Sets a revision's size, with what its annotations must say from then on. Nothing when both are so already. */
export function scale(
  { replicas }: Situation,
  draft: Draft,
  revision: Revision,
  size: number,
  annotations: Readonly<Record<string, string | null>> = {},
): void {
  if (size !== revision.size) {
    draft.edit(revision, {
      size,
      annotations: { ...annotations, [desiredReplicasAnnotation]: String(replicas) },
    });
    return;
  }
  if (Object.keys(annotations).length > 0) draft.edit(revision, { annotations });
}

/** `desired-replicas` says for how many pods in all a size was chosen; it follows the Rollout also when the size stays. */
export function noteReplicas({ replicas }: Situation, draft: Draft, revision: Revision): void {
  const noted = revision.replicaSet.metadata.annotations?.[desiredReplicasAnnotation];
  if (!revision.exists || revision.size === 0 || noted === String(replicas)) return;
  draft.edit(revision, { annotations: { [desiredReplicasAnnotation]: String(replicas) } });
}

/** Was `spec.replicas` changed since the pods were last counted? */
export function isRescaled({ replicas, canary, stable }: Situation): boolean {
  return [canary, stable].some((revision) => {
    const noted = revision?.replicaSet.metadata.annotations?.[desiredReplicasAnnotation];
    return (
      revision?.exists === true && revision.size > 0 && noted !== undefined && noted !== String(replicas)
    );
  });
}

/** A revision that serves again has no end to wait for. */
export function deadlineOff({ deadline }: Revision): Record<string, null> {
  return deadline === undefined ? {} : { [scaleDownDeadlineAnnotation]: null };
}
