import type { RequestOptions } from 'node:https';
// The only import of the package. Its index loads every generated model (133 MB) unless a bundler
// drops them, so this file itself is imported only when a kubeconfig is read.
import type { KubeConfig } from '@kubernetes/client-node';
import { nearest } from '../../api/nearest.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import type { Instant } from '../../kernel/instant.ts';
import { authProviderCheck } from './auth-provider.ts';
import { envProxy } from './env-proxy.ts';
import { type ExecCredential, type ExecPlugin, execCredential } from './exec-credential.ts';
import { type KubeConfigFile, loadKubeConfig } from './kube-config-files.ts';
import { type ExtraUserSettings, extraUserSettings } from './kube-config-user.ts';

/** Variables of the process: KUBECONFIG, HOME, the proxy's, and what a credential plugin is started with. */
export type Environment = Readonly<Record<string, string | undefined>>;

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
  credentials(now: Instant): Promise<Credentials>;
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

/** Around the reading: the variables, and whether somebody sits at our standard input whom a credential plugin may ask. */
export interface Surroundings {
  readonly environment?: Environment;
  readonly hasPerson?: boolean;
}

/** Reads the files anew. Throws CONFIG_INVALID, which names the file, context, cluster or user that is wrong. */
export function readKubeConfig(
  source: KubeConfigSource,
  { environment = {}, hasPerson = false }: Surroundings = {},
): KubeContext {
  const { config, files } = load(source, environment);
  const current = config.getCurrentContext();
  const context = config.getContextObject(current);
  const cluster = config.getCurrentCluster();
  if (cluster === null || cluster === undefined) throw withoutCluster(config);
  const { server } = cluster;
  if (!/^https?:\/\/[^/]/.test(server) || !URL.canParse(server)) {
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `The server must be a URL such as https://HOST:6443, not "${server}".`,
      { server },
    );
  }
  // client-node refuses http unless verification is off, which means nothing there; kubectl allows it
  if (server.startsWith('http:')) allowPlainHttp(config);
  const user = { name: context?.user ?? '', isGivenToken: source.token !== undefined };
  // in a pod there is no file, and client-node itself makes of its service account an auth-provider
  const checkIdentity = files.length === 0 ? () => {} : authProviderCheck(config);
  const plugin = pluginOf(config);
  return {
    server,
    namespace: context?.namespace ?? 'default',
    context: current,
    proxyUrl: cluster.proxyUrl ?? envProxy(server, environment),
    credentials: credentialSource({
      config,
      extras: () => extraUserSettings(files, user),
      impersonation: headersOf(source.impersonate),
      checkIdentity,
      ...(plugin !== undefined && {
        plugin: () => execCredential(plugin, { environment, hasPerson, cluster: clusterInfo(cluster) }),
      }),
    }),
  };
}

function load(
  source: KubeConfigSource,
  environment: Environment,
): { config: KubeConfig; files: readonly KubeConfigFile[] } {
  try {
    const loaded = loadKubeConfig(source, environment);
    if (source.context !== undefined) loaded.config.setCurrentContext(source.context);
    override(loaded.config, source);
    return loaded;
  } catch (error) {
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `The kubeconfig cannot be read: ${messageOf(error)}`,
      {},
      error,
    );
  }
}

function withoutCluster(config: KubeConfig): SluiceError {
  const wanted = config.getCurrentContext();
  const context = config.getContextObject(wanted);
  const names = config.contexts.map(({ name }) => name);
  if (context !== null) {
    return new SluiceError(
      'KUBECONFIG_INVALID',
      `The context "${wanted}" is of cluster "${context.cluster}", which the kubeconfig does not have.`,
      { context: wanted },
    );
  }
  const there = names.length === 0 ? '' : ` ${didYouMean(wanted, names)}`;
  const problem = wanted ? `has no context "${wanted}"` : 'names no current context';
  return new SluiceError('KUBECONFIG_INVALID', `The kubeconfig ${problem}.${there}`, { context: wanted });
}

/** The one that was probably meant, or all there are. */
function didYouMean(wanted: string, names: readonly string[]): string {
  const meant = nearest(wanted ?? '', names);
  if (meant !== undefined) return `Did you mean "${meant}"?`;
  const shown = names.slice(0, 10).join(', ');
  return `It has ${shown}${names.length > 10 ? ` and ${names.length - 10} more` : ''}.`;
}

/** Taken out of the configuration: client-node would run it itself, without what kubectl tells it and with its words thrown away. */
function pluginOf(config: KubeConfig): ExecPlugin | undefined {
  const user = config.getCurrentUser();
  const plugin: ExecPlugin | undefined = user?.exec;
  if (user === null || plugin === undefined || plugin === null) return undefined;
  config.users = config.users.map((one) => (one.name === user.name ? { ...one, exec: undefined } : one));
  return plugin;
}

type Cluster = NonNullable<ReturnType<KubeConfig['getCurrentCluster']>>;

/** As `ExecCredential`'s `spec.cluster` has it. */
function clusterInfo({ server, caData, skipTLSVerify, tlsServerName, proxyUrl }: Cluster): object {
  return {
    server,
    'tls-server-name': tlsServerName,
    'insecure-skip-tls-verify': skipTLSVerify,
    'certificate-authority-data': caData,
    'proxy-url': proxyUrl,
  };
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
  throw new Error(
    `it has no ${kind} "${name}". ${didYouMean(
      name,
      known.map((one) => one.name),
    )}`,
  );
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

interface CredentialParts {
  readonly config: KubeConfig;
  readonly extras: () => Promise<ExtraUserSettings>;
  readonly plugin?: () => Promise<ExecCredential>;
  /** Of the command line; outranks that of the kubeconfig. */
  readonly impersonation: RequestHeaders;
  /** Throws for a user who should have said who they are. */
  readonly checkIdentity: (isIdentified: boolean) => void;
}

function credentialSource({
  config,
  extras,
  plugin,
  impersonation,
  checkIdentity,
}: CredentialParts): KubeContext['credentials'] {
  let issued: ExecCredential | undefined;
  /** The same object each time: a header that is a list is compared by identity. */
  let impersonated: RequestHeaders | undefined;
  return async (now) => {
    const { headers, tls } = await credentialsOf(config);
    const extra = await extras();
    if (plugin !== undefined && (issued === undefined || hasExpired(issued, now))) issued = await plugin();
    const token = issued?.token ?? extra.token;
    checkIdentity(token !== undefined || headers.authorization !== undefined);
    impersonated ??= 'impersonate-user' in impersonation ? impersonation : headersOf(extra.impersonate);
    return {
      headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }), ...impersonated },
      tls: {
        ...tls,
        ...(issued?.clientCertificateData && {
          cert: issued.clientCertificateData,
          key: issued.clientKeyData,
        }),
      },
    } as Credentials;
  };
}

function hasExpired({ expiresAt }: ExecCredential, now: Instant): boolean {
  return expiresAt !== undefined && expiresAt <= now;
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
