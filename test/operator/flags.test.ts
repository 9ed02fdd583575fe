import { type ControllerConfig, parseControllerConfig } from '../../src/operator/config.ts';
import { flagTable } from '../../src/operator/flag-table.ts';

const parsed = (argv: readonly string[], environment = {}): ControllerConfig => {
  const invocation = parseControllerConfig(argv, environment);
  if ('print' in invocation) throw new Error(`prints ${invocation.print}`);
  return invocation.run;
};

/** The peer's flags (Argo Rollouts 9f8d111d8) with its defaults, as its help prints them. */
const ofPeer: Readonly<Record<string, string>> = {
  'alb-ingress-classes': 'alb',
  'alb-tag-key-resource-id': 'ingress.k8s.aws/resource',
  'alb-verify-weight': 'false',
  'ambassador-api-version': 'getambassador.io/v2',
  'analysis-threads': '30',
  'appmesh-crd-version': 'v1beta2',
  'aws-target-group-binding-api-version': 'elbv2.k8s.aws/v1beta1',
  'aws-verify-target-group': 'false',
  burst: '80',
  context: '',
  controllers: '',
  'enable-pprof-address': '',
  'ephemeral-metadata-threads': '10',
  'ephemeral-metadata-update-pod-retries': '3',
  'experiment-threads': '10',
  healthzPort: '8080',
  'ingress-api-version': '',
  'ingress-threads': '10',
  'instance-id': '',
  'istio-api-version': 'v1alpha3',
  kloglevel: '0',
  kubeconfig: '',
  'leader-elect': 'true',
  'leader-election-lease-duration': '15s',
  'leader-election-renew-deadline': '10s',
  'leader-election-retry-period': '2s',
  logformat: '',
  loglevel: 'info',
  metricsPort: '8090',
  metricsport: '8090',
  namespace: '',
  namespaced: 'false',
  'nginx-ingress-classes': 'nginx',
  qps: '40',
  'rollout-resync': '900',
  'rollout-threads': '10',
  'self-service-notification-enabled': 'false',
  'service-threads': '10',
  'traefik-api-group': 'traefik.io',
  'traefik-api-version': 'traefik.io/v1alpha1',
  'traffic-split-api-version': 'v1alpha1',
  version: 'false',
};

/** What each flag that works changes, given another value than its default; `help` and `version` print. */
const meanings: Readonly<
  Record<string, readonly [value: string, Partial<Record<keyof ControllerConfig, unknown>>]>
> = {
  'alb-tag-key-resource-id': ['t', { awsVerification: undefined }], // said again below, with what it is for
  'ambassador-api-version': ['getambassador.io/v3alpha1', preferring('getambassador.io/v3alpha1')],
  'analysis-threads': ['7', { analysisWorkers: 7 }],
  'appmesh-crd-version': ['v1beta2', preferring('appmesh.k8s.aws/v1beta2')],
  'aws-target-group-binding-api-version': ['elbv2.k8s.aws/v1alpha1', preferring('elbv2.k8s.aws/v1alpha1')],
  'aws-verify-target-group': ['true', { awsVerification: { tagKey: 'ingress.k8s.aws/resource' } }],
  burst: ['7', { requestBurst: 7 }],
  context: ['c', { kubeconfig: { context: 'c' } }],
  controllers: ['analysis', { controllers: 'analysis' }],
  'excluded-namespaces': ['web', { excludedNamespaces: ['web'] }],
  'experiment-threads': ['7', { experimentWorkers: 7 }],
  healthzPort: ['7', { healthzPort: 7 }],
  'ingress-api-version': ['networking/v1', {}], // there is one
  'instance-id': ['blue', { instanceId: 'blue' }],
  'istio-api-version': ['v1', preferring('networking.istio.io/v1')],
  kubeconfig: ['/k', { kubeconfig: { file: '/k' } }],
  'leader-elect': ['false', { leaderElect: false }],
  'leader-election-lease-duration': ['1m', { lease: 60 }],
  'leader-election-renew-deadline': ['12s', { renewDeadline: 12 }],
  'leader-election-retry-period': ['1s', { retryPeriod: 1 }],
  logformat: ['text', { logFormat: 'text' }],
  loglevel: ['debug', { logLevel: 'debug' }],
  metricsPort: ['7', { metricsPort: 7 }],
  namespace: ['web', { namespace: 'web' }],
  namespaced: ['true', { namespaced: true }],
  namespaces: ['web', { namespaces: ['web'] }],
  qps: ['7', { requestsPerSecond: 7 }],
  'rollout-resync': ['7', { resync: 7 }],
  'rollout-threads': ['7', { rolloutWorkers: 7 }],
  'self-service-notification-enabled': ['true', { isSelfServiceNotification: true }],
  'traefik-api-group': ['traefik.containo.us', preferring('traefik.containo.us/v1alpha1')],
  'traefik-api-version': ['traefik.io/v1', preferring('traefik.io/v1')],
  'traffic-split-api-version': ['v1alpha4', preferring('split.smi-spec.io/v1alpha4')],
};

function preferring(apiVersion: string) {
  return { preferredApiVersions: expect.arrayContaining([apiVersion]) };
}

const working = Object.entries(flagTable).filter(([name, { support }]) => {
  return support === undefined && name !== 'help' && name !== 'version';
});
const withoutEffect = Object.entries(flagTable).filter(([, { support }]) => support === 'noEffect');

test('each flag of the peer is known, and its default is the same', () => {
  const known = new Map(
    Object.entries(flagTable).flatMap(([name, entry]) =>
      [name, ...(entry.aliases ?? [])].map((each) => [each, entry] as const),
    ),
  );
  const different = Object.entries(ofPeer).filter(([name, value]) => {
    const entry = known.get(name);
    return entry === undefined || (entry.support === undefined && entry.default !== value);
  });
  // the peer's empty format is that of its logger, which is text; ours is for machines unless it is asked otherwise
  expect(different.map(([name]) => name)).toEqual(['logformat']);
});

test('each flag that works has its row here', () => {
  expect(working.map(([name]) => name).sort()).toEqual(Object.keys(meanings).sort());
});

test.each(Object.entries(meanings))('--%s says what it means', (name, [value, expected]) => {
  expect(parsed([`--${name}=${value}`])).toMatchObject(expected);
  const beside = name === 'namespace' ? ['--namespaced'] : [];
  const words = [`--${name}`, ...(flagTable[name]?.kind === 'flag' ? [] : [value])];
  expect(parsed([...words, ...beside]).withoutEffect).toEqual([]);
});

test('the tag of target groups is the one that AWS is asked by', () => {
  expect(parsed(['--aws-verify-target-group', '--alb-tag-key-resource-id=t'])).toMatchObject({
    awsVerification: { tagKey: 't' },
  });
});

test.each(withoutEffect)('--%s is taken, and told to be without effect', (name, { kind }) => {
  const value = kind === 'number' ? '1' : 'x';
  expect(parsed([`--${name}=${value}`]).withoutEffect).toEqual([`--${name}`]);
});

test.each(
  'as as-group as-uid as-user-extra certificate-authority client-certificate client-key cluster disable-compression insecure-skip-tls-verify password proxy-url request-timeout server tls-server-name token user username'.split(
    ' ',
  ),
)(
  'kubectl’s --%s, which the peer’s controller takes too, is refused by name: a kubeconfig says it',
  (name) => {
    expect(() => parsed([`--${name}=x`])).toThrow(`--${name} is not taken: the kubeconfig says`);
  },
);
