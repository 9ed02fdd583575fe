import { canonicalQuantity } from '../../../src/api/quantity.ts';
import type { CanaryStep } from '../../../src/api/v1alpha1/rollout.ts';
import type { PodTemplateSpec } from '../../../src/api/workloads.ts';
import { equalTemplates, podTemplateHash, stepsHash } from '../../../src/core/rollout/pod-template-hash.ts';

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

describe('the pod template hash is the peer’s', () => {
  test.each([
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
  ])('steps: %s', (_, steps, hash) => {
    expect(stepsHash(steps)).toBe(hash);
  });
});

describe('two templates ask for the same pods', () => {
  test.each<[string, object, boolean]>([
    [
      'defaults are filled in',
      { restartPolicy: 'Always', dnsPolicy: 'ClusterFirst', terminationGracePeriodSeconds: 30 },
      true,
    ],
    ['the deprecated twin of serviceAccountName is there', { serviceAccount: 'x' }, true],
    ['another restart policy', { restartPolicy: 'Never' }, false],
    ['a node is chosen', { nodeSelector: { disk: 'ssd' } }, false],
  ])('%s', (_, more, equal) => {
    expect(
      equalTemplates(plain, { ...plain, spec: { containers: [{ name: 'c', image: 'nginx:1' }], ...more } }),
    ).toBe(equal);
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
  ['nonsense', 'nonsense'],
])('the quantity %s is written %s', (given, canonical) => {
  expect(canonicalQuantity(given)).toBe(canonical);
});
