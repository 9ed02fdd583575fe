/** Labels and annotations of the API, spelled as the peer spells them (`reference/rollout.md` §15). */

/** Label on ReplicaSets, pods, runs; also the selector key that ties a Service to one revision. */
export const podTemplateHashLabel = 'rollouts-pod-template-hash';
/** Label on a run: an `AnalysisPurpose`. */
export const rolloutTypeLabel = 'rollout-type';
/** Label on a step's run: the index of the step. */
export const stepIndexLabel = 'step-index';
/** Label on any of our objects: which controller instance owns it. */
export const instanceIdLabel = 'argo-rollouts.argoproj.io/controller-instance-id';

/** Label on a Job and its pods: uid of the AnalysisRun that it measures for. */
export const analysisRunUidLabel = 'analysisrun.argoproj.io/uid';
/** Annotations on such a Job: for which run and metric. */
export const analysisRunNameAnnotation = 'analysisrun.argoproj.io/name';
export const analysisRunNamespaceAnnotation = 'analysisrun.argoproj.io/namespace';
export const analysisRunMetricAnnotation = 'analysisrun.argoproj.io/metric-name';
/** Metadata of a measurement that a Job makes: which one. */
export const jobNameKey = 'job-name';
export const jobNamespaceKey = 'job-namespace';

export const revisionAnnotation = 'rollout.argoproj.io/revision';
export const revisionHistoryAnnotation = 'rollout.argoproj.io/revision-history';
export const desiredReplicasAnnotation = 'rollout.argoproj.io/desired-replicas';
export const workloadGenerationAnnotation = 'rollout.argoproj.io/workload-generation';
export const ephemeralMetadataAnnotation = 'rollout.argoproj.io/ephemeral-metadata';
/** Ours, on a ReplicaSet whose template has other labels than its pods: what these had injected. Gone when they have them. */
export const podsToRelabelAnnotation = 'sluice.dev/pods-to-relabel';
/** Ours, on a Deployment that a Rollout took the pods from: how many it had. */
export const replicasBeforeAnnotation = 'sluice.dev/replicas-before';
/** Ours, on a ReplicaSet whose traffic has become less: how many pods it keeps, and from when on. `2 2026-01-05T09:00:30Z` */
export const drainAnnotation = 'sluice.dev/shrinks-to';
/** On a ReplicaSet that waits for its end: RFC 3339. It has no prefix. */
export const scaleDownDeadlineAnnotation = 'scale-down-deadline';
/** On a Service or route object: the Rollout that manages it. */
export const managedByAnnotation = 'argo-rollouts.argoproj.io/managed-by-rollouts';
export const lastAppliedAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';
export const notifiedAnnotation = 'notified.notifications.argoproj.io';
/** Ours, on a Rollout: the last abort, for machines. See docs/notifications.md. */
export const abortRecordAnnotation = 'sluice.dev/abort-record';

/** On what an Experiment makes: the Experiment, and which of its templates. */
export const experimentNameAnnotation = 'experiment.argoproj.io/name';
export const experimentTemplateAnnotation = 'experiment.argoproj.io/template-name';
