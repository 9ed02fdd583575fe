import { type Dispatcher, Pool, ProxyAgent, Socks5ProxyAgent } from 'undici';
import type { Clock } from '../../kernel/clock.ts';
import { type Instant, secondsBetween } from '../../kernel/instant.ts';
import type { Credentials, KubeContext, RequestHeaders } from './kube-config.ts';
import { routineRequests, urgentRequests } from './request-queue.ts';
import type { Identity, IdentitySource } from './transport.ts';

/** Token files are renewed by the kubelet at 80 % of an hour or later; client-go looks once a minute. */
const freshSeconds = 30;
/** After a 401 the kubeconfig is read anew, so that an exec plugin runs again; not more often than this. */
const reloadSeconds = 10;
/** Sockets of requests; more requests than this under way wait for one. */
const requestSockets = routineRequests + urgentRequests;
/** One socket a watch: a type or two per kind that is in use. */
const watchSockets = 64;
const connectTimeoutMs = 10_000;
/**
 * How long a socket stays open with nothing to send, half of what the API server allows. Undici's own 4 s would have most aborts begin with a
 * TLS handshake.
 */
const idleSocketMs = 45_000;

/** Keeps credentials fresh, and one pool of connections for as long as the certificates stay the same. */
export function identitySource(load: () => KubeContext, clock: Clock): IdentitySource {
  let context = load();
  let loadedAt: Instant = clock.now();
  let askedAt: Instant | undefined;
  let current: Identity | undefined;
  let material = '';
  let asking: Promise<Identity> | undefined;

  const ask = async (): Promise<Identity> => {
    const credentials = await context.credentials(clock.now());
    askedAt = clock.now();
    const nextMaterial = fingerprint(context, credentials);
    if (current === undefined || nextMaterial !== material) {
      const old = current;
      current = { headers: credentials.headers, ...openPools(context, credentials) };
      material = nextMaterial;
      void old?.requests.close();
      void old?.watches.close(); // ends when its last watch has ended
    } else if (!sameHeaders(current.headers, credentials.headers)) {
      current = { ...current, headers: credentials.headers };
    }
    return current;
  };

  /** A clock that was set back tells nothing about how long ago something was. */
  const isOlder = (at: Instant, than: number) => Math.abs(secondsBetween(at, clock.now())) >= than;

  return {
    identity: (refused) => {
      if (refused !== undefined && refused === current && isOlder(loadedAt, reloadSeconds)) {
        context = load();
        loadedAt = clock.now();
        askedAt = undefined;
      }
      if (current !== undefined && askedAt !== undefined && !isOlder(askedAt, freshSeconds)) {
        return Promise.resolve(current);
      }
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
    close: async () => {
      await Promise.all([current?.requests.destroy(), current?.watches.destroy()]);
    },
  };
}

function openPools(
  { server, proxyUrl }: KubeContext,
  { tls }: Credentials,
): { requests: Dispatcher; watches: Dispatcher } {
  const { origin } = new URL(server);
  const connect = { ...tls, timeout: connectTimeoutMs, keepAlive: true, keepAliveInitialDelay: 30_000 };
  const open = (connections: number): Dispatcher => {
    if (proxyUrl === undefined)
      return new Pool(origin, { connections, connect, allowH2: false, keepAliveTimeout: idleSocketMs });
    return throughProxy(proxyUrl, origin, { connections, requestTls: tls, keepAliveTimeout: idleSocketMs });
  };
  return { requests: open(requestSockets), watches: open(watchSockets) };
}

interface ProxyOptions {
  readonly connections: number;
  readonly requestTls: Credentials['tls'];
  readonly keepAliveTimeout: number;
}

/** A proxy's dispatcher wants the origin with every request; ours is always the same. */
function throughProxy(proxyUrl: string, origin: string, options: ProxyOptions): Dispatcher {
  const agent = proxyUrl.startsWith('socks')
    ? new Socks5ProxyAgent(proxyUrl.replace(/^socks5?h?:/, 'socks5:'), {
        ...options,
      })
    : new ProxyAgent({ uri: proxyUrl, ...options });
  return agent.compose((dispatch) => (request, handler) => dispatch({ ...request, origin }, handler));
}

function fingerprint({ server, proxyUrl }: KubeContext, { tls }: Credentials): string {
  const { ca, cert, key, servername, rejectUnauthorized } = tls;
  return JSON.stringify([
    server,
    proxyUrl,
    ca?.toString('utf8'),
    cert?.toString('utf8'),
    key?.toString('utf8'),
    servername,
    rejectUnauthorized,
  ]);
}

function sameHeaders(one: RequestHeaders, other: RequestHeaders): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}
