import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { ownPermissions } from '../../src/operator/permissions.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { type Connection, connect } from '../../src/shell/kube-client/connect.ts';
import {
  buildProgram,
  kustomized,
  type Overlay,
  rendered,
  root,
  writeOverlay,
  yamlOf,
} from './support/chart.ts';
import { type Container, layOutImage, podSpecOf, startContainer } from './support/container.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { kubectlWith, type Told } from './support/kubectl.ts';
import { startKubelet } from './support/kubelet.ts';
import { eventually } from './support/processes.ts';
import { definitionsOfPrometheusOperator, monitoring } from './support/prometheus-operator.ts';
import { refused, unused } from './support/rights.ts';

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
  'Pod Identity, and a narrow way out': {
    'aws.identity': 'podIdentity',
    'networkPolicy.apiServer.to': [{ ipBlock: { cidr: '10.0.0.0/16' } }],
    'networkPolicy.egress': [
      {
        to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } }],
        ports: [{ port: 9090 }],
      },
    ],
  },
  'IRSA, and an image by digest from a private registry': {
    'aws.identity': 'irsa',
    'aws.roleArn': 'arn:aws:iam::123456789012:role/sluice',
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
  'an account of somebody else’s, and roles too': {
    'serviceAccount.create': false,
    'serviceAccount.name': 'gatekeeper',
    'rbac.create': false,
  },
  'monitoring, found by a label, from a namespace of its own': {
    ...monitoring,
    'controller.metrics.serviceMonitor.namespace': 'web',
    'controller.metrics.serviceMonitor.additionalLabels': { release: 'prometheus' },
    'controller.metrics.serviceMonitor.metricRelabelings': [{ action: 'labeldrop', regex: 'pod' }],
    'controller.metrics.prometheusRule.additionalLabels': { release: 'prometheus' },
    'controller.metrics.grafanaDashboard.namespace': 'web',
  },
  'notifications, and the dashboard': {
    'notifications.configmap.create': true,
    'notifications.secret.create': true,
    'notifications.secret.items': { token: 't' },
    'notifications.notifiers': { 'service.slack': 'token: $token' },
    'notifications.subscriptions': [{ recipients: ['slack:web'] }],
    'notifications.defaultTemplates': true,
    'notifications.selfService': true,
    'controller.metrics.grafanaDashboard.enabled': true,
    extraObjects: [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: '{{ .Release.Name }}-more' } }],
  },
};

/** Every folder of config/ by itself, and what overlays of one's own make of them. */
const overlays: Readonly<Record<string, Overlay>> = {
  'config/crds': { resources: ['config/crds'] },
  'config/cluster': { resources: ['config/cluster'] },
  'config/namespaced': { resources: ['config/namespaced'] },
  'config/monitoring': { resources: ['config/monitoring'] },
  'config/notifications': { resources: ['config/notifications'] },
  'config/self-service': { resources: ['config'], components: ['config/self-service'] },
  'all at once, with an image by digest': {
    resources: ['config', 'config/monitoring', 'config/notifications'],
    components: ['config/self-service'],
    images: [{ name: 'sluice', newName: 'registry.example.com/sluice', digest: `sha256:${'0'.repeat(64)}` }],
  },
  'the patches of docs/install.md': {
    resources: ['config'],
    patches: yamlOf('install.md', 'patches').flatMap(({ patches }) => patches as object[]),
  },
  'one namespace of its own, with its monitoring': {
    resources: ['config/namespaced', 'config/monitoring', 'config/notifications'],
    namespace: 'web',
  },
};

function shop(image: string, namespace = 'web'): KubeObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace },
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
    plane = await startControlPlane({ audit: true });
    const limits = { perSecond: 1000, burst: 1000 };
    connection = await connect({ file: plane.kubeconfig }, { clock: realClock(), random: random(1), limits });
    cluster = connection.cluster;
    kubectl = kubectlWith(plane.kubeconfig, folder);
    kubelet = startKubelet(cluster, () => new Date().toISOString());
    await told(['apply', '--filename', join(root, 'config/cluster/namespace.yaml')]);
    await told(['create', 'namespace', 'web']);
    for (const file of definitionsOfPrometheusOperator()) await told(['create', '--filename', file]);
    await told(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=20s']);
    buildProgram();
  });
  afterAll(async () => {
    await Promise.all(started.map((container) => container.stop()));
    await kubelet?.stop();
    await connection?.close();
    await plane?.stop();
    rmSync(folder, { recursive: true, force: true });
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

  describe('by kustomize', () => {
    const made = (overlay: Overlay) => {
      writeOverlay(folder, overlay);
      const isLarge = overlay.resources?.includes('config/crds') === true; // for the annotation of the other side
      const flags = isLarge ? ['--server-side'] : [];
      return [...flags, '--dry-run=server', '--validate=strict', '--kustomize', folder];
    };

    test.each(Object.entries(overlays))('accepts %s', async (_, overlay) => {
      const text = await told(['apply', ...made(overlay)]);
      expect(text).not.toContain('Warning');
      expect(text).toContain('(server dry run)');
    });

    test('no folder is left out', () => {
      const folders = readdirSync(join(root, 'config'), { withFileTypes: true }).filter((each) =>
        each.isDirectory(),
      );
      const rest = folders.map(({ name }) => `config/${name}`).filter((name) => overlays[name] === undefined);
      expect(rest).toEqual(['config/base']); // the part that `cluster` and `namespaced` have in common
    });

    test('binds the account of the namespace that the overlay names, everywhere', () => {
      writeOverlay(folder, overlays['one namespace of its own, with its monitoring'] as Overlay);
      const objects = kustomized(folder) as (KubeObject & { subjects?: { namespace?: string }[] })[];
      expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['web']));
      const subjects = objects.flatMap((object) => object.subjects ?? []);
      expect(subjects.map(({ namespace }) => namespace)).toEqual(['web', 'web']);
    });
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

  describe('runs', () => {
    const image = join(folder, 'image');
    let objects: readonly KubeObject[];
    let token: string;

    beforeAll(async () => {
      objects = rendered();
      await told(['apply', '--server-side', '--filename', fileOf(objects)]);
      token = (await told(['create', 'token', 'sluice', '--namespace', 'sluice'])).trim();
      mkdirSync(image);
      layOutImage(image);
    });

    /** The pod of the chart; with more flags than the chart's own. */
    const pod = async (...extraArgs: string[]) => {
      const deployment = deploymentOf(objects);
      const container = await startContainer(image, {
        deployment,
        plane,
        token,
        namespace: 'sluice',
        extraArgs,
      });
      started.push(container);
      await eventually('the pod to be ready', async () => (await answer(container, '/readyz')) === 200);
      return container;
    };
    const answer = async (container: Container, path: string) => {
      const failure = container.failure();
      if (failure !== undefined) throw new Error(failure);
      return (await fetch(`http://127.0.0.1:${container.healthzPort}${path}`)).status;
    };
    const complaints = (container: Container) =>
      container
        .logs()
        .split('\n')
        .filter((line) => /"level":"error"|forbidden/.test(line));
    const play = (namespace: string) => {
      const ref = { type: resources.rollouts, namespace, name: 'shop' };
      const look = async () => (await cluster.get(ref)) as Rollout | undefined;
      return {
        look,
        begin: () => told(['apply', '--filename', fileOf([shop('shop:v1', namespace)])]),
        phase: (wanted: string, what: string) =>
          eventually(`${what} to be ${wanted}`, async () => {
            const rollout = await look();
            const is = rollout?.status;
            const isSeen = is?.observedGeneration === String(rollout?.metadata.generation);
            if (is?.phase === wanted && isSeen) return true;
            throw new Error(`${is?.phase} ${is?.message}\n${started.at(-1)?.logs().slice(-2000)}`);
          }),
        release: (version: string) =>
          cluster.patch(ref, { kind: 'merge', body: { spec: shop(version).spec } }),
        tell: (status: object) =>
          cluster.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' }),
      };
    };

    test('from the chart as it is rendered: one release is promoted and another aborted', async () => {
      const container = await pod();
      expect(await answer(container, '/healthz')).toBe(200);
      const { begin, phase, release, tell } = play('web');
      await begin();
      await phase('Healthy', 'shop:v1');
      await release('shop:v2');
      await phase('Paused', 'shop:v2');
      await tell({ promoteFull: true });
      await phase('Healthy', 'shop:v2');
      await release('shop:v3');
      await phase('Paused', 'shop:v3');
      await tell({ abort: true });
      await phase('Degraded', 'shop:v3');
      expect(complaints(container)).toEqual([]);
      await container.stop();
      expect(container.child.exitCode).toBe(0);
    });

    test('two pods: the second goes on where the first one ended, or was killed', async () => {
      const lease = ['--leader-election-lease-duration=8s', '--leader-election-renew-deadline=5s'];
      const { begin, phase, release, tell, look } = play('default');
      const [first, second] = [await pod(...lease), await pod(...lease)];
      await begin();
      await phase('Healthy', 'shop:v1');
      await release('shop:v2');
      await phase('Paused', 'shop:v2');

      /** Seconds until somebody has carried out an abort or a retry that is asked for now. */
      const acted = async (status: object, wanted: string) => {
        const askedAt = performance.now();
        await tell(status);
        await eventually(
          `the rollout to be ${wanted}`,
          async () => (await look())?.status?.phase === wanted,
          {
            everyMs: 20,
          },
        );
        return (performance.now() - askedAt) / 1000;
      };
      const ended = first.stop();
      expect(await acted({ abort: true }, 'Degraded')).toBeLessThan(2);
      await ended;
      expect(first.child.exitCode).toBe(0);

      const third = await pod(...lease);
      second.child.kill('SIGKILL');
      expect(await acted({ abort: false }, 'Paused')).toBeLessThan(8 + 2); // the lease, and the work itself
      expect([...complaints(first), ...complaints(third)]).toEqual([]);
      await third.stop();
    });

    /** The Rollouts that a controller has written something about. */
    const writtenBy = (container: Container) => {
      const lines = container
        .logs()
        .split('\n')
        .filter((line) => line.includes('"Decided and written."'));
      const facts = lines.map((line) => JSON.parse(line) as { namespace: string; rollout?: string });
      return [...new Set(facts.map(({ namespace, rollout }) => `${namespace}/${rollout}`))].sort();
    };

    test('two controllers, by a label: no Rollout has both of them, and none has neither', async () => {
      const blue = await pod('--instance-id=blue');
      const plain = await pod();
      const label = { 'argo-rollouts.argoproj.io/controller-instance-id': 'blue' };
      await told(['create', 'namespace', 'label']);
      const named = (name: string, labels: Record<string, string> = {}) => {
        const { metadata, ...rest } = shop('shop:v1', 'label');
        return { ...rest, metadata: { ...metadata, name, labels } };
      };
      await told([
        'apply',
        '--filename',
        fileOf([named('mine', label), named('yours'), named('moved', label)]),
      ]);
      const phase = async (name: string) => {
        const found = await cluster.get({ type: resources.rollouts, namespace: 'label', name });
        return (found as Rollout | undefined)?.status?.phase;
      };
      for (const name of ['mine', 'yours', 'moved'])
        await eventually(`${name} to be Healthy`, async () => (await phase(name)) === 'Healthy');
      const inLabel = (container: Container) =>
        writtenBy(container).filter((name) => name.startsWith('label/'));
      expect([inLabel(blue), inLabel(plain)]).toEqual([['label/mine', 'label/moved'], ['label/yours']]);

      // one that is given to the other is the other's from then on
      const moved = { type: resources.rollouts, namespace: 'label', name: 'moved' };
      const body = {
        metadata: { labels: { ...label, [Object.keys(label)[0] as string]: null } },
        spec: shop('shop:v2').spec,
      };
      await cluster.patch(moved, { kind: 'merge', body });
      await eventually('moved to be Paused', async () => (await phase('moved')) === 'Paused');
      expect([inLabel(blue), inLabel(plain)]).toEqual([
        ['label/mine', 'label/moved'],
        ['label/moved', 'label/yours'],
      ]);
      expect([blue, plain].flatMap(complaints)).toEqual([]);
      await Promise.all([blue.stop(), plain.stop()]);
    });

    test('two shards: each takes care of its own, and a third that overlaps waits for both', async () => {
      await told(['create', 'namespace', 'shop']);
      const one = await pod('--namespaces=shop');
      const rest = await pod('--excluded-namespaces=shop');
      const whole = await pod();
      const [inShop, inWeb] = [play('shop'), play('web')];
      await inShop.begin();
      await inShop.phase('Healthy', 'shop:v1');
      await inWeb.release('shop:v4');
      await inWeb.phase('Paused', 'shop:v4');
      expect(whole.logs()).toContain('Another controller leads some of our Rollouts; waiting until it ends.');
      expect(whole.logs()).not.toContain('Controllers started.');
      expect(one.logs()).toContain('"watches":"namespaces shop"');
      expect(rest.logs()).toContain('"watches":"all namespaces but shop"');
      expect(writtenBy(one)).toEqual(['shop/shop']);
      expect(writtenBy(rest)).not.toContain('shop/shop');
      expect(writtenBy(rest)).toContain('web/shop');
      await Promise.all([one.stop(), rest.stop()]);
      await inShop.release('shop:v2');
      await inShop.phase('Paused', 'shop:v2');
      expect(whole.logs()).toContain('Controllers started.');
      expect([one, rest, whole].flatMap(complaints)).toEqual([]);
    });

    test('nothing was asked for in vain, and every right in their own namespace was made use of', () => {
      expect(refused(plane)).toEqual([]);
      expect(unused(plane, ownPermissions)).toEqual([]);
    });
  });
});
