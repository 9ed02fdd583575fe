/** Labels and annotations of the API, spelled as the peer spells them (`reference/rollout.md` §15). */

/** Label on ReplicaSets, pods, runs; also the selector key that ties a Service to one revision. */
export const podTemplateHashLabel = 'rollouts-pod-template-hash';
/** Label on a run: `Step`, `Background`, `PrePromotion` or `PostPromotion`. */
export const rolloutTypeLabel = 'rollout-type';
/** Label on a step's run: the index of the step. */
export const stepIndexLabel = 'step-index';
/** Label on any of our objects: which controller instance owns it. */
export const instanceIdLabel = 'argo-rollouts.argoproj.io/controller-instance-id';

export const revisionAnnotation = 'rollout.argoproj.io/revision';
export const revisionHistoryAnnotation = 'rollout.argoproj.io/revision-history';
export const desiredReplicasAnnotation = 'rollout.argoproj.io/desired-replicas';
export const workloadGenerationAnnotation = 'rollout.argoproj.io/workload-generation';
export const ephemeralMetadataAnnotation = 'rollout.argoproj.io/ephemeral-metadata';
/** On a ReplicaSet that waits for its end: RFC 3339. It has no prefix. */
export const scaleDownDeadlineAnnotation = 'scale-down-deadline';
/** On a Service or route object: the Rollout that manages it. */
export const managedByAnnotation = 'argo-rollouts.argoproj.io/managed-by-rollouts';
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
export const notifiedAnnotation = 'notified.notifications.argoproj.io';
