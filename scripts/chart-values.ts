// The values of the chart, each once: values.yaml, its schema and the README's table are written from here.
import Type, { type TSchema } from 'typebox';
import { stringify } from 'yaml';
import { permissions } from '../src/operator/permissions.ts';

/** The schema of one value, with its default and what it is for. */
type Value = TSchema & {
  readonly default?: unknown;
  readonly description?: string;
  readonly properties?: Values;
};
type Values = Readonly<Record<string, Value>>;

const text = (description: string, value = '') => Type.String({ description, default: value });
const flag = (description: string, value: boolean) => Type.Boolean({ description, default: value });
const number = (description: string, value: number, minimum = 0) =>
  Type.Integer({ description, default: value, minimum });
const oneOf = (description: string, words: readonly string[], value = words[0]) =>
  Type.Enum([...words], { description, default: value });
const texts = (description: string, value: readonly string[] = []) =>
  Type.Array(Type.String(), { description, default: value });
/** Names and texts, as labels are. */
const map = (description: string, value: Readonly<Record<string, string>> = {}) =>
  Type.Record(Type.String(), Type.String(), { description, default: value });
/** A part of a pod or of another object, as Kubernetes has it; the API server judges it. */
const object = (description: string, value: object = {}) =>
  Type.Object({}, { description, default: value, additionalProperties: true });
const objects = (description: string, value: readonly object[] = []) =>
  Type.Array(Type.Object({}, { additionalProperties: true }), { description, default: value });
const group = (description: string, properties: Values) =>
  Type.Object(properties as Record<string, TSchema>, { description, additionalProperties: false });
/** What whoever looks for an object of monitoring finds it by. */
const monitoring = (enabled: string, labels: Readonly<Record<string, string>> = {}): Values => ({
  enabled: flag(enabled, false),
  namespace: text('Its namespace; default: the release’s.'),
  additionalLabels: map('More labels, that it is found by.', labels),
  additionalAnnotations: map('Its annotations.'),
});
/** The smaller of the two is not said: Kubernetes takes a number or a percentage. */
const amount = (description: string, value: number | '') =>
  Type.Union([Type.Integer({ minimum: 0 }), Type.String({ pattern: '^(\\d+%)?$' })], {
    description,
    default: value,
  });

const probe = (path: string, seconds: { period: number; timeout: number; delay: number }) => ({
  httpGet: { path, port: 'healthz' },
  ...(seconds.delay > 0 && { initialDelaySeconds: seconds.delay }),
  periodSeconds: seconds.period,
  timeoutSeconds: seconds.timeout,
  failureThreshold: 3,
});

const routerNames: Readonly<Record<string, string>> = {
  ambassador: 'Ambassador (Emissary) Mappings',
  apisix: 'APISIX routes',
  awsAppMesh: 'AWS App Mesh',
  awsLoadBalancerController: 'TargetGroupBindings, for --aws-verify-target-group',
  gatewayAPI: 'routes of the Gateway API',
  ingress: 'Ingresses, of ALB and NGINX',
  istio: 'Istio',
  smi: 'SMI TrafficSplits',
  traefik: 'TraefikServices',
};
const routerParts = [...new Set(permissions.map(({ part }) => part))]
  .filter((part) => part in routerNames)
  .sort();

export const chartValues = group('Values of the chart.', {
  nameOverride: text(
    'Instead of the chart’s name in labels. Beside `fullnameOverride` it cannot change later.',
  ),
  fullnameOverride: text('Instead of the names of all objects.'),
  clusterInstall: flag(
    'Watch the whole cluster. `false`: only the release’s namespace, with a Role instead of a ClusterRole.',
    true,
  ),
  installCRDs: flag('Install the CRDs and keep them up to date. `false` when something else does.', true),
  keepCRDs: flag('Keep the CRDs, and so every Rollout, when the release is uninstalled.', true),
  crdAnnotations: map('More annotations of the CRDs.'),
  createClusterAggregateRoles: flag(
    'Give the cluster’s own roles admin, edit and view what they should have of our kinds.',
    true,
  ),
  instanceId: text(
    'Look only at objects labelled argo-rollouts.argoproj.io/controller-instance-id with this value; empty: at those without the label.',
  ),
  namespaces: texts(
    'Of a shard: the namespaces to watch. With `clusterInstall: false` each gets a Role, and nothing else is read.',
  ),
  excludedNamespaces: texts('Of a shard: all namespaces but these. Needs `clusterInstall`.'),
  imagePullSecrets: objects('Secrets to pull the image with, as `[{name: …}]`.'),
  serviceAccount: group('Who the controller is.', {
    create: flag('Make the ServiceAccount.', true),
    name: text('Its name; default: the release’s.'),
    annotations: map('Annotations.'),
  }),
  aws: group(
    'Who the controller is to AWS: docs/install.md. Only load balancers that are asked, and metrics of AWS, need it.',
    {
      identity: oneOf(
        '`irsa`: the ServiceAccount is annotated with `roleArn`. `podIdentity`: an association gives it its role. Empty: whatever the surroundings give, such as the node’s role.',
        ['', 'irsa', 'podIdentity'],
      ),
      roleArn: text(
        'The role, `arn:aws:iam::ACCOUNT:role/NAME`; with `podIdentity` only for the notes that an installation prints.',
      ),
      region: text('Set as AWS_REGION; EKS does that itself for either identity.'),
    },
  ),
  rbac: group('Rights that an installation can do without; each right: docs/permissions.md.', {
    create: flag('Make the roles and their bindings. `false` when something else does.', true),
    jobs: flag('Measure by Jobs.', true),
    secrets: flag('Read Secrets that metrics name.', true),
  }),
  providerRBAC: group('Rights on the objects of traffic routers.', {
    enabled: flag('Grant any of them.', true),
    providers: group(
      'The routers in use.',
      Object.fromEntries(routerParts.map((part) => [part, flag(`${routerNames[part]}.`, true)])),
    ),
  }),
  controller: group('The controller process.', {
    replicas: number('Pods: one acts, the others stand by.', 2),
    image: group('The image.', {
      registry: text('Host of the registry, where the repository does not name it.'),
      repository: text(
        'Repository; push the image to where your cluster pulls from, and name that here.',
        'sluice',
      ),
      tag: text('Tag; default: the chart’s appVersion.'),
      digest: text('Digest, `sha256:…`; wins over the tag.'),
      pullPolicy: oneOf('When to pull.', ['IfNotPresent', 'Always', 'Never']),
    }),
    logging: group('What is logged.', {
      level: oneOf('Least level.', ['debug', 'info', 'warn', 'error'], 'info'),
      format: oneOf('Format of lines.', ['json', 'text']),
    }),
    extraArgs: texts('More flags of `sluice controller`; `sluice controller --help` lists them.'),
    extraEnv: objects('More environment variables, as a container has them.'),
    caBundle: group('Certificate authorities to trust for metric providers, beside the usual ones.', {
      configMap: text('ConfigMap of the release’s namespace that has them.'),
      key: text('Its key, with PEM text.', 'ca.crt'),
    }),
    volumes: objects('More volumes of the pod.'),
    volumeMounts: objects('More mounts of the container.'),
    deploymentAnnotations: map('Annotations of the Deployment.'),
    podAnnotations: map('Annotations of the pods.'),
    podLabels: map('More labels of the pods.'),
    podSecurityContext: object('Security of the pod; the default passes Pod Security “restricted”.', {
      runAsNonRoot: true,
      runAsUser: 65532,
      runAsGroup: 65532,
      fsGroup: 65532,
      seccompProfile: { type: 'RuntimeDefault' },
    }),
    containerSecurityContext: object(
      'Security of the container; the default passes Pod Security “restricted”.',
      {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        runAsNonRoot: true,
        capabilities: { drop: ['ALL'] },
        seccompProfile: { type: 'RuntimeDefault' },
      },
    ),
    resources: object('Requests and limits.', {
      requests: { cpu: '50m', memory: '128Mi' },
      limits: { memory: '512Mi' },
    }),
    livenessProbe: object(
      'Restarts a process that hangs.',
      probe('/healthz', { delay: 10, period: 20, timeout: 10 }),
    ),
    readinessProbe: object(
      'Ready: leads with all objects known, or stands by.',
      probe('/readyz', { delay: 0, period: 10, timeout: 5 }),
    ),
    terminationGracePeriodSeconds: number('Time to finish what is under way.', 30),
    nodeSelector: map('Nodes to run on.'),
    tolerations: objects('Taints to bear.'),
    affinity: object('Affinity of the pods.'),
    topologySpreadConstraints: objects('How pods spread; empty: over hosts and zones where that can be.'),
    priorityClassName: text('Priority class; `system-cluster-critical` keeps it when nodes are full.'),
    pdb: group('Disruption budget, with two replicas or more.', {
      enabled: flag('Make it.', true),
      maxUnavailable: amount('Pods that may be away at the same time.', 1),
      minAvailable: amount('Instead: pods that must be there.', ''),
    }),
    metrics: group('Metrics for Prometheus.', {
      enabled: flag('Make the Service.', true),
      port: number('Port of the Service.', 8090, 1),
      annotations: map('Annotations of the Service.'),
      serviceMonitor: group('ServiceMonitor, for the Prometheus Operator.', {
        ...monitoring('Make it.'),
        interval: text('How often Prometheus reads.', '30s'),
        relabelings: objects('Relabelings of targets, as a ServiceMonitor has them.'),
        metricRelabelings: objects('Relabelings of samples, as a ServiceMonitor has them.'),
      }),
      prometheusRule: group(
        'PrometheusRule with the alerts of docs/metrics.md, for the Prometheus Operator.',
        monitoring('Make it.'),
      ),
      grafanaDashboard: group(
        'ConfigMap with the dashboard, for the sidecar of Grafana.',
        monitoring('Make it.', { grafana_dashboard: '1' }),
      ),
    }),
  }),
  networkPolicy: group('Who may talk to the controller, and to whom it may.', {
    enabled: flag('Make it. In: metrics and probes only.', true),
    metricsFrom: objects('Peers that may read the metrics, as a NetworkPolicy’s `from`; empty: all.'),
    egress: objects(
      'Rules of `egress`; the default lets everything out, since providers are anywhere. Beside narrower ones DNS, the API server and the agent of EKS Pod Identity stay reachable.',
      [{}],
    ),
    apiServer: group('The API server, beside narrower rules.', {
      to: objects('Its addresses, as a rule’s `to`, as `[{ipBlock: {cidr: …}}]`; empty: any.'),
      ports: Type.Array(Type.Integer({ minimum: 1, maximum: 65535 }), {
        description: 'Its ports, before and behind its Service.',
        default: [443, 6443],
      }),
    }),
  }),
  notifications: group('Configuration of notifications, as the peer’s ConfigMap and Secret.', {
    configmap: group('ConfigMap argo-rollouts-notification-configmap.', {
      create: flag('Make it. `false`: one that something else makes is read.', false),
    }),
    secret: group('Secret argo-rollouts-notification-secret.', {
      create: flag(
        'Make it. `false`, and better: one that is made by what keeps your secrets is read.',
        false,
      ),
      items: map('Its keys.'),
      annotations: map('Its annotations.'),
    }),
    selfService: flag(
      'Let each namespace bring a ConfigMap and a Secret of these names for its own Rollouts; grants reading those in all namespaces that are watched.',
      false,
    ),
    defaultTemplates: flag(
      'Put the usual triggers and templates, those of config/notifications, into the ConfigMap; what is set below goes first.',
      false,
    ),
    notifiers: map('Services, by `service.<type>`.'),
    templates: map('Templates, by `template.<name>`.'),
    triggers: map('Triggers, by `trigger.<name>`.'),
    subscriptions: objects('Subscriptions of all Rollouts.'),
    defaultTriggers: texts('Triggers of subscriptions that name none.'),
  }),
  extraObjects: objects('More objects; strings in them are templates.'),
}) as Value;

/** Default values, each under what it is for. */
export function valuesYaml(): string {
  return `# Values of the chart; what is not listed here is refused. Generated from scripts/chart-values.ts by \`npm run generate\`.\n${yamlOf(chartValues.properties as Values, '')}`;
}

function yamlOf(values: Values, indent: string): string {
  return Object.entries(values)
    .map(([name, value]) => {
      const comment = `${indent}# ${value.description}\n`;
      if (value.properties !== undefined && value.default === undefined) {
        return `${comment}${indent}${name}:\n${yamlOf(value.properties, `${indent}  `)}`;
      }
      const shown = stringify({ [name]: value.default }, { lineWidth: 0 });
      return comment + shown.replace(/^(?=.)/gm, indent);
    })
    .join('');
}

/** JSON schema of the values. Helm adds `global` to the values of every chart. */
export function valuesSchema(): string {
  const schema = JSON.parse(JSON.stringify(chartValues)) as { properties: object };
  const global = { type: 'object', description: 'Of a chart that has this one in it; nothing is read here.' };
  const whole = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    properties: { ...schema.properties, global },
  };
  return `${JSON.stringify(whole, null, 2)}\n`;
}

export function valuesTable(): string {
  return `| value | default | what for |\n|---|---|---|\n${rowsOf(chartValues.properties as Values, '').join('\n')}\n`;
}

function rowsOf(values: Values, path: string): string[] {
  return Object.entries(values).flatMap(([name, value]) => {
    if (value.properties !== undefined && value.default === undefined) {
      return rowsOf(value.properties, `${path}${name}.`);
    }
    return [`| \`${path}${name}\` | \`${JSON.stringify(value.default)}\` | ${value.description} |`];
  });
}
