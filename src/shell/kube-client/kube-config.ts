import type { RequestOptions } from 'node:https';
// The only import of the package. Its index loads every generated model (133 MB) unless a bundler
// drops them, so this file itself is imported only when a kubeconfig is read.
import { KubeConfig } from '@kubernetes/client-node';
import { messageOf, SluiceError } from '../../kernel/errors.ts';

/** A header that is a list is sent once for each of its values. */
export type RequestHeaders = Readonly<Record<string, string | string[]>>;

/** Where to find the server and who to be. All absent: as kubectl does, then the pod's service account. */
export interface KubeConfigSource {
  readonly file?: string;
  readonly context?: string;
  /** Use the pod's service account, whatever kubeconfig there is. */
  readonly inCluster?: boolean;
  /** Names in the kubeconfig, instead of those that the context names. */
  readonly cluster?: string;
  readonly user?: string;
  /** What follows stands in for the same setting of the cluster or the user. Certificates are files in PEM. */
  readonly server?: string;
  readonly certificateAuthority?: string;
  readonly tlsServerName?: string;
  readonly skipTlsVerify?: boolean;
  /** Instead of any other way to say who we are, but for a certificate. */
  readonly token?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly impersonate?: Impersonation;
}

/** Whom to act as; the server asks whether we may. */
export interface Impersonation {
  readonly user: string;
  readonly groups: readonly string[];
  readonly uid?: string;
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
  readonly headers: RequestHeaders;
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
    override(config, source);
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
  const impersonation = headersOf(source.impersonate);
  return {
    server,
    namespace: context?.namespace ?? 'default',
    context: config.getCurrentContext(),
    proxyUrl,
    async credentials() {
      const { headers, tls } = await credentialsOf(config);
      return { headers: { ...headers, ...impersonation }, tls };
    },
  };
}

function load(config: KubeConfig, { file, context, inCluster }: KubeConfigSource): void {
  if (inCluster === true) config.loadFromCluster();
  else if (file !== undefined) config.loadFromFile(file);
  else config.loadFromDefault();
  if (context !== undefined) config.setCurrentContext(context);
}

/** Puts what the source names itself in the place of what the current context says. */
function override(config: KubeConfig, source: KubeConfigSource): void {
  const context = config.getContextObject(config.getCurrentContext());
  if (context === null) return; // told by the caller
  const clusterName = source.cluster ?? context.cluster;
  const userName = source.user ?? context.user;
  refuseUnknown('cluster', source.cluster, config.clusters);
  refuseUnknown('user', source.user, config.users);
  config.contexts = config.contexts.map((one) =>
    one === context ? { ...one, cluster: clusterName, user: userName } : one,
  );
  config.clusters = config.clusters.map((one) =>
    one.name === clusterName ? { ...one, ...clusterSettings(source) } : one,
  );
  const settings = userSettings(source);
  const user = config.getUser(userName);
  if (Object.keys(settings).length === 0) return;
  config.users = [
    ...config.users.filter(({ name }) => name !== userName),
    { ...user, ...settings, name: userName },
  ];
}

function refuseUnknown(kind: string, name: string | undefined, known: readonly { name: string }[]): void {
  if (name === undefined || known.some((one) => one.name === name)) return;
  throw new Error(`it has no ${kind} "${name}"`);
}

type ClusterSettings = Partial<KubeConfig['clusters'][number]>;

function clusterSettings(source: KubeConfigSource): ClusterSettings {
  const { server, certificateAuthority, tlsServerName, skipTlsVerify } = source;
  return {
    ...(server !== undefined && { server: server.replace(/\/$/, '') }),
    ...(certificateAuthority !== undefined && { caFile: certificateAuthority, caData: undefined }),
    ...(tlsServerName !== undefined && { tlsServerName }),
    ...(skipTlsVerify === true && { skipTLSVerify: true, caFile: undefined, caData: undefined }),
  } as ClusterSettings;
}

type UserSettings = Partial<KubeConfig['users'][number]>;

function userSettings({ token, clientCertificate, clientKey }: KubeConfigSource): UserSettings {
  const others = { exec: undefined, authProvider: undefined, username: undefined, password: undefined };
  return {
    ...(token !== undefined && { ...others, token }),
    ...(clientCertificate !== undefined && { certFile: clientCertificate, certData: undefined }),
    ...(clientKey !== undefined && { keyFile: clientKey, keyData: undefined }),
  } as UserSettings;
}

/** The same object for as long as the context lives: a header that is a list is compared by identity. */
function headersOf(impersonate: Impersonation | undefined): RequestHeaders {
  if (impersonate === undefined) return {};
  const { user, groups, uid } = impersonate;
  return {
    'impersonate-user': user,
    ...(groups.length > 0 && { 'impersonate-group': [...groups] }),
    ...(uid !== undefined && { 'impersonate-uid': uid }),
  };
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
