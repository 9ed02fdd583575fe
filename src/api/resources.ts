/** One resource type of the Kubernetes API: what a URL needs to be built from, and what an object says of itself. */
export interface ResourceType {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /**
   * Other apiVersions in which we can read and write it, the preferred first, for a cluster that does not serve `version`:
   * vendors have moved their route types through several.
   */
  readonly otherApiVersions?: readonly string[];
}

function resource(
  group: string,
  version: string,
  kind: string,
  plural: string,
  namespaced = true,
): ResourceType {
  return { group, version, kind, plural, namespaced };
}

function route(
  group: string,
  version: string,
  kind: string,
  plural: string,
  others: readonly string[],
): ResourceType {
  const otherApiVersions = others.map((other) => (other.includes('/') ? other : `${group}/${other}`));
  return { ...resource(group, version, kind, plural), otherApiVersions };
}

/** Every resource type that Sluice itself reads or writes. */
export const resources = {
  rollouts: resource('argoproj.io', 'v1alpha1', 'Rollout', 'rollouts'),
  analysisTemplates: resource('argoproj.io', 'v1alpha1', 'AnalysisTemplate', 'analysistemplates'),
  clusterAnalysisTemplates: resource(
    'argoproj.io',
    'v1alpha1',
    'ClusterAnalysisTemplate',
    'clusteranalysistemplates',
    false,
  ),
  analysisRuns: resource('argoproj.io', 'v1alpha1', 'AnalysisRun', 'analysisruns'),
  experiments: resource('argoproj.io', 'v1alpha1', 'Experiment', 'experiments'),
  replicaSets: resource('apps', 'v1', 'ReplicaSet', 'replicasets'),
  deployments: resource('apps', 'v1', 'Deployment', 'deployments'),
  pods: resource('', 'v1', 'Pod', 'pods'),
  podTemplates: resource('', 'v1', 'PodTemplate', 'podtemplates'),
  services: resource('', 'v1', 'Service', 'services'),
  secrets: resource('', 'v1', 'Secret', 'secrets'),
  configMaps: resource('', 'v1', 'ConfigMap', 'configmaps'),
  namespaces: resource('', 'v1', 'Namespace', 'namespaces', false),
  events: resource('', 'v1', 'Event', 'events'),
  leases: resource('coordination.k8s.io', 'v1', 'Lease', 'leases'),
  jobs: resource('batch', 'v1', 'Job', 'jobs'),
  ingresses: resource('networking.k8s.io', 'v1', 'Ingress', 'ingresses'),
  endpointSlices: resource('discovery.k8s.io', 'v1', 'EndpointSlice', 'endpointslices'),
  virtualServices: route('networking.istio.io', 'v1alpha3', 'VirtualService', 'virtualservices', [
    'v1beta1',
    'v1',
  ]),
  destinationRules: route('networking.istio.io', 'v1alpha3', 'DestinationRule', 'destinationrules', [
    'v1beta1',
    'v1',
  ]),
  httpRoutes: route('gateway.networking.k8s.io', 'v1', 'HTTPRoute', 'httproutes', ['v1beta1']),
  grpcRoutes: route('gateway.networking.k8s.io', 'v1', 'GRPCRoute', 'grpcroutes', ['v1alpha2']),
  tcpRoutes: route('gateway.networking.k8s.io', 'v1alpha2', 'TCPRoute', 'tcproutes', ['v1']),
  tlsRoutes: route('gateway.networking.k8s.io', 'v1alpha2', 'TLSRoute', 'tlsroutes', ['v1', 'v1alpha3']),
  traefikServices: route('traefik.io', 'v1alpha1', 'TraefikService', 'traefikservices', [
    'traefik.containo.us/v1alpha1',
  ]),
  apisixRoutes: resource('apisix.apache.org', 'v2', 'ApisixRoute', 'apisixroutes'),
  ambassadorMappings: route('getambassador.io', 'v2', 'Mapping', 'mappings', ['v3alpha1']),
  appMeshVirtualServices: resource('appmesh.k8s.aws', 'v1beta2', 'VirtualService', 'virtualservices'),
  appMeshVirtualRouters: resource('appmesh.k8s.aws', 'v1beta2', 'VirtualRouter', 'virtualrouters'),
  appMeshVirtualNodes: resource('appmesh.k8s.aws', 'v1beta2', 'VirtualNode', 'virtualnodes'),
  targetGroupBindings: route('elbv2.k8s.aws', 'v1beta1', 'TargetGroupBinding', 'targetgroupbindings', [
    'v1alpha1',
  ]),
  trafficSplits: route('split.smi-spec.io', 'v1alpha1', 'TrafficSplit', 'trafficsplits', [
    'v1alpha2',
    'v1alpha3',
    'v1alpha4',
  ]),
  customResourceDefinitions: resource(
    'apiextensions.k8s.io',
    'v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
    false,
  ),
} as const satisfies Record<string, ResourceType>;

export function apiVersionOf({ group, version }: Pick<ResourceType, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** One object, named: what a router asks the shell to read and watch. */
export interface ObjectRef {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly name: string;
}
