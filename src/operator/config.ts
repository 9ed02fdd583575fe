import { nearest } from '../api/nearest.ts';
import { resources } from '../api/resources.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { SluiceError } from '../kernel/errors.ts';
import { type Seconds, seconds } from '../kernel/instant.ts';
import { checkEnvironment, environmentWithoutEffect } from './environment.ts';
import { type FlagEntry, flagTable } from './flag-table.ts';

/** Everything that a controller process can be told, read once at its start. */
export interface ControllerConfig {
  readonly kubeconfig: { readonly file?: string; readonly context?: string };
  /** Namespace of the Lease; undefined: the pod's, else the kubeconfig's. */
  readonly controllerNamespace: string | undefined;
  /** Watch only one namespace: `namespace`, or the connection's. */
  readonly namespaced: boolean;
  readonly namespace: string | undefined;
  readonly instanceId: string | undefined;
  /** Of a shard: the namespaces to watch, or to leave to other controllers; never both. */
  readonly namespaces: readonly string[] | undefined;
  readonly excludedNamespaces: readonly string[];
  /** Which controllers run. */
  readonly controllers: 'all' | 'analysis';
  readonly resync: Seconds;
  readonly rolloutWorkers: number;
  readonly analysisWorkers: number;
  readonly experimentWorkers: number;
  readonly requestsPerSecond: number;
  readonly requestBurst: number;
  /** 0 serves none. */
  readonly metricsPort: number;
  readonly healthzPort: number;
  readonly logLevel: LogLevel;
  readonly logFormat: 'json' | 'text';
  readonly leaderElect: boolean;
  readonly lease: Seconds;
  readonly renewDeadline: Seconds;
  readonly retryPeriod: Seconds;
  /** Address of Prometheus for templates that name none. */
  readonly prometheusAddress: string | undefined;
  /** Where Jobs of analyses run; default: beside their run. `kubeconfig` is a file, or `in-cluster`. */
  readonly jobs: { readonly namespace?: string; readonly kubeconfig?: string };
  /** Keys and address of Datadog (`DD_API_KEY`, `DD_APP_KEY`, `DD_ADDRESS`), when all three are set; the address may be empty. */
  readonly datadog: DatadogKeys | undefined;
  /** apiVersions of route types to use where the cluster serves them, before our own choice. */
  readonly preferredApiVersions: readonly string[];
  /** Whether AWS is asked for weights and pods, and by which tag a target group is known. */
  readonly awsVerification: { readonly tagKey: string } | undefined;
  /** ConfigMaps and Secrets of notifications in the Rollouts' namespaces count, too. */
  readonly isSelfServiceNotification: boolean;
  /** Flags of the peer that were given and have no effect here; told at start. */
  readonly withoutEffect: readonly string[];
}

export interface DatadogKeys {
  readonly apiKey: string;
  readonly appKey: string;
  readonly address: string;
}

export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** What was asked for on the command line: run, or print something and end. */
export type Invocation = { readonly run: ControllerConfig } | { readonly print: 'help' | 'version' };

export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads flags and environment. What is unknown, or makes no sense, is refused by its name. */
export function parseControllerConfig(argv: readonly string[], environment: Environment): Invocation {
  const flags = readFlags(argv);
  if (flags.has('help')) return { print: 'help' };
  if (flags.get('version') === 'true') return { print: 'version' };
  checkEnvironment(environment);
  const text = (name: string) => flags.get(name) ?? flagTable[name]?.default ?? '';
  const optional = (name: string) => (text(name) === '' ? undefined : text(name));
  const isTrue = (name: string) => text(name) === 'true';
  const number = (name: string) => parseNumber(name, text(name));
  const duration = (name: string) => parseDuration(name, text(name));

  const config: ControllerConfig = {
    kubeconfig: {
      ...(optional('kubeconfig') && { file: text('kubeconfig') }),
      ...(optional('context') && { context: text('context') }),
    },
    controllerNamespace: environment.POD_NAMESPACE || undefined,
    namespaced: isTrue('namespaced'),
    namespace: optional('namespace'),
    instanceId: instanceIdOf(optional('instance-id'), isTrue('leader-elect')),
    ...shard(text, flags),
    controllers: text('controllers') === '' ? 'all' : oneOf('controllers', text('controllers'), ['analysis']),
    resync: seconds(number('rollout-resync')),
    rolloutWorkers: atLeastOne('rollout-threads', number('rollout-threads')),
    analysisWorkers: atLeastOne('analysis-threads', number('analysis-threads')),
    experimentWorkers: atLeastOne('experiment-threads', number('experiment-threads')),
    requestsPerSecond: ratePerSecond(text('qps')),
    requestBurst: atLeastOne('burst', number('burst')),
    metricsPort: port('metricsPort', number('metricsPort')),
    healthzPort: port('healthzPort', number('healthzPort')),
    logLevel: logLevelOf(text('loglevel')),
    logFormat: oneOf('logformat', text('logformat').toLowerCase() || 'json', ['json', 'text'] as const),
    leaderElect: isTrue('leader-elect'),
    lease: duration('leader-election-lease-duration'),
    renewDeadline: duration('leader-election-renew-deadline'),
    retryPeriod: duration('leader-election-retry-period'),
    prometheusAddress: environment.ARGO_ROLLOUTS_PROMETHEUS_ADDRESS || undefined,
    jobs: jobsOf(environment),
    datadog: datadogOf(environment),
    preferredApiVersions: preferredApiVersions(text),
    isSelfServiceNotification: isTrue('self-service-notification-enabled'),
    awsVerification: isTrue('aws-verify-target-group')
      ? { tagKey: text('alb-tag-key-resource-id') }
      : undefined,
    withoutEffect: [
      ...[...flags.keys()]
        .filter((name) => flagTable[name]?.support === 'noEffect')
        .map((name) => `--${name}`),
      ...(flags.has('namespace') && !isTrue('namespaced') ? ['--namespace without --namespaced'] : []),
      ...environmentWithoutEffect(environment),
    ],
  };
  if (!(config.retryPeriod < config.renewDeadline && config.renewDeadline < config.lease)) {
    throw invalid(
      'leader-election-lease-duration',
      'must be longer than --leader-election-renew-deadline, and that longer than --leader-election-retry-period',
    );
  }
  return { run: Object.freeze(config) };
}

/** Which namespaces, of those that the process may see. */
function shard(
  text: (name: string) => string,
  flags: ReadonlyMap<string, string>,
): Pick<ControllerConfig, 'namespaces' | 'excludedNamespaces'> {
  const namespaces = flags.has('namespaces') ? names('namespaces', text('namespaces')) : undefined;
  const excludedNamespaces = flags.has('excluded-namespaces')
    ? names('excluded-namespaces', text('excluded-namespaces'))
    : [];
  if (namespaces !== undefined && excludedNamespaces.length > 0) {
    throw invalid('excluded-namespaces', 'says nothing beside --namespaces: give one of them');
  }
  if (text('namespaced') === 'true' && excludedNamespaces.length > 0) {
    throw invalid('excluded-namespaces', 'needs to see all others: not together with --namespaced');
  }
  if (namespaces !== undefined && text('namespace') !== '') {
    throw invalid('namespace', 'says nothing beside --namespaces: give one of them');
  }
  return { namespaces, excludedNamespaces };
}

/** In one order and each once, so that the same shard is the same share. */
function names(flag: string, list: string): readonly string[] {
  const found = [...new Set(list.split(',').map((name) => name.trim()))].sort();
  const wrong = found.find((name) => !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name));
  if (wrong !== undefined)
    throw invalid(flag, `must be names of namespaces with commas between, not "${wrong}"`);
  return found;
}

/** Istio, SMI and App Mesh are told a version, Ambassador and Traefik an apiVersion, as the peer's flags are. */
function preferredApiVersions(text: (name: string) => string): readonly string[] {
  const version = (name: string) => {
    if (/^v\d+((alpha|beta)\d+)?$/.test(text(name))) return text(name);
    throw invalid(name, `must be a version such as v1beta1, not "${text(name)}"`);
  };
  const apiVersion = (name: string) => {
    if (/^[a-z0-9.-]+\/v\d+((alpha|beta)\d+)?$/.test(text(name))) return text(name);
    throw invalid(name, `must be a group and a version such as example.com/v1, not "${text(name)}"`);
  };
  const appMesh = oneOf('appmesh-crd-version', text('appmesh-crd-version'), [
    resources.appMeshVirtualRouters.version,
  ]);
  const bindings = apiVersion('aws-target-group-binding-api-version');
  if (!bindings.startsWith(`${resources.targetGroupBindings.group}/`)) {
    throw invalid(
      'aws-target-group-binding-api-version',
      `must be of ${resources.targetGroupBindings.group}`,
    );
  }
  oneOf('ingress-api-version', text('ingress-api-version'), ['', 'networking/v1', 'networking.k8s.io/v1']);
  const group = text('traefik-api-group');
  const traefik = apiVersion('traefik-api-version');
  const isOtherGroup = group !== flagTable['traefik-api-group']?.default;
  return [
    `${resources.virtualServices.group}/${version('istio-api-version')}`,
    `${resources.trafficSplits.group}/${version('traffic-split-api-version')}`,
    `${resources.appMeshVirtualRouters.group}/${appMesh}`,
    bindings,
    apiVersion('ambassador-api-version'),
    isOtherGroup ? traefik.replace(/^[^/]*/, group) : traefik,
  ];
}

function jobsOf({
  ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE: namespace = '',
  ARGO_ROLLOUTS_ANALYSIS_JOB_KUBECONFIG: kubeconfig = '',
}: Environment): ControllerConfig['jobs'] {
  return { ...(namespace !== '' && { namespace }), ...(kubeconfig !== '' && { kubeconfig }) };
}

function datadogOf({
  DD_API_KEY: apiKey,
  DD_APP_KEY: appKey,
  DD_ADDRESS: address,
}: Environment): DatadogKeys | undefined {
  if (apiKey === undefined || appKey === undefined || address === undefined) return undefined;
  return { apiKey, appKey, address };
}

/** Given flags by name, as text. The last one wins, as in Go. */
function readFlags(argv: readonly string[]): Map<string, string> {
  const flags = new Map<string, string>();
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const { name, entry, value } = readFlag(word);
    if (value !== undefined) flags.set(name, checkFlag(name, entry, value));
    else if (entry.kind === 'flag') flags.set(name, 'true');
    else {
      const next = rest.shift();
      if (next === undefined) throw invalid(name, 'needs a value');
      flags.set(name, checkFlag(name, entry, next));
    }
  }
  return flags;
}

/** kubectl's flags about the connection, all of which the peer's controller takes. */
const kubectlFlags: ReadonlySet<string> = new Set([
  ...[
    'as',
    'as-group',
    'as-uid',
    'as-user-extra',
    'certificate-authority',
    'client-certificate',
    'client-key',
  ],
  ...[
    'cluster',
    'disable-compression',
    'insecure-skip-tls-verify',
    'password',
    'proxy-url',
    'request-timeout',
  ],
  ...['server', 'tls-server-name', 'token', 'user', 'username'],
]);

function readFlag(word: string): { name: string; entry: FlagEntry; value: string | undefined } {
  const match = /^--?([A-Za-z][\w-]*)(?:=(.*))?$/s.exec(word);
  if (match === null) {
    throw new SluiceError('CONFIG_INVALID', `The controller takes no argument, but "${word}" was given.`, {
      word,
    });
  }
  const given = match[1] as string;
  const name = Object.keys(flagTable).find(
    (each) => each === given || flagTable[each]?.aliases?.includes(given),
  );
  const entry = name === undefined ? undefined : flagTable[name];
  if (kubectlFlags.has(given)) {
    throw new SluiceError(
      'CONFIG_INVALID',
      `--${given} is not taken: the kubeconfig says whom to talk to, how, and as whom (--kubeconfig, --context).`,
      { flag: given },
    );
  }
  if (name === undefined || entry === undefined) {
    throw new SluiceError('CONFIG_INVALID', `Unknown flag --${given}.${suggestion(given)}`, { flag: given });
  }
  return { name, entry, value: match[2] };
}

function checkFlag(name: string, { kind }: FlagEntry, value: string): string {
  if (kind !== 'flag') return value;
  if (/^(1|t|true)$/i.test(value)) return 'true'; // as Go reads them
  if (/^(0|f|false)$/i.test(value)) return 'false';
  throw invalid(name, `must be true or false, not "${value}"`);
}

function suggestion(given: string): string {
  const plain = (name: string) => name.toLowerCase().replaceAll('-', '');
  const names = Object.keys(flagTable);
  const close =
    names.find((name) => plain(name) === plain(given) || plain(name).startsWith(plain(given))) ??
    nearest(given, names);
  return close === undefined ? '' : ` Did you mean --${close}?`;
}

function parseNumber(name: string, value: string): number {
  if (!/^\d+$/.test(value)) throw invalid(name, `must be a whole number, not "${value}"`);
  return Number(value);
}

/** A fraction is a rate, too: 0.5 is one request in two seconds. */
function ratePerSecond(value: string): number {
  if (!/^\d+(\.\d+)?$/.test(value)) throw invalid('qps', `must be a number, not "${value}"`);
  if (Number(value) <= 0) throw invalid('qps', 'must be more than 0');
  return Number(value);
}

/** Names of levels that the peer's logger knows besides ours; ours are fewer. */
const otherLevels: Readonly<Record<string, LogLevel>> = {
  trace: 'debug',
  warning: 'warn',
  fatal: 'error',
  panic: 'error',
};

function logLevelOf(value: string): LogLevel {
  const level = value.toLowerCase();
  return (
    otherLevels[level] ?? oneOf('loglevel', logLevels.includes(level as LogLevel) ? level : value, logLevels)
  );
}

/** It is the value of a label, and the Lease is named after it. */
function instanceIdOf(id: string | undefined, isLeaseHolder: boolean): string | undefined {
  if (id === undefined) return undefined;
  if (id.length > 63 || !/^[A-Za-z0-9]([-_.A-Za-z0-9]*[A-Za-z0-9])?$/.test(id)) {
    throw invalid('instance-id', `must be what a label may be: at most 63 of A-Z a-z 0-9 - _ ., not "${id}"`);
  }
  if (isLeaseHolder && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(id)) {
    throw invalid(
      'instance-id',
      `must be lower-case without _, not "${id}", since the Lease is named after it; or say --leader-elect=false`,
    );
  }
  return id;
}

function parseDuration(name: string, value: string): Seconds {
  const parsed = parseGoDuration(value);
  if (parsed === undefined || parsed <= 0) {
    throw invalid(name, `must be a duration such as 15s or 1m30s, not "${value}"`);
  }
  return parsed;
}

function atLeastOne(name: string, value: number): number {
  if (value < 1) throw invalid(name, 'must be 1 or more');
  return value;
}

function port(name: string, value: number): number {
  if (value > 65_535) throw invalid(name, `must be a port from 0 to 65535, not ${value}`);
  return value;
}

function oneOf<T extends string>(name: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((each) => each === value);
  if (found === undefined) throw invalid(name, `must be one of ${allowed.join(', ')}, not "${value}"`);
  return found;
}

function invalid(flag: string, problem: string): SluiceError {
  return new SluiceError('CONFIG_INVALID', `--${flag} ${problem}.`, { flag });
}
