import { definitionOf, made, vendor } from '../definitions.ts';
import { apply, apps, configMap, core, create, patch, put, workload } from '../requests.ts';
import type { Scenario, Step } from '../scenario.ts';

const container = { name: 'web', image: 'web:1' };
const templateOf = (spec: object) => ({
  template: { metadata: { labels: { app: 'web' } }, spec: { containers: [container], ...spec } },
});

/** A Deployment whose pods would have this in their spec. */
const withPods = (does: string, spec: object): Step =>
  create(does, apps('deployments'), workload('Deployment', templateOf(spec)), { dryRun: 'All' });
/** The same for what stands in its only container. */
const withContainer = (does: string, own: object): Step =>
  withPods(does, { containers: [{ ...container, ...own }] });
const withStrategy = (does: string, rollingUpdate: object): Step =>
  create(
    does,
    apps('deployments'),
    workload('Deployment', { strategy: { type: 'RollingUpdate', rollingUpdate } }),
    { dryRun: 'All' },
  );
const probe = (own: object) => ({ livenessProbe: { httpGet: { port: 80 }, ...own } });
const nodes = (expression: object) => ({
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [expression] }],
      },
    },
  },
});
const tolerating = (toleration: object) => ({ tolerations: [toleration] });
const spread = (constraint: object) => ({
  topologySpreadConstraints: [
    { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', ...constraint },
  ],
});

const pods: readonly Step[] = [
  withContainer('a pull policy', { imagePullPolicy: 'Sometimes' }),
  withContainer('a policy for last words', { terminationMessagePolicy: 'Loud' }),
  withContainer('a long port name', { ports: [{ containerPort: 99999, name: 'a-name-that-is-long' }] }),
  withContainer('a port name of digits', { ports: [{ containerPort: 80, name: '80' }] }),
  withContainer('a port of no protocol', { ports: [{ containerPort: 80, protocol: 'QUIC' }] }),
  withContainer('a host port', { ports: [{ containerPort: 80, hostPort: 70000 }] }),
  withContainer('a port name twice', {
    ports: [
      { containerPort: 80, name: 'a' },
      { containerPort: 81, name: 'a' },
    ],
  }),
  withContainer('a port twice', { ports: [{ containerPort: 80 }, { containerPort: 80 }] }),
  withContainer('a variable with value and source', {
    env: [{ name: 'A', value: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.nope' } } }],
  }),
  withContainer('a variable without source', { env: [{ name: 'A', valueFrom: {} }] }),
  withContainer('a variable of two sources', {
    env: [
      {
        name: 'A',
        valueFrom: { fieldRef: { fieldPath: 'metadata.name' }, secretKeyRef: { name: 's', key: 'k' } },
      },
    ],
  }),
  withContainer('a variable without key', {
    env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 's' } } }],
  }),
  withContainer('a variable twice', {
    env: [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
      { name: 'A', value: '$(A)3' },
    ],
  }),
  withContainer('a mount twice', {
    volumeMounts: [
      { name: 'x', mountPath: '/x' },
      { name: 'y', mountPath: '/x' },
    ],
  }),
  withContainer('a strange resource', { resources: { limits: { widgets: 1 } } }),
  withContainer('a negative amount', { resources: { limits: { cpu: '-1' } } }),
  withContainer('no amount', { resources: { limits: { cpu: '1x' } } }),
  withContainer('a share of a device', {
    resources: { limits: { 'gpu.dev/one': '2' }, requests: { 'gpu.dev/one': '1' } },
  }),
  withContainer('a device without limit', { resources: { requests: { 'gpu.dev/one': '1' } } }),
  withContainer('a part of a byte', { resources: { requests: { memory: '128m' } } }),
  withContainer('two handlers', probe({ tcpSocket: { port: 1 } })),
  withContainer('no handler', { livenessProbe: { periodSeconds: 3 } }),
  withContainer('a negative period', probe({ periodSeconds: -5 })),
  withContainer('two successes', probe({ successThreshold: 2 })),
  withContainer('a scheme', probe({ httpGet: { port: 'http', scheme: 'FTP' } })),
  withContainer('a port without letters', probe({ httpGet: { port: '80' } })),
  withContainer('no grace', probe({ terminationGracePeriodSeconds: 0 })),
  withContainer('grace of readiness', {
    readinessProbe: { exec: { command: ['a'] }, terminationGracePeriodSeconds: 5 },
  }),
  withContainer('an empty command', { lifecycle: { preStop: { exec: {} } } }),
  withPods('an init container of the same name', { initContainers: [container] }),
  withPods('an init container with a probe', {
    initContainers: [{ name: 'init', image: 'a', ...probe({}) }],
  }),
  withPods('a policy for names', { dnsPolicy: 'Nope' }),
  withPods('two sorts of volume', { volumes: [{ name: 'v', emptyDir: {}, hostPath: { path: '/x' } }] }),
  withPods('a volume without source', { volumes: [{ name: 'v', configMap: {} }] }),
  withPods('a volume twice', { volumes: [{ name: 'v' }, { name: 'v' }] }),
  withPods('an operator of nodes', nodes({ key: 'a', operator: 'Is' })),
  withPods('nodes without values', nodes({ key: 'a', operator: 'In' })),
  withPods('nodes with values', nodes({ key: 'a', operator: 'Exists', values: ['b'] })),
  withPods('nodes below', nodes({ key: 'a', operator: 'Lt', values: ['1', '2'] })),
  withPods('pods without topology', {
    affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{}] } },
  }),
  withPods('a weight', {
    affinity: {
      podAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 101, podAffinityTerm: { topologyKey: 'zone' } },
        ],
      },
    },
  }),
  withPods('an operator of taints', tolerating({ key: 'a', operator: 'Like' })),
  withPods('a taint with value', tolerating({ key: 'a', operator: 'Exists', value: 'b' })),
  withPods('no taint', tolerating({ effect: 'NoSchedule' })),
  withPods('seconds of no effect', tolerating({ key: 'a', tolerationSeconds: 5 })),
  withPods('an effect', tolerating({ key: 'a', effect: 'Maybe' })),
  withPods('a spread of nothing', spread({ maxSkew: 0, whenUnsatisfiable: 'Cry' })),
  withPods('a spread without pods', spread({})),
  withPods('negative grace', { terminationGracePeriodSeconds: -5 }),
  withPods('a label of nodes', { nodeSelector: { a: '-b' } }),
];

const deployments: readonly Step[] = [
  withStrategy('no step', { maxSurge: 0, maxUnavailable: 0 }),
  withStrategy('no numbers', { maxSurge: 'abc', maxUnavailable: '150%' }),
  withStrategy('negative', { maxSurge: -1 }),
  create('a short deadline', apps('deployments'), workload('Deployment', { progressDeadlineSeconds: 0 })),
  create(
    'a deadline before ready',
    apps('deployments'),
    workload('Deployment', { progressDeadlineSeconds: 5, minReadySeconds: 5 }),
  ),
  create('a negative history', apps('deployments'), workload('Deployment', { revisionHistoryLimit: -1 })),
];

const secretOf = (type: string, data: object = {}, metadata: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'a', ...metadata },
  type,
  data,
});
const text = (value: string) => Buffer.from(value).toString('base64');
const trial = { dryRun: 'All' };
const secret = (does: string, type: string, data: object = {}): Step =>
  create(does, core('secrets'), secretOf(type, data), trial);

const data: readonly Step[] = [
  create('a key', core('configmaps'), configMap('a', { 'x/y': '1', '..': '2', '..a': '3' }), trial),
  create(
    'a key twice',
    core('configmaps'),
    { ...configMap('a', { x: '1' }), binaryData: { x: 'YQ==' } },
    trial,
  ),
  create('a frozen one', core('configmaps'), { ...configMap('a', { x: '1' }), immutable: true }),
  patch('merge', core('configmaps', 'a'), { data: { x: '2' }, binaryData: { y: 'YQ==' } }, 'change it'),
  patch('merge', core('configmaps', 'a'), { immutable: false }, 'thaw it'),
  patch('merge', core('configmaps', 'a'), { metadata: { labels: { a: 'b' } } }, 'label it'),
  secret('no user', 'kubernetes.io/basic-auth'),
  secret('a user', 'kubernetes.io/basic-auth', { username: text('joe') }),
  secret('no key', 'kubernetes.io/ssh-auth', { 'ssh-privatekey': '' }),
  secret('no certificate', 'kubernetes.io/tls', { 'tls.key': '' }),
  secret('no JSON', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': text('notjson') }),
  secret('half of it', 'kubernetes.io/dockerconfigjson', { '.dockerconfigjson': text('{"a":') }),
  secret('a list', 'kubernetes.io/dockercfg', { '.dockercfg': text('[]') }),
  secret('no account', 'kubernetes.io/service-account-token'),
  secret('a key of a file', 'Opaque', { 'a b': '' }),
  create('a frozen secret', core('secrets'), { ...secretOf('my.own/type', { a: '' }), immutable: true }),
  patch('merge', core('secrets', 'a'), { type: 'Opaque', stringData: { b: 'c' } }, 'change both'),
  patch('merge', core('secrets', 'a'), { immutable: null }, 'thaw the secret'),
];

const inGroup = (group: string, plural: string, name = '') =>
  `/apis/${group}/v1/namespaces/{ns}/${plural}${name === '' ? '' : `/${name}`}`;
const rbac = 'rbac.authorization.k8s.io';
const role = (does: string, rule: object): Step =>
  create(
    does,
    inGroup(rbac, 'roles'),
    { apiVersion: `${rbac}/v1`, kind: 'Role', metadata: { name: 'a' }, rules: [rule] },
    trial,
  );
const bindingOf = (roleRef: object, subjects: readonly object[] = []) => ({
  apiVersion: `${rbac}/v1`,
  kind: 'RoleBinding',
  metadata: { name: 'a' },
  roleRef,
  subjects,
});
const binding = (does: string, roleRef: object, subjects: readonly object[] = []): Step =>
  create(does, inGroup(rbac, 'rolebindings'), bindingOf(roleRef, subjects), trial);
const toRole = { apiGroup: rbac, kind: 'Role', name: 'a' };

const rights: readonly Step[] = [
  role('no verbs', { apiGroups: [''], resources: ['pods'] }),
  role('no group', { verbs: ['get'], resources: ['pods'] }),
  role('no resource', { verbs: ['get'], apiGroups: [''] }),
  role('a path', { verbs: ['get'], nonResourceURLs: ['/logs'], resources: ['pods'] }),
  binding('no kind of role', { apiGroup: rbac, kind: 'Job', name: 'a' }),
  binding('no name of a role', { apiGroup: '', kind: 'Role', name: '' }),
  binding('a group', { apiGroup: 'x.dev', kind: 'Role', name: 'a' }),
  binding('an account of nowhere', toRole, [{ kind: 'ServiceAccount', name: 'a' }]),
  binding('a robot', toRole, [{ kind: 'Robot', name: 'a' }]),
  binding('a user of another group', toRole, [{ kind: 'User', name: 'a', apiGroup: 'x.dev' }]),
  create('a binding', inGroup(rbac, 'rolebindings'), bindingOf(toRole, [{ kind: 'User', name: 'joe' }])),
  patch('merge', inGroup(rbac, 'rolebindings', 'a'), { roleRef: { name: 'b' } }, 'bind another role'),
];

const service = { name: 'web', port: { number: 80 } };
const ingress = (does: string, path: object, rule: object = {}, spec: object = {}): Step =>
  create(
    does,
    inGroup('networking.k8s.io', 'ingresses'),
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'Ingress',
      metadata: { name: 'a' },
      spec: {
        rules: [
          { http: { paths: [{ path: '/', pathType: 'Prefix', backend: { service }, ...path }] }, ...rule },
        ],
        ...spec,
      },
    },
    trial,
  );
const quota = (does: string, spec: object): Step =>
  create(
    does,
    core('resourcequotas'),
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'a' }, spec },
    trial,
  );

const others: readonly Step[] = [
  ingress('a wildcard inside', {}, { host: '*.*.dev' }),
  ingress('an address', {}, { host: '10.0.0.1' }),
  ingress('capitals', {}, { host: 'X.dev' }),
  ingress('no backend', { backend: {} }),
  ingress('no port', { backend: { service: { name: 'web' } } }),
  ingress('two ports', { backend: { service: { name: 'web', port: { number: 80, name: 'http' } } } }),
  ingress('a port beyond', { backend: { service: { name: 'web', port: { number: 70000 } } } }),
  ingress('no name', { backend: { service: { name: '', port: { number: 80 } } } }),
  ingress('steps back', { path: '/a/../b//c/..' }),
  ingress('no class', {}, {}, { ingressClassName: '' }),
  quota('a scope', { hard: { services: '1' }, scopes: ['Weekend'] }),
  quota('a scope that does not fit', { hard: { pods: '1', services: '1' }, scopes: ['BestEffort'] }),
  quota('scopes that clash', { hard: { pods: '1' }, scopes: ['BestEffort', 'NotBestEffort'] }),
  create(
    'a priority',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'refused' },
      value: 2_000_000_000,
    },
    trial,
  ),
];

const identity: readonly Step[] = [
  create('create', core('configmaps'), configMap('a')),
  create('create a note', vendor('notes'), made('Note', 'a', {})),
  patch('strategic', core('configmaps', 'a'), { kind: 'Secret', apiVersion: 'v2' }, 'type by strategy'),
  patch('merge', core('configmaps', 'a'), { metadata: { uid: 'x' } }, 'another identity'),
  patch('merge', vendor('notes', 'a'), { kind: 'Other' }, 'another kind'),
  patch('merge', vendor('notes', 'a'), { apiVersion: 'other.dev/v1' }, 'another group'),
  create(
    'two controllers',
    core('configmaps'),
    configMap(
      'owned',
      {},
      {
        ownerReferences: [
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'a', controller: true },
          { apiVersion: 'v1', kind: 'ConfigMap', name: 'y', uid: 'b', controller: true },
        ],
      },
    ),
  ),
  create('nobody', core('configmaps'), configMap('owned', {}, { ownerReferences: [{}] })),
];

/** Members that say nothing, each of which Go leaves out. */
const zeros = {
  paused: false,
  minReadySeconds: 0,
  template: {
    metadata: { labels: { app: 'web' } },
    spec: {
      hostNetwork: false,
      nodeName: '',
      serviceAccountName: '',
      automountServiceAccountToken: false,
      volumes: [
        { name: 'v', configMap: { name: 'c', optional: false } },
        { name: 't', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
        { name: 'h', hostPath: { path: '/var' } },
        { name: 'd', downwardAPI: { items: [{ path: 'a', fieldRef: { fieldPath: 'metadata.name' } }] } },
      ],
      containers: [
        {
          ...container,
          stdin: false,
          workingDir: '',
          env: [
            { name: 'A', value: '' },
            { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
          ],
          ports: [{ containerPort: 80, hostPort: 0, name: '' }],
          resources: { limits: { cpu: '1000m', memory: '1024Mi' }, requests: { cpu: 0.5 } },
          volumeMounts: [{ name: 'v', mountPath: '/x', readOnly: false }],
          securityContext: { privileged: false, runAsUser: 0 },
          livenessProbe: { initialDelaySeconds: 0, grpc: { port: 80 } },
          lifecycle: { preStop: { httpGet: { port: 80 } } },
        },
      ],
    },
  },
};

const nothings: readonly Step[] = [
  create('create', apps('deployments'), workload('Deployment', zeros), { fieldManager: 'maker' }),
  apply('one', apps('deployments', 'web'), workload('Deployment', zeros), { force: 'true' }),
  apply(
    'two',
    apps('deployments', 'web'),
    workload('Deployment', {
      replicas: 9,
      ...templateOf({
        containers: [{ ...container, image: 'web:2', env: [{ name: 'A', value: 'z' }], ports: [] }],
      }),
    }),
  ),
  put('the scale', `${apps('deployments', 'web')}/scale`, {
    apiVersion: 'autoscaling/v1',
    kind: 'Scale',
    metadata: { name: 'web' },
    spec: { replicas: 0 },
  }),
  create('a service', core('services'), {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: {
      externalName: '',
      publishNotReadyAddresses: false,
      ports: [{ port: 80, targetPort: 0, name: '' }],
    },
  }),
];

const columns = [{ name: 'A', type: 'string', jsonPath: '.spec.a', priority: 0, description: '' }];
const schemaOf = (properties: object) => ({
  openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
});
const definition = definitionOf(
  'Sketch',
  { type: 'object' },
  {
    version: {
      additionalPrinterColumns: columns,
      schema: schemaOf({
        list: { type: 'array', items: { type: 'string' }, default: [], nullable: false },
        host: { type: 'string', format: 'idn-hostname', description: '' },
      }),
    },
  },
);
const definitionsPath = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

const hook = (clientConfig: object | undefined, conversionReviewVersions: unknown = ['v1']) => {
  const shape = { schema: { openAPIV3Schema: { type: 'object' } } };
  const versions = ['v1', 'v1beta1'].map((name) => ({
    name,
    served: true,
    storage: name === 'v1',
    ...shape,
  }));
  const made = definitionOf('Sketch', { type: 'object' }, { versions }) as { spec: object };
  const webhook = { clientConfig, conversionReviewVersions };
  return { ...made, spec: { ...made.spec, conversion: { strategy: 'Webhook', webhook } } };
};
const url = 'https://x.dev/convert';
const refusedHook = (does: string, client: object | undefined, versions?: unknown): Step =>
  create(does, definitionsPath, hook(client, versions), trial);

const definitionSteps: readonly Step[] = [
  {
    ...create('zeros and formats', definitionsPath, definition, trial),
    looksAt: (body) => (body as { spec: unknown }).spec,
  },
  refusedHook('no client', undefined),
  refusedHook('no address', {}),
  refusedHook('two addresses', { url, service: { name: 'a', namespace: 'b' } }),
  refusedHook('no TLS', { url: 'http://x.dev' }),
  refusedHook('no service', { service: { name: '', namespace: '' } }),
  refusedHook('no reviews', { url }, []),
  refusedHook('reviews of tomorrow', { url }, ['v9', 'v9']),
  create(
    'a hook that is not asked',
    definitionsPath,
    {
      ...definition,
      spec: {
        ...(definition as { spec: object }).spec,
        conversion: {
          strategy: 'None',
          webhook: { clientConfig: { url }, conversionReviewVersions: ['v1'] },
        },
      },
    },
    trial,
  ),
];

/** What people get wrong in built-in kinds, in which words it is refused, and what Go leaves out of what they wrote. */
export const refusalsScenarios: readonly Scenario[] = [
  { name: 'mistakes in pod templates', steps: pods },
  { name: 'mistakes in deployments', steps: deployments },
  { name: 'mistakes in config maps and secrets', steps: data },
  { name: 'mistakes in rights', steps: rights },
  { name: 'mistakes in ingresses and quotas', steps: others },
  {
    name: 'what a patch may not make of an object',
    definitions: [definitionOf('Note', { type: 'object' })],
    steps: identity,
  },
  { name: 'members that say nothing', steps: nothings },
  { name: 'mistakes in definitions with webhooks', steps: definitionSteps },
];
