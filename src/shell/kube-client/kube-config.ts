import type { RequestOptions } from 'node:https';
// The only import of the package. Its index loads every generated model (133 MB) unless a bundler
// drops them, so this file itself is imported only when a kubeconfig is read.
import { KubeConfig } from '@kubernetes/client-node';
import { messageOf, SluiceError } from '../../kernel/errors.ts';

/** Where to find the server and who to be. All absent: as kubectl does, then the pod's service account. */
export interface KubeConfigSource {
  readonly file?: string;
  readonly context?: string;
  /** Use the pod's service account, whatever kubeconfig there is. */
  readonly inCluster?: boolean;
}

/** One context of a kubeconfig, read. */
export interface KubeContext {
  readonly server: string;
  readonly namespace: string;
  readonly context: string;
  readonly proxyUrl: string | undefined;
  /** Headers and TLS material for now; exec plugins and token files are asked again when theirs have expired. */
  credentials(): Promise<Credentials>;
}

export interface Credentials {
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: {
    readonly ca?: Buffer | string;
    readonly cert?: Buffer | string;
    readonly key?: Buffer | string;
    readonly servername?: string;
    readonly rejectUnauthorized?: boolean;
  };
}

export function readKubeConfig(source: KubeConfigSource): KubeContext {
  const config = new KubeConfig();
  try {
    load(config, source);
  } catch (error) {
    throw new SluiceError('CONFIG_INVALID', `The kubeconfig cannot be read: ${messageOf(error)}`, {}, error);
  }
  const context = config.getContextObject(config.getCurrentContext());
  const cluster = config.getCurrentCluster();
  if (cluster === null || cluster === undefined) {
    throw new SluiceError(
      'CONFIG_INVALID',
      `The kubeconfig has no context "${config.getCurrentContext()}".`,
      {
        context: config.getCurrentContext(),
      },
    );
  }
  const { server, proxyUrl } = cluster;
  // client-node refuses http unless verification is off, which means nothing there; kubectl allows it
  if (server.startsWith('http:')) allowPlainHttp(config);
  return {
    server,
    namespace: context?.namespace ?? 'default',
    context: config.getCurrentContext(),
    proxyUrl,
    credentials: () => credentialsOf(config),
  };
}

function load(config: KubeConfig, { file, context, inCluster }: KubeConfigSource): void {
  if (inCluster === true) config.loadFromCluster();
  else if (file !== undefined) config.loadFromFile(file);
  else config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
}

function allowPlainHttp(config: KubeConfig): void {
  config.clusters = config.clusters.map((cluster) =>
    cluster.server.startsWith('http:') ? { ...cluster, skipTLSVerify: true } : cluster,
  );
}

async function credentialsOf(config: KubeConfig): Promise<Credentials> {
  const options: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(options);
  } catch (error) {
    throw new SluiceError(
      'API_UNREACHABLE',
      `No credentials for the API server: ${messageOf(error)}`,
      {},
      error,
    );
  }
  const { ca, cert, key, servername, rejectUnauthorized } = options as Credentials['tls'];
  const headers = Object.fromEntries(
    Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value).trim()]),
  );
  if (options.auth) headers.authorization ??= `Basic ${Buffer.from(options.auth).toString('base64')}`;
  return {
    headers,
    tls: {
      ...(ca && { ca }),
      ...(cert && { cert }),
      ...(key && { key }),
      ...(servername && { servername }),
      ...(rejectUnauthorized !== undefined && { rejectUnauthorized }),
    },
  };
}
