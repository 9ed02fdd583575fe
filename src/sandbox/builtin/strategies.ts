import type { Strategy } from '../resource.ts';
import { keptStrategies } from './kept.ts';
import {
  endpointSlice,
  event,
  horizontalPodAutoscaler,
  ingress,
  job,
  namespace,
  podDisruptionBudget,
  secret,
} from './others.ts';
import { pod, podTemplate } from './pods.ts';
import { service } from './services.ts';
import { deployment, replicaSet } from './workloads.ts';

/** What each built-in kind does beyond its structure, by where it is stored. A kind without an entry does nothing more. */
export const strategies: Readonly<Record<string, Strategy>> = {
  ...keptStrategies,
  pods: pod,
  podtemplates: podTemplate,
  services: service,
  secrets: secret,
  namespaces: namespace,
  events: event,
  'endpointslices.discovery.k8s.io': endpointSlice,
  'deployments.apps': deployment,
  'replicasets.apps': replicaSet,
  'jobs.batch': job,
  'ingresses.networking.k8s.io': ingress,
  'horizontalpodautoscalers.autoscaling': horizontalPodAutoscaler,
  'poddisruptionbudgets.policy': podDisruptionBudget,
};
