import type { Clock } from '../../kernel/clock.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import { clockHeader, serverTime } from '../../ports/clock-header.ts';
import type { Cluster } from '../../ports/cluster.ts';
import { httpCluster } from './http-cluster.ts';
import { identitySource } from './identity.ts';
import type { KubeConfigSource, Surroundings } from './kube-config.ts';
import type { RequestLimits } from './request-queue.ts';
import type { RequestFacts } from './transport.ts';

export interface Connection {
  readonly cluster: Cluster;
  /** Of the context; `default` when it names none. */
  readonly namespace: string;
  readonly server: string;
  readonly context: string;
  /** The server's time: ours, unless it says another. */
  now(): Instant;
  /** Closes all connections; watches end. */
  close(): Promise<void>;
}

export interface ConnectOptions extends Surroundings {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits?: RequestLimits;
  /** As for `httpCluster`. */
  readonly preferredApiVersions?: readonly string[];
  /** See `HttpClusterOptions`. */
  readonly requestTimeoutSeconds?: number;
  readonly onRequest?: (facts: RequestFacts) => void;
  /** Called with the header `Warning` of every answer. */
  readonly onWarning?: (header: string | readonly string[] | undefined) => void;
}

/** Opens one API server by kubeconfig, with whatever authentication that asks for. Nothing is sent yet. */
export async function connect(kubeconfig: KubeConfigSource, options: ConnectOptions): Promise<Connection> {
  const { readKubeConfig } = await import('./kube-config.ts');
  const context = readKubeConfig(kubeconfig, options);
  let first: typeof context | undefined = context;
  const source = identitySource(() => {
    const loaded = first ?? readKubeConfig(kubeconfig, options);
    first = undefined;
    return loaded;
  }, options.clock);
  const time = serverTime(options.clock);
  const basePath = new URL(context.server).pathname.replace(/\/$/, '');
  return {
    cluster: httpCluster({
      source,
      basePath,
      ...options,
      onHeaders: ({ [clockHeader]: header, warning }) => {
        time.heard(header?.toString());
        options.onWarning?.(warning);
      },
    }),
    now: time.now,
    namespace: context.namespace,
    server: context.server,
    context: context.context,
    close: () => source.close(),
  };
}
