import type { Strategy } from '../resource.ts';
import { configMap, secret } from './data.ts';
import { ingress } from './ingress.ts';
import { keptStrategies } from './kept.ts';
import {
  endpointSlice,
  event,
  horizontalPodAutoscaler,
  job,
  namespace,
  podDisruptionBudget,
} from './others.ts';
import { pod, podTemplate } from './pods/pod.ts';
import { binding, role } from './rights.ts';
import { service } from './services.ts';
import { deployment, replicaSet } from './workloads.ts';

/** What each built-in kind does beyond its structure, by where it is stored. A kind without an entry does nothing more. */
export const strategies: Readonly<Record<string, Strategy>> = {
  ...keptStrategies,
  pods: pod,
  podtemplates: podTemplate,
  services: service,
  configmaps: configMap,
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
  'roles.rbac.authorization.k8s.io': role(true),
  'clusterroles.rbac.authorization.k8s.io': role(false),
  'rolebindings.rbac.authorization.k8s.io': binding(['Role', 'ClusterRole']),
  'clusterrolebindings.rbac.authorization.k8s.io': binding(['ClusterRole']),
};
