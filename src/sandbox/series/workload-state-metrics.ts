import type { KubeObject } from '../../api/meta.ts';
import type { ReplicaSet } from '../../api/workloads.ts';
import type { Autoscaler } from '../workloads/autoscaler.ts';
import type { Deployment } from '../workloads/deployment-types.ts';
import type { Job } from '../workloads/job.ts';
import { storageOf, workloadResources } from '../workloads/workload-api.ts';
import type { Labels } from './labels.ts';
import {
  conditionSamples,
  conditionStatuses,
  family,
  labelLabels,
  numberOf,
  oneOf,
  ownerLabels,
  type StateFamily,
  sample,
  secondsOf,
} from './state-family.ts';
import type { Sample } from './state-history.ts';

type Families = Readonly<Record<string, StateFamily>>;
type Numbers<T> = Readonly<Record<string, (object: T) => number | undefined>>;
type Labelled<T> = Readonly<Record<string, (object: T, labels: Labels) => readonly Sample[]>>;

/**
 * The families of one kind: `kube_deployment_…`, each with the labels that name the object.
 *
 * @param label what the object's name stands in: that of a Job is `job_name`, since `job` is Prometheus' own.
 */
function familiesOf<T extends KubeObject>(
  prefix: string,
  label: string,
  resource: string,
  numbers: Numbers<T>,
  others: Labelled<T> = {},
): Families {
  const labelsOf = ({ metadata }: T): Labels => ({
    ...(metadata.namespace !== undefined && { namespace: metadata.namespace }),
    [label]: metadata.name,
  });
  const plain: Labelled<T> = Object.fromEntries(
    Object.entries(numbers).map(([name, numberIn]) => [
      name,
      (object: T, labels: Labels) => numberOf(labels, numberIn(object)),
    ]),
  );
  const common: Labelled<T> = {
    created: ({ metadata }, labels) => numberOf(labels, secondsOf(metadata.creationTimestamp)),
    labels: (object, labels) => [sample({ ...labels, ...labelLabels(object) }, 1)],
    ...(resource !== 'nodes' && {
      metadata_generation: ({ metadata }: T, labels: Labels) => numberOf(labels, metadata.generation),
    }),
  };
  return Object.fromEntries(
    Object.entries({ ...common, ...plain, ...others }).map(([name, samplesOf]) => [
      `kube_${prefix}_${name}`,
      family<T>(resource, (object) => samplesOf(object, labelsOf(object))),
    ]),
  );
}

const deployments = familiesOf<Deployment>(
  'deployment',
  'deployment',
  storageOf(workloadResources.deployments),
  {
    spec_replicas: ({ spec }) => spec.replicas ?? 1,
    spec_paused: ({ spec }) => Number(spec.paused === true),
    status_replicas: ({ status }) => status?.replicas ?? 0,
    status_replicas_ready: ({ status }) => status?.readyReplicas ?? 0,
    status_replicas_available: ({ status }) => status?.availableReplicas ?? 0,
    status_replicas_unavailable: ({ status }) => status?.unavailableReplicas ?? 0,
    status_replicas_updated: ({ status }) => status?.updatedReplicas ?? 0,
    status_observed_generation: ({ status }) => status?.observedGeneration ?? 0,
  },
  {
    owner: (object, labels) => [sample({ ...labels, ...ownerLabels(object) }, 1)],
    status_condition: ({ status }, labels) => conditionSamples(labels, status?.conditions),
  },
);

const replicaSets = familiesOf<ReplicaSet>(
  'replicaset',
  'replicaset',
  storageOf(workloadResources.replicaSets),
  {
    spec_replicas: ({ spec }) => spec.replicas ?? 1,
    status_replicas: ({ status }) => status?.replicas ?? 0,
    status_fully_labeled_replicas: ({ status }) => status?.fullyLabeledReplicas ?? 0,
    status_ready_replicas: ({ status }) => status?.readyReplicas ?? 0,
    status_observed_generation: ({ status }) => status?.observedGeneration ?? 0,
  },
  { owner: (object, labels) => [sample({ ...labels, ...ownerLabels(object) }, 1)] },
);

const autoscalers = familiesOf<Autoscaler>(
  'horizontalpodautoscaler',
  'horizontalpodautoscaler',
  storageOf(workloadResources.autoscalers),
  {
    spec_min_replicas: ({ spec }) => spec.minReplicas ?? 1,
    spec_max_replicas: ({ spec }) => spec.maxReplicas,
    status_current_replicas: ({ status }) => status?.currentReplicas ?? 0,
    status_desired_replicas: ({ status }) => status?.desiredReplicas ?? 0,
  },
  {
    info: ({ spec }, labels) => [
      sample(
        {
          ...labels,
          scaletargetref_api_version: spec.scaleTargetRef.apiVersion,
          scaletargetref_kind: spec.scaleTargetRef.kind,
          scaletargetref_name: spec.scaleTargetRef.name,
        },
        1,
      ),
    ],
    status_condition: ({ status }, labels) => conditionSamples(labels, status?.conditions),
  },
);

const ended = (name: 'Complete' | 'Failed') => (job: Job, labels: Labels) => {
  const found = job.status?.conditions?.find(({ type }) => type === name);
  return found === undefined ? [] : oneOf(labels, 'condition', conditionStatuses, found.status.toLowerCase());
};

const jobs = familiesOf<Job>(
  'job',
  'job_name',
  storageOf(workloadResources.jobs),
  {
    spec_completions: ({ spec }) => spec.completions,
    spec_parallelism: ({ spec }) => spec.parallelism,
    spec_active_deadline_seconds: ({ spec }) => spec.activeDeadlineSeconds,
    status_active: ({ status }) => status?.active ?? 0,
    status_succeeded: ({ status }) => status?.succeeded ?? 0,
    status_failed: ({ status }) => status?.failed ?? 0,
    status_start_time: ({ status }) => secondsOf(status?.startTime),
    status_completion_time: ({ status }) => secondsOf(status?.completionTime),
  },
  {
    info: (_, labels) => [sample(labels, 1)],
    owner: (object, labels) => [sample({ ...labels, ...ownerLabels(object) }, 1)],
    complete: ended('Complete'),
    failed: ended('Failed'),
  },
);

interface WithConditions extends KubeObject {
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

const nodes = familiesOf<WithConditions>(
  'node',
  'node',
  'nodes',
  {},
  {
    info: (_, labels) => [sample(labels, 1)],
    status_condition: ({ status }, labels) => conditionSamples(labels, status?.conditions),
  },
);

interface WithAddress extends KubeObject {
  readonly spec: { readonly clusterIP?: string; readonly type?: string };
}

const services = familiesOf<WithAddress>(
  'service',
  'service',
  'services',
  {},
  {
    info: ({ metadata, spec }, labels) => [
      sample({ ...labels, uid: metadata.uid, cluster_ip: spec.clusterIP }, 1),
    ],
    spec_type: ({ metadata, spec }, labels) => [sample({ ...labels, uid: metadata.uid, type: spec.type }, 1)],
  },
);

/** Metrics of workloads, Services and nodes, with the names and labels of kube-state-metrics. */
export const workloadStateFamilies: Families = {
  ...deployments,
  ...replicaSets,
  ...autoscalers,
  ...jobs,
  ...nodes,
  ...services,
};
