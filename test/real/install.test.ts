import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import type { PolicyRule } from '../../src/operator/permissions.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import { helm, kustomized, rendered, root } from './support/chart.ts';
import { type Container, layOutImage, podSpecOf, startContainer } from './support/container.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { kubectlWith, type Told } from './support/kubectl.ts';
import { startKubelet } from './support/kubelet.ts';
import { eventually } from './support/processes.ts';

/** What installations set, each with the kinds that it is about. */
const settings: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'the defaults': {},
  'one namespace': { clusterInstall: false, installCRDs: false },
  'a shard of two namespaces': { clusterInstall: false, installCRDs: false, namespaces: ['sluice', 'web'] },
  'the rest of the cluster': { excludedNamespaces: ['web'], fullnameOverride: 'rest' },
  'as little as there can be': {
    'controller.replicas': 1,
    'controller.metrics.enabled': false,
    'networkPolicy.enabled': false,
    'providerRBAC.enabled': false,
    'rbac.jobs': false,
    'rbac.secrets': false,
    createClusterAggregateRoles: false,
  },
  'IRSA, and an image by digest from a private registry': {
    'serviceAccount.annotations': { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/sluice' },
    'controller.image.registry': 'registry.example.com',
    'controller.image.digest': `sha256:${'0'.repeat(64)}`,
    imagePullSecrets: [{ name: 'registry' }],
  },
  'everything of a pod': {
    instanceId: 'blue',
    fullnameOverride: 'gate',
    'controller.priorityClassName': 'system-cluster-critical',
    'controller.caBundle.configMap': 'authorities',
    'controller.extraEnv': [{ name: 'AWS_REGION', value: 'eu-west-1' }],
    'controller.extraArgs': ['--alb-verify-weight'],
    'controller.volumes': [{ name: 'scratch', emptyDir: {} }],
    'controller.volumeMounts': [{ name: 'scratch', mountPath: '/tmp' }],
    'controller.nodeSelector': { 'kubernetes.io/os': 'linux' },
    'controller.tolerations': [{ key: 'infra', operator: 'Exists' }],
    'controller.affinity': { nodeAffinity: {} },
    'controller.podLabels': { team: 'web' },
    'controller.podAnnotations': { note: 'n' },
    'controller.logging.level': 'debug',
    'controller.pdb.minAvailable': '50%',
    'networkPolicy.metricsFrom': [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }],
    'networkPolicy.egress': [{ ports: [{ port: 443 }] }],
  },
  notifications: {
    'notifications.configmap.create': true,
    'notifications.secret.create': true,
    'notifications.secret.items': { token: 't' },
    'notifications.notifiers': { 'service.slack': 'token: $token' },
    'notifications.subscriptions': [{ recipients: ['slack:web'] }],
    extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-more' } }],
  },
};

function shop(image: string): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'shop' } },
      template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [{ name: 'main', image }] } },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
    },
  };
}

describe('an installation on a real API server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-install-'));
  let plane: ControlPlane;
  let connection: Connection;
  let cluster: Cluster;
  let kubectl: (args: readonly string[]) => Promise<Told>;
  let kubelet: { stop(): Promise<void> };
  const started: Container[] = [];

  const told = async (args: readonly string[]) => {
    const { code, text } = await kubectl(args);
    if (code !== 0) throw new Error(text);
    return text;
  };
  const fileOf = (objects: readonly object[]) => {
    const path = join(folder, 'objects.json');
    writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }));
    return path;
  };
  const deploymentOf = (objects: readonly KubeObject[]) =>
    objects.find(({ kind }) => kind === 'Deployment') as KubeObject;

  beforeAll(async () => {
    plane = await startControlPlane();
    const limits = { perSecond: 1000, burst: 1000 };
    connection = await connect({ file: plane.kubeconfig }, { clock: realClock(), random: random(1), limits });
    cluster = connection.cluster;
    kubectl = kubectlWith(plane.kubeconfig, folder);
    kubelet = startKubelet(cluster, () => new Date().toISOString());
    await told(['apply', '--filename', join(root, 'config/cluster/namespace.yaml')]);
    await told(['create', 'namespace', 'web']);
    execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root });
  });
  afterAll(async () => {
    await Promise.all(started.map((container) => container.stop()));
    await kubelet?.stop();
    await connection?.close();
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the chart has nothing that Helm complains of, and refuses what is no value by its name', () => {
    expect(helm('lint', '--strict', '--quiet', 'charts/sluice')).toBe('');
    expect(() => rendered({ 'controller.replica': 3 })).toThrow(
      "additional properties 'replica' not allowed",
    );
    expect(() => rendered({ 'serviceAccount.create': false })).toThrow('serviceAccount.name is needed');
  });

  test.each(Object.entries(settings))('accepts the objects of the chart with %s', async (_, values) => {
    const file = fileOf(rendered(values));
    const text = await told([
      'apply',
      '--dry-run=server',
      '--server-side',
      '--validate=strict',
      '--filename',
      file,
    ]);
    expect(text).not.toContain('Warning');
    expect(text).toContain('serverside-applied');
  });

  test('lets the pods into a namespace of Pod Security “restricted”, and no weaker ones', async () => {
    const template = (values: object) => {
      const { containers, ...spec } = podSpecOf(deploymentOf(rendered({ ...values }))) as unknown as {
        containers: object[];
      };
      return fileOf([
        {
          apiVersion: 'v1',
          kind: 'Pod',
          metadata: { name: 'one', namespace: 'sluice' },
          spec: { ...spec, containers },
        },
      ]);
    };
    const create = (file: string) => kubectl(['create', '--dry-run=server', '--filename', file]);
    expect(await create(template({}))).toMatchObject({ code: 0 });
    const weaker = await create(
      template({ 'controller.containerSecurityContext.allowPrivilegeEscalation': true }),
    );
    expect(weaker.text).toContain('violates PodSecurity "restricted');
  });

  test.each([
    ['config/cluster', { installCRDs: false }],
    ['config/namespaced', { installCRDs: false, clusterInstall: false }],
  ])('is the same by %s and by the chart', (path, values) => {
    const namespace = path === 'config/cluster' ? 'sluice' : 'default';
    const ofChart = rendered(values, namespace).map(comparable);
    const ofFolder = kustomized(path)
      .filter(({ kind }) => kind !== 'Namespace')
      .map(comparable);
    const sorted = (objects: readonly KubeObject[]) =>
      Object.fromEntries(objects.map((object) => [`${object.kind}/${object.metadata.name}`, object]).sort());
    expect(sorted(ofFolder)).toEqual(sorted(ofChart));
  });

  test('promotes one release and aborts another, from the chart as it is rendered', async () => {
    const objects = rendered();
    await told(['apply', '--server-side', '--filename', fileOf(objects)]);
    const token = (await told(['create', 'token', 'sluice', '--namespace', 'sluice'])).trim();
    const image = join(folder, 'image');
    mkdirSync(image);
    layOutImage(image);
    const container = await startContainer(image, {
      deployment: deploymentOf(objects),
      plane,
      token,
      namespace: 'sluice',
    });
    started.push(container);
    const answer = async (path: string) => {
      const failure = container.failure();
      if (failure !== undefined) throw new Error(failure);
      const response = await fetch(`http://127.0.0.1:${container.healthzPort}${path}`);
      return response.status;
    };
    await eventually('the pod to be ready', async () => (await answer('/readyz')) === 200);
    expect(await answer('/healthz')).toBe(200);

    const ref = { type: resources.rollouts, namespace: 'web', name: 'shop' };
    const phase = (wanted: string, image: string) =>
      eventually(`${image} to be ${wanted}`, async () => {
        const rollout = (await cluster.get(ref)) as Rollout | undefined;
        const is = rollout?.status;
        const isSeen = is?.observedGeneration === String(rollout?.metadata.generation);
        if (is?.phase === wanted && isSeen) return true;
        throw new Error(`${is?.phase} ${is?.message}\n${container.logs().slice(-2000)}`);
      });
    const release = (image: string) =>
      cluster.patch(ref, { kind: 'merge', body: { spec: shop(image).spec } });
    const tell = (status: object) =>
      cluster.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });

    await told(['apply', '--filename', fileOf([shop('shop:v1')])]);
    await phase('Healthy', 'shop:v1');
    await release('shop:v2');
    await phase('Paused', 'shop:v2');
    await tell({ promoteFull: true });
    await phase('Healthy', 'shop:v2');
    await release('shop:v3');
    await phase('Paused', 'shop:v3');
    await tell({ abort: true });
    await phase('Degraded', 'shop:v3');
    const lines = container.logs().split('\n');
    expect(lines.filter((line) => /"level":"error"|forbidden/.test(line))).toEqual([]);
    await container.stop();
    expect(container.child.exitCode).toBe(0);
  });
});

/** Without what tells a chart's release from any other, and names of objects that no namespace has. */
function comparable(object: KubeObject): KubeObject {
  const foreign = [
    'helm.sh/chart',
    'app.kubernetes.io/managed-by',
    'app.kubernetes.io/instance',
    'app.kubernetes.io/version',
  ];
  const text = JSON.stringify(object, (name, value: unknown) =>
    foreign.includes(name) || name === 'app.kubernetes.io/part-of' ? undefined : value,
  );
  const plain = JSON.parse(text) as KubeObject & {
    subjects?: { namespace?: string }[];
    rules?: PolicyRule[];
  };
  // an overlay says the namespace, or kubectl does
  delete plain.metadata.namespace;
  for (const subject of plain.subjects ?? []) delete subject.namespace;
  return plain.rules === undefined
    ? plain
    : ({ ...plain, rules: rightsOf(plain.rules) } as unknown as KubeObject);
}

/** Each right by itself, in whatever rules they are. */
function rightsOf(rules: readonly PolicyRule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources: names, verbs }) =>
      apiGroups.flatMap((group) => names.flatMap((name) => verbs.map((verb) => `${verb} ${name}.${group}`))),
    )
    .sort();
}
