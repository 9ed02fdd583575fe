/** One flag of `sluice controller`. */
export interface FlagEntry {
  /** `flag` is a boolean that needs no value. */
  readonly kind: 'flag' | 'text' | 'number' | 'duration';
  readonly default: string;
  /** One line for the help. */
  readonly help: string;
  readonly aliases?: readonly string[];
  /**
   * `noEffect`: a flag of the peer whose subject does not exist here; accepted, so that its manifests start, and told in
   * the log. Absent: works.
   */
  readonly support?: 'noEffect';
}

const works = (kind: FlagEntry['kind'], value: string, help: string, aliases?: string[]): FlagEntry => ({
  kind,
  default: value,
  help,
  ...(aliases && { aliases }),
});
const noEffect = (kind: FlagEntry['kind'], help: string): FlagEntry => ({
  kind,
  default: '',
  help,
  support: 'noEffect',
});

/** Every flag of `sluice controller`, and every flag of the peer's controller (`reference/operations.md` §5.1). */
export const flagTable: Readonly<Record<string, FlagEntry>> = {
  'alb-tag-key-resource-id': works(
    'text',
    'ingress.k8s.aws/resource',
    'tag that says what a target group stands for',
  ),
  'analysis-threads': works('number', '30', 'AnalysisRuns looked at at the same time'),
  'ambassador-api-version': works(
    'text',
    'getambassador.io/v2',
    'version of Mappings to use if it is served',
  ),
  'appmesh-crd-version': works('text', 'v1beta2', 'version of App Mesh’s types; there is one'),
  'aws-target-group-binding-api-version': works(
    'text',
    'elbv2.k8s.aws/v1beta1',
    'version of TargetGroupBindings',
  ),
  'aws-verify-target-group': works(
    'flag',
    'false',
    'ask AWS whether it has taken weights and pods over before going on',
    ['alb-verify-weight'],
  ),
  burst: works('number', '80', 'requests of one of these that may be sent at once after a quiet time'),
  context: works('text', '', 'context of the kubeconfig'),
  controllers: works('text', '', '`analysis`: take care of AnalysisRuns and of nothing else'),
  'excluded-namespaces': works('text', '', 'shard: namespaces to leave to others, with commas'),
  'experiment-threads': works('number', '10', 'Experiments looked at at the same time'),
  healthzPort: works('number', '8080', 'port of /healthz and /readyz; 0 serves none'),
  help: works('flag', 'false', 'this text', ['h']),
  'ingress-api-version': works('text', '', 'version of Ingresses; there is one, networking/v1'),
  'instance-id': works('text', '', 'look only at objects labelled with this controller instance'),
  'istio-api-version': works('text', 'v1alpha3', 'version of Istio’s types to use if it is served'),
  kubeconfig: works('text', '', 'kubeconfig file; default as kubectl, then the pod’s service account'),
  'leader-elect': works('flag', 'true', 'work only while holding the Lease'),
  'leader-election-lease-duration': works('duration', '15s', 'how long a silent leader keeps others waiting'),
  'leader-election-renew-deadline': works('duration', '10s', 'how long a leader that cannot renew goes on'),
  'leader-election-retry-period': works('duration', '2s', 'time between two attempts'),
  logformat: works('text', 'json', 'json or text'),
  loglevel: works('text', 'info', 'debug, info, warn or error'),
  metricsPort: works('number', '8090', 'port of /metrics; 0 serves none', ['metricsport']),
  namespace: works('text', '', 'with --namespaced: the namespace to watch', ['n']),
  namespaced: works(
    'flag',
    'false',
    'watch one namespace only, or those of --namespaces, and nothing of the cluster',
  ),
  namespaces: works('text', '', 'shard: namespaces to watch, with commas'),
  qps: works(
    'number',
    '40',
    'requests a second in the long run, for each of: built-in kinds, our kinds, routes, events',
  ),
  'rollout-resync': works('number', '900', 'seconds after which every object is looked at again'),
  'rollout-threads': works('number', '10', 'Rollouts looked at at the same time'),
  'traefik-api-group': works('text', 'traefik.io', 'group of TraefikServices to use if it is served'),
  'traefik-api-version': works('text', 'traefik.io/v1alpha1', 'version of TraefikServices to use if served'),
  'traffic-split-api-version': works('text', 'v1alpha1', 'version of TrafficSplits to use if it is served'),
  version: works('flag', 'false', 'print the version'),

  'alb-ingress-classes': noEffect('text', 'Ingresses are taken by their names, whatever their class'),
  'enable-pprof-address': noEffect('text', 'use node --inspect'),
  'ephemeral-metadata-threads': noEffect('number', 'no such workers'),
  'ephemeral-metadata-update-pod-retries': noEffect('number', 'no such workers'),
  'ingress-threads': noEffect('number', 'no such workers'),
  kloglevel: noEffect('number', 'there is one log'),
  'nginx-ingress-classes': noEffect('text', 'Ingresses are taken by their names, whatever their class'),
  'service-threads': noEffect('number', 'no such workers'),

  'self-service-notification-enabled': works(
    'flag',
    'false',
    'let each namespace configure notifications of its own',
  ),
};

/** The flags that work, one a line, for `--help`. */
export function flagHelp(): string {
  return Object.entries(flagTable)
    .filter(([, { support }]) => support === undefined)
    .map(([name, { kind, default: value, help }]) => {
      const shown = `--${name}${kind === 'flag' ? '' : ` ${kind}`}`;
      return `  ${shown.padEnd(46)} ${help}${value === '' || value === 'false' ? '' : ` (default ${value})`}`;
    })
    .join('\n');
}
