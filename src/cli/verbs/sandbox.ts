import { resolve } from 'node:path';
import { realClock } from '../../kernel/clock.ts';
import { clockHeader, clockHeaderOf } from '../../ports/clock-header.ts';
import { interrupted, listening, parsePort } from '../listening.ts';
import { type Session, UsageError, type Verb } from '../verb.ts';

export interface SandboxOptions {
  readonly port: string;
  readonly prometheusPort: string;
  readonly speed: string;
}

const defaultKubeconfig = '.sluice/kubeconfig';

/** `sandbox`: a Kubernetes-compatible cluster in this process, with the operator in it, for kubectl and for people. */
export const sandbox: Verb<SandboxOptions> = {
  words: 'sandbox',
  summary: 'Run a cluster of its own on this machine, with the operator in it',
  details: [
    `Serves on loopback until Ctrl-C, and keeps nothing. --kubeconfig names the file to write (default: ${defaultKubeconfig}).`,
    'Requests are simulated: their rates, errors and latencies come from the annotations of Services and pods.',
  ].join('\n'),
  flags: [
    { flags: '--port <N>', summary: 'port of the API server; 0 takes a free one', fallback: '0' },
    { flags: '--prometheus-port <N>', summary: 'port of the metrics; 0 takes a free one', fallback: '0' },
    { flags: '--speed <X>', summary: 'simulated seconds per second', fallback: '1' },
  ],
  async run(session, _args, options) {
    const port = parsePort('--port', options.port);
    const prometheusPort = parsePort('--prometheus-port', options.prometheusPort);
    const speed = parseSpeed(options.speed);
    const clock = speed === 1 ? session.clock : realClock(speed);
    const headers = () => ({ [clockHeader]: clockHeaderOf(clock, speed) });
    const path = session.globals.kubeconfig ?? defaultKubeconfig;
    const { refuseForeignFile, sandboxKubeconfig, serverIn } = await import('../sandbox/kubeconfig.ts');
    const before = await textOrNone(session, path);
    refuseForeignFile(path, before);
    await refuseTakenFile(session, path, serverIn(before));

    const { packagedCrds } = await import('../package-files.ts');
    const { serveHttp } = await import('../../sandbox/http.ts');
    const { servePrometheus } = await import('../sandbox/serve-prometheus.ts');
    const { withFaultsFace } = await import('../../sandbox/faults/face.ts');
    const { startSandbox } = await import('../sandbox/start-sandbox.ts');
    const running = await startSandbox({
      crds: packagedCrds(),
      clock,
      random: session.random,
      log: await logOf(session),
    });
    const closing: (() => Promise<void>)[] = [() => running.stop()];
    try {
      const api = await listening('--port', port, () => serveHttp(running.world.server, { port, headers }));
      closing.unshift(() => api.close());
      const metrics = await listening('--prometheus-port', prometheusPort, () =>
        servePrometheus(withFaultsFace(running.world, clock), prometheusPort),
      );
      closing.unshift(() => metrics.close());
      await session.writeFile(path, sandboxKubeconfig(api.url));
      session.out(welcome(session, { path, api: api.url, metrics: metrics.url }));
      if (speed !== 1) session.out(`\n${speedNote(options.speed)}`);
      await interrupted(session);
      session.out('\nThe sandbox has ended. Nothing of it is kept.\n');
      return 0;
    } finally {
      for (const close of closing) await close();
    }
  },
};

/** A terminal that works with a sandbox must not find itself in another one. */
async function refuseTakenFile(
  { isListening }: Session,
  path: string,
  server: string | undefined,
): Promise<void> {
  if (server === undefined || !(await isListening(server))) return;
  throw new UsageError(
    `${path} leads to a sandbox that is running at ${server}; end it, or name another file with --kubeconfig`,
  );
}

function parseSpeed(value: string): number {
  const speed = Number(value);
  if (Number.isFinite(speed) && speed >= 0.01 && speed <= 1000) return speed;
  throw new UsageError(`--speed must be a number from 0.01 to 1000, not "${value}"`);
}

/** The operator's log is of interest when somebody asks for it; what goes wrong always is. */
async function logOf({ globals: { loglevel = 'warn' }, err }: Session) {
  const { logLevels } = await import('../../operator/config.ts');
  const { pinoLog } = await import('../../operator/pino-log.ts');
  const level = logLevels.find((name) => name === loglevel);
  if (level === undefined) {
    throw new UsageError(`--loglevel must be one of ${logLevels.join(', ')}, not "${loglevel}"`);
  }
  return pinoLog({ level, format: 'text', write: err });
}

async function textOrNone({ readFile }: Session, path: string): Promise<string | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}

function welcome(
  { programName, colors }: Session,
  { path, api, metrics }: { path: string; api: string; metrics: string },
): string {
  const command = (text: string) => `  ${colors.bold(text)}\n`;
  return [
    `The sandbox runs. API server: ${api}   Prometheus: ${metrics}\n`,
    `Its kubeconfig is ${path}. In another terminal (without the first line kubectl works with your own cluster):\n\n`,
    command(`export KUBECONFIG=${resolve(path)}`),
    command(`${programName} example canary-istio | kubectl apply -f -`),
    command(`${programName} get rollout shop -w`),
    command(`${programName} set image shop shop=registry.example.com/shop:v2`),
    '\nCtrl-C ends it.\n',
  ].join('');
}

function speedNote(speed: string): string {
  return `Its clock runs ${speed} times as fast as yours, so the ages that kubectl itself prints are wrong; those of this program are right.\n`;
}
