import { canonicalQuantity } from '../../../src/api/quantity.ts';
import type { CanaryStep } from '../../../src/api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../../src/api/workloads.ts';
import { equalTemplates, podTemplateHash, stepsHash } from '../../../src/core/rollout/pod-template-hash.ts';
import { fnv1a32 } from '../../../src/kernel/random.ts';

const nginx = (name: string, more: object = {}): PodTemplateSpec => ({
  spec: {
    ...more,
    containers: [
      {
        resources: { requests: { memory: '16Mi', cpu: '0.005' } },
        ports: [{ protocol: 'TCP', containerPort: 80, name: 'http' }],
        image: 'nginx:1.19-alpine',
        name,
      },
    ],
  },
  metadata: { labels: { app: name } },
});
const plain: PodTemplateSpec = {
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'nginx:1' }] },
};

/** The hash of these bytes, made of numbers that the reference gives. */
function goHash(json: string): string {
  const alphabet = 'bcdfghjklmnpqrstvwxz2456789';
  return [...String(fnv1a32(json))].map((digit) => alphabet[digit.charCodeAt(0) % 27]).join('');
}

/** Everything at once that is easily got wrong; the expected hash is of the bytes that Go prints. */
const intricate = {
  spec: {
    volumes: [
      { configMap: { name: 'settings', optional: false }, name: 'settings' },
      { emptyDir: { sizeLimit: '0.5Gi' }, name: 'tmp' },
    ],
    securityContext: { runAsNonRoot: false, fsGroup: 0 },
    containers: [
      {
        name: 'shop',
        image: 'shop:v1',
        env: [
          { valueFrom: { secretKeyRef: { key: 'k', name: 's' } }, name: 'A' },
          { name: 'B', value: '' },
        ],
        readinessProbe: { initialDelaySeconds: 0, httpGet: { port: 'http', path: '/ready?a=1&b=2' } },
        livenessProbe: { grpc: { port: 9000 } },
        resources: { limits: { memory: '1.5Gi', cpu: '1E3' }, requests: { cpu: 0.25 } },
      },
    ],
    terminationGracePeriodSeconds: 0,
    nodeSelector: {},
    tolerations: [],
  },
  metadata: { annotations: { '9': 'a', '10': '<b>', note: 'grüß\u2028e' }, labels: { app: 'shop' } },
} as PodTemplateSpec;

describe('the pod template hash is the peer’s', () => {
  test.each([
    [
      'zeros that are set, empty lists, keys that are numbers, texts to escape, amounts to keep and to rewrite',
      intricate,
      undefined,
      '7d995ff4c',
    ],
    [
      'members in any order, a quantity in another form',
      nginx('canary-scaledowndelay'),
      undefined,
      '674d8cf959',
    ],
    [
      'readiness gates',
      nginx('dynamic-stable-scale', { readinessGates: [{ conditionType: 'argoproj.io/e2e-readiness' }] }),
      undefined,
      '6b56c8cdb4',
    ],
    ['a container without resources', plain, undefined, '76dfbc8459'],
    ['a collision', plain, 1, '6bbc674f86'],
    [
      'a member that Kubernetes does not know',
      { ...plain, spec: { ...plain.spec, unknown: 1 } } as PodTemplateSpec,
      undefined,
      '76dfbc8459',
    ],
    [
      'a null',
      { ...plain, spec: { ...plain.spec, nodeName: null } } as unknown as PodTemplateSpec,
      undefined,
      '76dfbc8459',
    ],
  ])('%s', (_, template, collisions, hash) => {
    expect(podTemplateHash(template, collisions)).toBe(hash);
  });

  test.each<[string, CanaryStep[] | undefined, string]>([
    ['a weight and a pause', [{ setWeight: 10 }, { pause: {} }], '849b756fd4'],
    ['no steps', undefined, '5ffbfbbd64'],
    [
      'an experiment',
      [
        { setWeight: 25 },
        {
          experiment: {
            templates: [
              { specRef: 'stable', name: 'baseline', replicas: 1 },
              { name: 'canary', replicas: 1, specRef: 'canary' },
            ],
          },
        },
      ],
      'c46c5ddd6',
    ],
    [
      'members in any order, and what always prints',
      [
        { setCanaryScale: { matchTrafficWeight: false, replicas: 0, weight: 5 } },
        {
          analysis: {
            args: [{ value: '', name: 'a', valueFrom: { podTemplateHashValue: 'Latest' } }],
            templates: [{ clusterScope: false, templateName: 't' }],
          },
        },
        { setHeaderRoute: { match: [], name: 'r' } },
        {
          setMirrorRoute: {
            percentage: 0,
            match: [{ headers: { b: { exact: '<' }, '10': { prefix: 'x' }, '9': {} } }],
            name: 'm',
          },
        },
        { pause: { duration: '10' } },
      ],
      goHash(
        '[{"setCanaryScale":{"weight":5,"replicas":0}},{"analysis":{"templates":[{"templateName":"t","clusterScope":false}],"args":[{"name":"a","valueFrom":{"podTemplateHashValue":"Latest"}}]}},{"setHeaderRoute":{"name":"r"}},{"setMirrorRoute":{"name":"m","match":[{"headers":{"10":{"prefix":"x"},"9":{},"b":{"exact":"\\u003c"}}}],"percentage":0}},{"pause":{"duration":"10"}}]',
      ),
    ],
  ])('steps: %s', (_, steps, hash) => {
    expect(stepsHash(steps)).toBe(hash);
  });

  test('steps: what an older version of the peer made of them is no change, and stays', () => {
    const steps = [{ analysis: { templates: [{ templateName: 't', clusterScope: false }] } }];
    const older = goHash('[{"analysis":{"templates":[{"templateName":"t"}],"analysisRunMetadata":{}}}]');
    expect(stepsHash(steps, older)).toBe(older);
    expect(stepsHash(steps, 'another')).toBe(stepsHash(steps));
    expect(stepsHash(steps)).not.toBe(older);
  });
});

describe('two templates ask for the same pods', () => {
  test.each<[string, object, boolean]>([
    [
      'defaults are filled in',
      { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30 },
      true,
    ],
    ['another restart policy', { restartPolicy: 'Never' }, false],
    ['a node is chosen', { nodeSelector: { disk: 'ssd' } }, false],
  ])('%s', (_, more, equal) => {
    expect(
      equalTemplates(plain, { ...plain, spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...more } }),
    ).toBe(equal);
  });

  const withContainer = (more: object, spec: object = {}) =>
    ({
      ...plain,
      spec: { containers: [{ name: 'c', image: 'nginx:1', ...more }], ...spec },
    }) as PodTemplateSpec;
  const withVolume = (source: object) => withContainer({}, { volumes: [{ name: 'v', ...source }] });
  test.each<[string, PodTemplateSpec, PodTemplateSpec, boolean]>([
    [
      'a probe with zeros and its defaults',
      withContainer({ livenessProbe: { httpGet: { port: 80 }, periodSeconds: 0 } }),
      withContainer({
        livenessProbe: {
          httpGet: { port: 80, path: '/', scheme: 'HTTP' },
          timeoutSeconds: 1,
          periodSeconds: 10,
          successThreshold: 1,
          failureThreshold: 3,
        },
      }),
      true,
    ],
    [
      'a hook of the lifecycle',
      withContainer({ lifecycle: { preStop: { httpGet: { port: 80 } } } }),
      withContainer({ lifecycle: { preStop: { httpGet: { port: 80, path: '/', scheme: 'HTTP' } } } }),
      true,
    ],
    [
      'an ephemeral container',
      withContainer({}, { ephemeralContainers: [{ name: 'd', image: 'debug' }] }),
      withContainer(
        {},
        {
          ephemeralContainers: [
            {
              name: 'd',
              image: 'debug',
              imagePullPolicy: 'Always',
              terminationMessagePath: '/dev/termination-log',
              terminationMessagePolicy: 'File',
            },
          ],
        },
      ),
      true,
    ],
    [
      'a gRPC probe without a service',
      withContainer({ readinessProbe: { grpc: { port: 1 } } }),
      withContainer({ readinessProbe: { grpc: { port: 1, service: '' }, timeoutSeconds: 1 } }),
      true,
    ],
    [
      'a port without a protocol',
      withContainer({ ports: [{ containerPort: 80 }] }),
      withContainer({ ports: [{ containerPort: 80, protocol: 'TCP' }] }),
      true,
    ],
    [
      'a field of the pod in a variable',
      withContainer({ env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }] }),
      withContainer({
        env: [{ name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } }],
      }),
      true,
    ],
    ['a volume without a source', withVolume({}), withVolume({ emptyDir: {} }), true],
    [
      'a projected token',
      withVolume({ projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }),
      withVolume({
        projected: {
          defaultMode: 420,
          sources: [{ serviceAccountToken: { path: 't', expirationSeconds: 3600 } }],
        },
      }),
      true,
    ],
    [
      'a host path',
      withVolume({ hostPath: { path: '/x' } }),
      withVolume({ hostPath: { path: '/x', type: '' } }),
      true,
    ],
    [
      'a disk of Azure',
      withVolume({ azureDisk: { diskName: 'd', diskURI: 'u' } }),
      withVolume({
        azureDisk: {
          diskName: 'd',
          diskURI: 'u',
          cachingMode: 'ReadWrite',
          fsType: 'ext4',
          readOnly: false,
          kind: 'Shared',
        },
      }),
      true,
    ],
    [
      'a claim that lives as long as the pod',
      withVolume({
        ephemeral: { volumeClaimTemplate: { spec: { resources: { requests: { storage: '1Gi' } } } } },
      }),
      withVolume({
        ephemeral: {
          volumeClaimTemplate: {
            spec: { volumeMode: 'Filesystem', resources: { requests: { storage: '1024Mi' } } },
          },
        },
      }),
      true,
    ],
    [
      'an image as a volume',
      withVolume({ image: { reference: 'data:v1' } }),
      withVolume({ image: { reference: 'data:v1', pullPolicy: 'IfNotPresent' } }),
      true,
    ],
    [
      'the deprecated name of the service account, which the server doubles',
      withContainer({}, { serviceAccount: 'x' }),
      withContainer({}, { serviceAccount: 'x', serviceAccountName: 'x' }),
      true,
    ],
    ['another service account', withContainer({}, { serviceAccount: 'x' }), plain, false],
    [
      'limits: requests follow from them in pods, not in templates',
      withContainer({ resources: { limits: { cpu: 1 } } }),
      withContainer({ resources: { limits: { cpu: '1' }, requests: { cpu: '1' } } }),
      false,
    ],
    [
      'a period of no default',
      withContainer({ livenessProbe: { periodSeconds: 5 } }),
      withContainer({ livenessProbe: {} }),
      false,
    ],
  ])('%s', (_, one, other, equal) => {
    expect(equalTemplates(one, other)).toBe(equal);
  });

  test('the hash label makes no difference, any other label does', () => {
    const labelled = (labels: Record<string, string>) => ({
      ...plain,
      metadata: { labels: { app: 'a', ...labels } },
    });
    expect(equalTemplates(plain, labelled({ 'rollouts-pod-template-hash': 'x' }))).toBe(true);
    expect(equalTemplates(plain, labelled({ tier: 'web' }))).toBe(false);
  });
});

test.each([
  ['0.5', '500m'],
  ['1000m', '1'],
  ['1024Mi', '1Gi'],
  ['1536Mi', '1536Mi'],
  ['512', '512'],
  ['0.5Gi', '512Mi'],
  ['1e3', '1e3'],
  ['100000k', '100M'],
  ['0', '0'],
  ['-1', '-1'],
  ['0.0000000001', '1n'],
  ['1E3', '1E3'],
  ['+2', '+2'],
  ['1.0', '1'],
  ['1.1Gi', '1181116006400m'],
  ['23194Ei', '9223372036854775807'],
  ['-97353.872u', '-97353.872u'],
  ['100000000000000000000000', '100'],
  ['nonsense', 'nonsense'],
])('the quantity %s is written %s', (given, canonical) => {
  expect(canonicalQuantity(given)).toBe(canonical);
});
