const rights = ['rbac.authorization.k8s.io/v1alpha1', 'rbac.authorization.k8s.io/v1beta1'];
const hooks = ['admissionregistration.k8s.io/v1beta1'];

/**
 * Versions that nobody serves any more, by kind, which the server still reads a body in before it refuses it. As a
 * kube-apiserver 1.34 was seen to do.
 */
export const oldVersions: Readonly<Record<string, readonly string[]>> = {
  Deployment: ['extensions/v1beta1', 'apps/v1beta1', 'apps/v1beta2'],
  ReplicaSet: ['extensions/v1beta1', 'apps/v1beta2'],
  StatefulSet: ['apps/v1beta1', 'apps/v1beta2'],
  DaemonSet: ['extensions/v1beta1', 'apps/v1beta2'],
  ControllerRevision: ['apps/v1beta1', 'apps/v1beta2'],
  CronJob: ['batch/v1beta1'],
  HorizontalPodAutoscaler: ['autoscaling/v2beta1', 'autoscaling/v2beta2', 'autoscaling/v1', 'autoscaling/v2'],
  PodDisruptionBudget: ['policy/v1beta1'],
  Ingress: ['extensions/v1beta1', 'networking.k8s.io/v1beta1'],
  IngressClass: ['networking.k8s.io/v1beta1'],
  NetworkPolicy: ['extensions/v1beta1'],
  Role: rights,
  RoleBinding: rights,
  ClusterRole: rights,
  ClusterRoleBinding: rights,
  Lease: ['coordination.k8s.io/v1beta1'],
  EndpointSlice: ['discovery.k8s.io/v1beta1'],
  Event: ['events.k8s.io/v1beta1'],
  PriorityClass: ['scheduling.k8s.io/v1alpha1', 'scheduling.k8s.io/v1beta1'],
  StorageClass: ['storage.k8s.io/v1beta1'],
  CustomResourceDefinition: ['apiextensions.k8s.io/v1beta1'],
  ValidatingWebhookConfiguration: hooks,
  MutatingWebhookConfiguration: hooks,
};
