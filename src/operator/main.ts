import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type ResourceType, resources } from '../api/resources.ts';
import { describeShare, type Share } from '../api/share.ts';
import { type Clock, realClock, steadyClock } from '../kernel/clock.ts';
import { messageOf, SluiceError } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { type Random, random } from '../kernel/random.ts';
import type { JobHome } from '../metrics/job.ts';
import { type Controllers, startControllers } from '../shell/controllers.ts';
import { guardedCluster } from '../shell/guarded-cluster.ts';
import { type Connection, connect } from '../shell/kube-client/connect.ts';
import { lead } from '../shell/leader-election.ts';
import { leaseNameOf } from '../shell/lease.ts';
import { type TelemetryRegistry, telemetry } from '../shell/telemetry.ts';
import { type ControllerConfig, parseControllerConfig } from './config.ts';
import { flagHelp } from './flag-table.ts';
import { type Health, healthz, noteRequest, readyz } from './health.ts';
import { type Pages, type RunningServer, servePages } from './http-server.ts';
import { notificationSettings } from './notifications.ts';
import { pinoLog } from './pino-log.ts';
import { tellOfPlugins } from './plugins.ts';
import { processMetrics } from './process-metrics.ts';
import { registries } from './registries.ts';
import { serverWarnings } from './server-warnings.ts';

/** What the process gives us; a test gives something else. */
export interface ProcessPort {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  /** Of the build; empty when it is none. */
  readonly commit: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Aborts when somebody asks us to end (SIGTERM, SIGINT). */
  readonly ending: AbortSignal;
}

interface Process {
  readonly config: ControllerConfig;
  readonly clock: Clock;
  /** How long things have lasted, whoever sets the machine's clock. */
  readonly steady: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: TelemetryRegistry;
  readonly health: Health;
  readonly environment: ProcessPort['environment'];
  readonly ending: AbortSignal;
}

const podNamespaceFile = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** `sluice controller`: runs until it is told to end. Resolves to the exit code. */
export async function runController(
  argv: readonly string[],
  given: Partial<ProcessPort> = {},
): Promise<number> {
  const port = { ...ownProcess(given.ending), ...given };
  const invocation = parseControllerConfig(argv, port.environment);
  if ('print' in invocation) {
    port.out(invocation.print === 'version' ? `sluice ${port.version}\n` : helpText());
    return 0;
  }
  const config = invocation.run;
  const log = pinoLog({ level: config.logLevel, format: config.logFormat, write: port.err });
  for (const flag of config.withoutEffect) log.warn('A flag has no effect here.', { flag });
  const clock = realClock();
  const steady = steadyClock();
  const metrics = telemetry();
  const over = new AbortController();
  processMetrics(metrics.registry, steady, port, AbortSignal.any([port.ending, over.signal]));
  const running: Process = {
    config,
    clock,
    steady,
    random: random(randomInt(2 ** 32)),
    log,
    metrics,
    health: { isWorking: false, undefinedKinds: new Set() },
    environment: port.environment,
    ending: port.ending,
  };
  const servers: RunningServer[] = [];
  try {
    await serve(running, servers);
    return await runConnected(running, port.version);
  } finally {
    over.abort(); // whatever ended it: nothing may keep the process from ending, so that its pod is started anew
    await Promise.all(servers.map((server) => server.close()));
  }
}

/** The process itself, where the caller gives nothing else. */
function ownProcess(ending: AbortSignal | undefined): ProcessPort {
  const ended = new AbortController();
  if (ending === undefined) {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => ended.abort());
  }
  return {
    environment: process.env,
    version: 'unreleased',
    commit: '',
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ending: ended.signal,
  };
}

async function runConnected(running: Process, version: string): Promise<number> {
  const { config, clock, steady, log, metrics } = running;
  const connection = await connect(config.kubeconfig, {
    clock,
    random: running.random.fork('client'),
    environment: running.environment,
    limits: { perSecond: config.requestsPerSecond, burst: config.requestBurst },
    preferredApiVersions: config.preferredApiVersions,
    onRequest: (facts) => {
      metrics.request(facts);
      noteRequest(running.health, facts.status, steady.now());
    },
    onWarning: serverWarnings(log),
  });
  const { server, context } = connection;
  const watches = describeShare(shareOf(config, connection.namespace));
  log.info('Sluice starts.', { version, node: process.version, server, context, watches });
  const elsewhere = await connectForJobs(running);
  const connected: Connected = { ...connection, jobs: jobHome(config, connection, elsewhere) };
  try {
    return await (config.leaderElect ? runElected(running, connected) : runWithout(running, connected));
  } finally {
    await Promise.all([connection.close(), elsewhere?.close()]);
    log.info('Sluice has ended.');
  }
}

interface Connected extends Connection {
  readonly jobs: JobHome;
}

/** The cluster that Jobs of analyses run in, when it is another one. */
async function connectForJobs({
  config,
  clock,
  random,
  metrics,
  environment,
}: Process): Promise<Connection | undefined> {
  const { kubeconfig } = config.jobs;
  if (kubeconfig === undefined) return undefined;
  const limits = { perSecond: config.requestsPerSecond, burst: config.requestBurst };
  const source = kubeconfig === 'in-cluster' ? { inCluster: true } : { file: kubeconfig };
  const options = { clock, random: random.fork('jobs'), environment, limits, onRequest: metrics.request };
  return connect(source, options);
}

function jobHome({ jobs }: ControllerConfig, own: Connection, elsewhere: Connection | undefined): JobHome {
  return {
    cluster: (elsewhere ?? own).cluster,
    ...(jobs.namespace !== undefined && { namespace: jobs.namespace }),
    ...(elsewhere !== undefined && { isElsewhere: true }),
  };
}

async function runElected(running: Process, connection: Connected): Promise<number> {
  const { config, clock, steady, log, metrics, health, ending } = running;
  const share = shareOf(config, connection.namespace);
  const lease = leaseOf(config);
  metrics.leading(lease, false);
  const leadership = await lead(
    {
      cluster: connection.cluster,
      clock: steady,
      wallClock: clock,
      random: running.random.fork('lease'),
      log,
      namespace: controllerNamespace(config, connection.namespace),
      name: lease,
      share,
      identity: `${hostname()}_${randomUUID()}`,
      leaseSeconds: config.lease,
      renewDeadlineSeconds: config.renewDeadline,
      retrySeconds: config.retryPeriod,
      onAnswer: () => {
        health.answeredAt = steady.now();
      },
      onRenewed: () => {
        health.renewedAt = steady.now();
      },
    },
    ending,
  );
  if (leadership === undefined) return 0;
  metrics.leading(lease, true);
  const controllers = start(running, guarded(connection, leadership.assertHeld));
  health.actingSince = steady.now();
  noteStart(running, controllers);
  await firstAbort(ending, leadership.lost);
  if (leadership.lost.aborted) {
    controllers.kill(); // somebody else may write now: nothing more from us
    return 1;
  }
  await controllers.stop();
  await leadership.release();
  return 0;
}

/** Whatever time has passed unnoticed, nothing is written after somebody else may have begun to lead. */
function guarded(connection: Connected, mayWrite: () => void): Connected {
  const { cluster, jobs } = connection;
  return {
    ...connection,
    cluster: guardedCluster(cluster, mayWrite),
    jobs: { ...jobs, cluster: guardedCluster(jobs.cluster, mayWrite) },
  };
}

async function runWithout(running: Process, connection: Connected): Promise<number> {
  running.metrics.leading('', true);
  const controllers = start(running, connection);
  noteStart(running, controllers);
  await firstAbort(running.ending);
  await controllers.stop();
  return 0;
}

function noteStart({ health }: Process, { started }: Controllers): void {
  void started.then(() => {
    health.isWorking = true;
  });
}

function noteAbsence({ undefinedKinds }: Health, { group, plural }: ResourceType, isAbsent: boolean): void {
  if (group !== resources.rollouts.group) return; // a cluster needs not have every kind of route
  const name = `${plural}.${group}`;
  if (isAbsent) undefinedKinds?.add(name);
  else undefinedKinds?.delete(name);
}

function start(running: Process, { cluster, namespace, jobs }: Connected): Controllers {
  const { config, clock, log, metrics } = running;
  void tellOfPlugins(cluster, controllerNamespace(config, namespace), log); // beside the work, which it never holds up
  return startControllers({
    cluster,
    ...registries(config, {
      cluster,
      jobs,
      controllerNamespace: controllerNamespace(config, namespace),
      clock,
      random: running.random.fork('registries'),
      metrics,
    }),
    clock,
    random: running.random.fork('controllers'),
    log,
    telemetry: metrics,
    onAbsence: (type, isAbsent) => noteAbsence(running.health, type, isAbsent),
    share: shareOf(config, namespace),
    onlyNamespaced: config.namespaced,
    only: config.controllers,
    notifications: notificationSettings({
      clock,
      namespace: controllerNamespace(config, namespace),
      isSelfService: config.isSelfServiceNotification,
    }),
    resyncSeconds: config.resync,
    workers: {
      rollouts: config.rolloutWorkers,
      analysisRuns: config.analysisWorkers,
      experiments: config.experimentWorkers,
    },
  });
}

/** Puts each server into `servers` as soon as it listens, so that the caller can close them whatever happens. */
async function serve(
  { config, steady, metrics, health, log }: Process,
  servers: RunningServer[],
): Promise<void> {
  const limits = { leaseSeconds: config.lease, leaderElect: config.leaderElect };
  const probes = {
    '/healthz': () => healthz(health, steady.now(), limits),
    '/readyz': () => readyz(health, steady.now(), limits),
  };
  const { registry } = metrics;
  const pages = {
    '/metrics': async () => ({
      status: 200,
      body: await registry.metrics(),
      contentType: registry.contentType,
    }),
  };
  const listen = async (flag: 'healthzPort' | 'metricsPort', served: Pages) => {
    if (config[flag] === 0) return;
    try {
      servers.push(await servePages(config[flag], served));
    } catch (error) {
      throw new SluiceError(
        'CONFIG_INVALID',
        `--${flag} cannot be served: ${messageOf(error)}`,
        { flag },
        error,
      );
    }
  };
  await listen('healthzPort', probes);
  await listen('metricsPort', pages);
  log.debug('Serving.', { healthzPort: config.healthzPort, metricsPort: config.metricsPort });
}

/** What this process takes care of. */
function shareOf(config: ControllerConfig, ofConnection: string): Share {
  const { instanceId, namespaced, excludedNamespaces } = config;
  const own = namespaced ? [config.namespace ?? podNamespace() ?? ofConnection] : undefined;
  const namespaces = config.namespaces ?? own;
  return {
    ...(instanceId !== undefined && { instanceId }),
    ...(namespaces !== undefined && { namespaces }),
    ...(excludedNamespaces.length > 0 && { excludedNamespaces }),
  };
}

/** The peer's name but for a shard: the peer's `--namespaced` takes no name of its own, and its `analysis` no instance id. */
function leaseOf({ controllers, instanceId, namespaces, excludedNamespaces }: ControllerConfig): string {
  return leaseNameOf({
    ...(instanceId !== undefined && controllers === 'all' && { instanceId }),
    ...(namespaces !== undefined && { namespaces }),
    excludedNamespaces,
  });
}

/** Where the Lease is, and what the controller reads for itself. */
function controllerNamespace(config: ControllerConfig, ofConnection: string): string {
  return config.controllerNamespace ?? podNamespace() ?? ofConnection;
}

function podNamespace(): string | undefined {
  try {
    return readFileSync(podNamespaceFile, 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw new Error(`The pod's namespace cannot be read: ${messageOf(error)}`, { cause: error });
  }
}

function firstAbort(...signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of signals) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
    }
  });
}

function helpText(): string {
  return `Runs the operator against the cluster of a kubeconfig, or of the pod it is in.\n\nUsage: sluice controller [flags]\n\n${flagHelp()}\n`;
}
