/** What `kubectl explain` says of each built-in kind, in our own words: the real server's are long, and not ours. */
export const kindDescriptions: Readonly<Record<string, string>> = {
  Binding: 'Puts a pod on a node.',
  ClusterRole: 'Rights that hold in every namespace, or for resources outside of them.',
  ClusterRoleBinding: 'Gives the rights of a ClusterRole to users, groups and service accounts.',
  ConfigMap: 'Settings that pods read, as names and texts.',
  CustomResourceDefinition: 'Makes the API server serve a kind that it was not built with.',
  Deployment:
    'Keeps a number of equal pods running, and replaces them step by step when their template changes.',
  EndpointSlice: 'Addresses of pods that stand behind a Service.',
  Endpoints: 'Addresses of pods that stand behind a Service, in one object.',
  Event: 'Something that happened to an object, and how often.',
  HorizontalPodAutoscaler: 'Changes the number of pods of a workload with its load.',
  Ingress: 'Which Service answers requests from outside, by host and path.',
  IngressClass: 'Which controller looks after Ingresses of a class.',
  Job: 'Runs pods until enough of them have succeeded.',
  Lease: 'Who holds something at the moment, and until when.',
  Namespace: 'A room for objects, in which names are unique.',
  Node: 'A machine that runs pods.',
  Pod: 'Containers that run together on one node.',
  PodDisruptionBudget: 'How many of the selected pods must stay when pods are evicted.',
  PodTemplate: 'A pod to be made, kept as an object of its own.',
  ReplicaSet: 'Keeps a number of equal pods running. Usually made by a Deployment or a Rollout.',
  Role: 'Rights in one namespace.',
  RoleBinding: 'Gives the rights of a role to users, groups and service accounts, in one namespace.',
  Secret: 'Settings that pods read and that others should not see.',
  Service: 'One name and address for the pods that its selector names.',
  ServiceAccount: 'Who the programs in a pod are to the API server.',
};

/** Members that objects of all kinds have. */
export const memberDescriptions: Readonly<Record<string, string>> = {
  apiVersion: 'Group and version of the kind: the form that this object is written in.',
  kind: 'Which kind of object this is.',
  metadata: 'Name, namespace, labels, annotations, owners and what else is known of every object.',
  spec: 'What is wanted.',
  status: 'What has been found; written by controllers.',
};
