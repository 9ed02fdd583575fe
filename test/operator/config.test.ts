import { type ControllerConfig, parseControllerConfig } from '../../src/operator/config.ts';

const parsed = (argv: string[], environment = {}): ControllerConfig => {
  const invocation = parseControllerConfig(argv, environment);
  if ('print' in invocation) throw new Error(`prints ${invocation.print}`);
  return invocation.run;
};

describe('the flags of the controller', () => {
  test('have the peer’s defaults', () => {
    expect(parsed([])).toMatchObject({
      namespaced: false,
      instanceId: undefined,
      resync: 900,
      rolloutWorkers: 10,
      analysisWorkers: 30,
      experimentWorkers: 10,
      requestsPerSecond: 40,
      requestBurst: 80,
      metricsPort: 8090,
      healthzPort: 8080,
      logLevel: 'info',
      leaderElect: true,
      lease: 15,
      renewDeadline: 10,
      retryPeriod: 2,
      preferredApiVersions: [
        'networking.istio.io/v1alpha3',
        'split.smi-spec.io/v1alpha1',
        'appmesh.k8s.aws/v1beta2',
        'elbv2.k8s.aws/v1beta1',
        'getambassador.io/v2',
        'traefik.io/v1alpha1',
      ],
    });
  });

  test.each<[string, string[], Partial<ControllerConfig>]>([
    ['a value after a space', ['--instance-id', 'blue'], { instanceId: 'blue' }],
    ['a value after an equals sign', ['--kubeconfig=/a=b'], { kubeconfig: { file: '/a=b' } }],
    ['a flag alone', ['--namespaced'], { namespaced: true }],
    ['a flag that is turned off', ['--leader-elect=false'], { leaderElect: false }],
    ['one dash, as Go allows', ['-loglevel', 'debug'], { logLevel: 'debug' }],
    ['a short name', ['-n', 'web'], { namespace: 'web' }],
    ['an old name', ['--metricsport=9000'], { metricsPort: 9000 }],
    ['a duration', ['--leader-election-lease-duration', '1m30s'], { lease: 90 as ControllerConfig['lease'] }],
    ['the last of two', ['--qps=5', '--qps', '7'], { requestsPerSecond: 7 }],
    ['one controller', ['--controllers=analysis'], { controllers: 'analysis' }],
    ['a shard, in one order', ['--namespaces=web,shop,web'], { namespaces: ['shop', 'web'] }],
    ['the rest', ['--excluded-namespaces', 'web, shop'], { excludedNamespaces: ['shop', 'web'] }],
    ['a fraction of a request', ['--qps=0.5'], { requestsPerSecond: 0.5 }],
    ['levels as the peer’s logger spells them', ['--loglevel=WARNING'], { logLevel: 'warn' }],
    ['more detail than there is', ['--loglevel=trace'], { logLevel: 'debug' }],
    ['a format in capitals', ['--logformat=TEXT'], { logFormat: 'text' }],
    ['no format', ['--logformat='], { logFormat: 'json' }],
    [
      'booleans as Go reads them',
      ['--namespaced=1', '--leader-elect=F'],
      { namespaced: true, leaderElect: false },
    ],
    [
      'an instance in capitals, which no Lease is named after',
      ['--instance-id=Blue', '--leader-elect=false'],
      { instanceId: 'Blue' },
    ],
    [
      'a namespace that is for nothing, and say so',
      ['--namespace=web'],
      { withoutEffect: ['--namespace without --namespaced'] },
    ],
    ['a kubeconfig', ['--kubeconfig', '/k', '--context=c'], { kubeconfig: { file: '/k', context: 'c' } }],
    [
      'flags of the peer without a meaning here',
      ['--service-threads', '5'],
      { withoutEffect: ['--service-threads'] },
    ],
  ])('take %s', (_, argv, expected) => {
    expect(parsed(argv)).toMatchObject(expected);
  });

  test.each<[string, string[], string]>([
    ['Istio’s version', ['--istio-api-version', 'v1'], 'networking.istio.io/v1'],
    [
      'that of TargetGroupBindings',
      ['--aws-target-group-binding-api-version=elbv2.k8s.aws/v1alpha1'],
      'elbv2.k8s.aws/v1alpha1',
    ],
    ['SMI’s version', ['--traffic-split-api-version=v1alpha4'], 'split.smi-spec.io/v1alpha4'],
    [
      'Ambassador’s group and version',
      ['--ambassador-api-version', 'getambassador.io/v3alpha1'],
      'getambassador.io/v3alpha1',
    ],
    ['Traefik’s old group', ['--traefik-api-group=traefik.containo.us'], 'traefik.containo.us/v1alpha1'],
    [
      'Traefik’s group and version in one',
      ['--traefik-api-version=traefik.containo.us/v1alpha1'],
      'traefik.containo.us/v1alpha1',
    ],
  ])('prefer %s', (_, argv, expected) => {
    expect(parsed(argv).preferredApiVersions).toContain(expected);
  });

  test.each<[string, string[], string]>([
    [
      'a version that is none',
      ['--istio-api-version', 'networking.istio.io/v1'],
      'must be a version such as',
    ],
    ['an apiVersion that is none', ['--ambassador-api-version', 'v2'], 'must be a group and a version'],
    [
      'a version of App Mesh that we do not know',
      ['--appmesh-crd-version', 'v1beta1'],
      'must be one of v1beta2',
    ],
    ['an unknown flag', ['--bogus'], 'Unknown flag --bogus.'],
    ['a flag that is nearly one', ['--leaderelect'], 'Did you mean --leader-elect?'],
    ['a word that is no flag', ['start'], 'takes no argument, but "start" was given'],
    ['a missing value', ['--instance-id'], '--instance-id needs a value'],
    ['a number that is none', ['--qps', 'many'], '--qps must be a number, not "many"'],
    ['no rate', ['--qps=0'], '--qps must be more than 0'],
    ['half a burst', ['--burst=1.5'], '--burst must be a whole number, not "1.5"'],
    ['an instance that no label names', ['--instance-id=a/b'], 'must be what a label may be'],
    [
      'an instance that no Lease can be named after',
      ['--instance-id=Blue'],
      'must be lower-case without _, not "Blue"',
    ],
    ['no workers', ['--rollout-threads=0'], '--rollout-threads must be 1 or more'],
    ['a port that is none', ['--metricsPort=70000'], '--metricsPort must be a port'],
    [
      'an unknown level',
      ['--loglevel=loud'],
      '--loglevel must be one of debug, info, warn, error, not "loud"',
    ],
    ['a duration that is none', ['--leader-election-retry-period=2'], 'must be a duration such as 15s'],
    ['a boolean that is none', ['--namespaced=maybe'], '--namespaced must be true or false, not "maybe"'],
    ['a lease shorter than its deadline', ['--leader-election-lease-duration=5s'], 'must be longer than'],
    ['a flag with a slip of the pen', ['--instnce-id=a'], 'Did you mean --instance-id?'],
    ['another set of controllers', ['--controllers=rollouts'], '--controllers must be one of analysis'],
    [
      'namespaces that are none',
      ['--namespaces=web,Shop'],
      'must be names of namespaces with commas between, not "Shop"',
    ],
    [
      'two ways to say which namespaces',
      ['--namespaces=web', '--excluded-namespaces=shop'],
      'give one of them',
    ],
    [
      'a rest of what it cannot see',
      ['--namespaced', '--excluded-namespaces=shop'],
      'needs to see all others',
    ],
    [
      'Ingresses of long ago',
      ['--ingress-api-version=extensions/v1beta1'],
      '--ingress-api-version must be one of',
    ],
  ])('refuse %s by name', (_, argv, message) => {
    expect(() => parsed(argv)).toThrow(message);
  });

  test('ask AWS only when told to, by the peer’s old name too, and the tag that is told', () => {
    expect(parsed([])).toMatchObject({ awsVerification: undefined });
    expect(parsed(['--aws-verify-target-group'])).toMatchObject({
      awsVerification: { tagKey: 'ingress.k8s.aws/resource' },
    });
    expect(parsed(['--alb-verify-weight', '--alb-tag-key-resource-id=team/resource'])).toMatchObject({
      awsVerification: { tagKey: 'team/resource' },
    });
  });

  test('read the environment of the peer', () => {
    const environment = { POD_NAMESPACE: 'ops', ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: 'http://prometheus' };
    expect(parsed([], environment)).toMatchObject({
      controllerNamespace: 'ops',
      prometheusAddress: 'http://prometheus',
    });
  });

  test('read where Jobs run and the keys of Datadog, which count only together', () => {
    const environment = {
      ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE: 'jobs',
      ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: 'in-cluster',
      DD_API_KEY: 'k',
      DD_APP_KEY: 'a',
    };
    expect(parsed([], environment)).toMatchObject({
      jobs: { namespace: 'jobs', kubeconfig: 'in-cluster' },
      datadog: undefined,
    });
    expect(parsed([], { ...environment, DD_ADDRESS: '' }).datadog).toEqual({
      apiKey: 'k',
      appKey: 'a',
      address: '',
    });
  });

  test.each<[string, Record<string, string>, string]>([
    [
      'a variable with a slip of the pen',
      { ARGO_ROLLOUTS_PROMETHEUS_ADRESS: 'http://p' },
      'Unknown environment variable ARGO_ROLLOUTS_PROMETHEUS_ADRESS. Did you mean ARGO_ROLLOUTS_PROMETHEUS_ADDRESS?',
    ],
    ['one that nobody knows', { SLUICE_SPEED: 'high' }, 'Unknown environment variable SLUICE_SPEED.'],
    [
      'a pause that is none',
      { ROLLOUT_VERIFY_RETRY_INTERVAL: '10s' },
      'must be a number of seconds, not "10s"',
    ],
  ])('refuse %s', (_, environment, message) => {
    expect(() => parsed([], environment)).toThrow(message);
  });

  test('leave alone what Kubernetes tells a pod of Services, and what concerns others', () => {
    const environment = {
      ARGO_ROLLOUTS_METRICS_SERVICE_HOST: '10.0.0.1',
      ARGO_ROLLOUTS_METRICS_PORT_8090_TCP_ADDR: '10.0.0.1',
      SLUICE_METRICS_PORT: 'tcp://10.0.0.1:8090',
      SLUICE_METRICS_SERVICE_PORT_METRICS: '8090',
      AWS_REGION: 'eu-west-1',
    };
    expect(parsed([], environment).withoutEffect).toEqual([]);
  });

  test('tell of a variable of the peer that has no meaning here', () => {
    expect(parsed([], { ROLLOUT_VERIFY_RETRY_INTERVAL: '10' }).withoutEffect).toEqual([
      'ROLLOUT_VERIFY_RETRY_INTERVAL',
    ]);
  });

  test('can ask for help and for the version', () => {
    expect(parseControllerConfig(['--help'], {})).toEqual({ print: 'help' });
    expect(parseControllerConfig(['--version'], {})).toEqual({ print: 'version' });
  });
});
