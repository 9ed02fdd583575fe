const container = (own: object, name = 'web') => ({ name, image: 'nginx:1.25', ...own });
const templateSpec = (spec: object) => ({ spec: { template: { spec } } });
const templateContainers = (...containers: object[]) => templateSpec({ containers });

/** What may be laid over a Deployment. */
export const deploymentParts = [
  { spec: { replicas: 3 } },
  { spec: { replicas: 0 } },
  { spec: { replicas: -1 } },
  { spec: { replicas: null } },
  { spec: { replicas: '3' } },
  { spec: { paused: true } },
  { spec: { minReadySeconds: 5 } },
  { spec: { minReadySeconds: 700 } },
  { spec: { revisionHistoryLimit: 3 } },
  { spec: { strategy: { type: 'Recreate' } } },
  { spec: { strategy: { type: 'Recreate', rollingUpdate: null } } },
  { spec: { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '10%' } } } },
  { spec: { strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } } },
  { spec: { strategy: null } },
  { spec: { selector: { matchLabels: { app: 'other' } } } },
  { spec: { template: { metadata: { labels: { app: 'web', tier: 'front' } } } } },
  { spec: { template: { metadata: { annotations: { at: 'noon' } } } } },
  { spec: { template: { metadata: null } } },
  templateContainers(container({ env: [{ name: 'A', value: '1' }] })),
  templateContainers(
    container({
      env: [
        { name: 'B', value: '2' },
        { name: 'A', value: '3' },
      ],
    }),
  ),
  templateContainers(
    container({ env: [{ name: 'C', valueFrom: { configMapKeyRef: { name: 'c', key: 'k' } } }] }),
  ),
  templateContainers(
    container({ env: [{ name: 'A', value: 'x', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }] }),
  ),
  templateContainers(container({ ports: [{ containerPort: 81 }, { containerPort: 80, name: 'http' }] })),
  templateContainers(container({ ports: [{ containerPort: 53, protocol: 'UDP' }] })),
  templateContainers(container({ resources: { limits: { cpu: '500m', memory: '1Gi' } } })),
  templateContainers(container({ resources: { requests: { cpu: '1' }, limits: { cpu: '0.5' } } })),
  templateContainers(container({ image: 'nginx:2' }), container({ image: 'side:1' }, 'side')),
  templateContainers(container({ image: 'side:2' }, 'side')),
  templateContainers(container({ command: ['run'], args: ['-v', '-v'] })),
  templateContainers(container({ readinessProbe: { httpGet: { path: '/', port: 80 } } })),
  templateContainers(container({ livenessProbe: { tcpSocket: { port: 'http' }, periodSeconds: 3 } })),
  templateContainers(container({ volumeMounts: [{ name: 'v', mountPath: '/v' }] })),
  templateContainers(container({ imagePullPolicy: 'Sometimes' })),
  templateContainers(container({ securityContext: { runAsUser: 5, capabilities: { add: ['NET_ADMIN'] } } })),
  templateContainers(container({ lifecycle: { preStop: { exec: { command: ['true'] } } } })),
  templateSpec({ volumes: [{ name: 'v', emptyDir: {} }] }),
  templateSpec({
    volumes: [
      { name: 'v', configMap: { name: 'c' } },
      { name: 'w', secret: { secretName: 's' } },
    ],
  }),
  templateSpec({ tolerations: [{ key: 'k', operator: 'Exists' }] }),
  templateSpec({ tolerations: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] }),
  templateSpec({ nodeSelector: { disk: 'ssd' } }),
  templateSpec({ terminationGracePeriodSeconds: 5 }),
  templateSpec({ imagePullSecrets: [{ name: 'a' }] }),
  templateSpec({ hostAliases: [{ ip: '192.0.2.1', hostnames: ['a'] }] }),
  templateSpec({ initContainers: [container({ image: 'init:1' }, 'init')] }),
  templateSpec({ restartPolicy: 'Never' }),
  templateSpec({ serviceAccountName: 'robot' }),
  templateSpec({
    topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule' }],
  }),
  templateSpec({
    affinity: {
      podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'host' }] },
    },
  }),
  templateSpec({ unknown: true }),
  { spec: null },
];

/** What may be laid over a Service. */
export const serviceParts = [
  {
    spec: {
      ports: [
        { port: 80, name: 'http' },
        { port: 443, name: 'https' },
      ],
    },
  },
  { spec: { ports: [{ port: 80, targetPort: 'web' }] } },
  { spec: { ports: [{ port: 80, targetPort: 8080 }] } },
  { spec: { ports: [{ port: 53, protocol: 'UDP' }] } },
  {
    spec: {
      ports: [
        { port: 53, protocol: 'UDP', name: 'u' },
        { port: 53, protocol: 'TCP', name: 't' },
      ],
    },
  },
  { spec: { ports: [{ port: 80 }, { port: 81 }] } },
  { spec: { ports: [{ port: 0 }] } },
  { spec: { ports: [] } },
  { spec: { ports: null } },
  { spec: { selector: { tier: 'front' } } },
  { spec: { selector: null } },
  { spec: { type: 'NodePort' } },
  { spec: { type: 'LoadBalancer' } },
  { spec: { type: 'ClusterIP' } },
  { spec: { type: 'ExternalName', externalName: 'example.com' } },
  { spec: { type: 'Odd' } },
  { spec: { clusterIP: 'None' } },
  { spec: { sessionAffinity: 'ClientIP' } },
  { spec: { sessionAffinity: 'None' } },
  { spec: { externalTrafficPolicy: 'Local' } },
  { spec: { internalTrafficPolicy: 'Local' } },
  { spec: { externalIPs: ['192.0.2.7'] } },
  { spec: { loadBalancerSourceRanges: ['192.0.2.0/24'] } },
  { spec: { publishNotReadyAddresses: true } },
  { spec: { ipFamilyPolicy: 'PreferDualStack' } },
];

const podContainers = (...containers: object[]) => ({ spec: { containers } });

/** What may be laid over a Pod. */
export const podParts = [
  podContainers(container({ env: [{ name: 'A', value: '1' }] })),
  podContainers(container({ image: 'nginx:2' })),
  podContainers(container({ image: 'nginx:2', ports: [{ containerPort: 80 }] })),
  podContainers(container({ resources: { requests: { cpu: '100m' } } })),
  podContainers(container({}), container({ image: 'side:1' }, 'side')),
  { spec: { activeDeadlineSeconds: 30 } },
  { spec: { activeDeadlineSeconds: 20 } },
  { spec: { tolerations: [{ key: 'k', operator: 'Exists' }] } },
  { spec: { terminationGracePeriodSeconds: 1 } },
  { spec: { restartPolicy: 'Never' } },
  { spec: { restartPolicy: 'Now' } },
  { spec: { nodeSelector: { disk: 'ssd' } } },
  { spec: { schedulingGates: [{ name: 'wait' }] } },
  { spec: { readinessGates: [{ conditionType: 'x/y' }] } },
  { spec: { volumes: [{ name: 'v', emptyDir: {} }] } },
  { spec: { priority: 5 } },
];

const backend = (name: string, port: object = { number: 80 }) => ({ service: { name, port } });
const path = (at: string, own: object = {}) => ({
  path: at,
  pathType: 'Prefix',
  backend: backend('web'),
  ...own,
});
const rule = (host: string | undefined, ...paths: object[]) => ({
  ...(host === undefined ? {} : { host }),
  http: { paths },
});

/** What may be laid over an Ingress. */
export const ingressParts = [
  { spec: { rules: [rule('a.example.com', path('/'))] } },
  {
    spec: {
      rules: [
        rule('a.example.com', path('/'), path('/b', { pathType: 'Exact' })),
        rule(undefined, path('/c')),
      ],
    },
  },
  { spec: { rules: [rule('b.example.com', path('/', { backend: backend('api', { name: 'http' }) }))] } },
  { spec: { rules: [rule('*.example.com', path('/', { pathType: 'ImplementationSpecific' }))] } },
  { spec: { rules: [rule('a.example.com', { path: '/', backend: backend('web') })] } },
  { spec: { rules: [rule('a.example.com', path('no-slash'))] } },
  {
    spec: { rules: [rule('a.example.com', path('/', { backend: { serviceName: 'web', servicePort: 80 } }))] },
  },
  { spec: { rules: [{ host: 'only.example.com' }] } },
  { spec: { rules: null } },
  { spec: { rules: [] } },
  { spec: { defaultBackend: null } },
  { spec: { defaultBackend: backend('api', { name: 'http' }) } },
  { spec: { defaultBackend: { resource: { apiGroup: 'a.dev', kind: 'Bucket', name: 'b' }, service: null } } },
  { spec: { ingressClassName: 'nginx' } },
  { spec: { tls: [{ hosts: ['a.example.com'], secretName: 's' }] } },
  { spec: { tls: [{ secretName: 't' }] } },
];

const cpu = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});

/** What may be laid over a HorizontalPodAutoscaler. */
export const autoscalerParts = [
  { spec: { minReplicas: 2 } },
  { spec: { minReplicas: 0 } },
  { spec: { minReplicas: 9 } },
  { spec: { maxReplicas: 9 } },
  { spec: { maxReplicas: 0 } },
  { spec: { metrics: [cpu(50)] } },
  {
    spec: {
      metrics: [
        cpu(70),
        {
          type: 'Resource',
          resource: { name: 'memory', target: { type: 'AverageValue', averageValue: '100Mi' } },
        },
      ],
    },
  },
  {
    spec: {
      metrics: [
        {
          type: 'Pods',
          pods: { metric: { name: 'qps' }, target: { type: 'AverageValue', averageValue: '10' } },
        },
      ],
    },
  },
  {
    spec: {
      metrics: [
        {
          type: 'External',
          external: {
            metric: { name: 'q', selector: { matchLabels: { a: 'b' } } },
            target: { type: 'Value', value: '1500m' },
          },
        },
      ],
    },
  },
  {
    spec: {
      metrics: [
        {
          type: 'ContainerResource',
          containerResource: {
            name: 'cpu',
            container: 'web',
            target: { type: 'Utilization', averageUtilization: 1 },
          },
        },
      ],
    },
  },
  { spec: { metrics: [{ type: 'Resource' }] } },
  { spec: { metrics: [] } },
  { spec: { metrics: null } },
  { spec: { behavior: { scaleDown: { stabilizationWindowSeconds: 0 } } } },
  { spec: { behavior: { scaleUp: { policies: [{ type: 'Pods', value: 2, periodSeconds: 15 }] } } } },
  {
    spec: {
      behavior: {
        scaleUp: { selectPolicy: 'Disabled' },
        scaleDown: { policies: [{ type: 'Percent', value: 10, periodSeconds: 60 }] },
      },
    },
  },
  { spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' } } },
  { spec: { scaleTargetRef: { kind: '', name: 'api' } } },
];
