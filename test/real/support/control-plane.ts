import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { eventually, freePorts, program, type Running, start } from './processes.ts';

/** etcd, kube-apiserver and kube-controller-manager, as small as they get. */
export interface ControlPlane {
  readonly kubeconfig: string;
  readonly url: string;
  /** What a client has to trust, in PEM. */
  readonly certificate: string;
  /** With `audit`: each request that was answered so far. */
  requests(): readonly AuditedRequest[];
  stop(): Promise<void>;
}

/** One line of the API server's audit log: who asked for what, or was acted as, when it was asked, and the HTTP status. */
export interface AuditedRequest {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly status: number;
  /** RFC 3339, with microseconds. */
  readonly at: string;
}

const help = 'set KUBEBUILDER_ASSETS to a folder with etcd, kube-apiserver and kube-controller-manager';

/**
 * Without `controllers`, only etcd and the API server: nothing then changes what a test has written. With `scheduler`, pods
 * are placed on nodes, which the test has to play. `admission` names plugins that are off by default; `audit` keeps a log of requests.
 */
export async function startControlPlane(
  options: { controllers?: boolean; scheduler?: boolean; admission?: string; audit?: boolean } = {},
): Promise<ControlPlane> {
  const folders = [process.env['KUBEBUILDER_ASSETS']];
  const [etcd, apiServer, controllerManager] = ['etcd', 'kube-apiserver', 'kube-controller-manager'].map(
    (name) => program(name, help, folders),
  ) as [string, string, string];
  const dir = mkdtempSync(join(tmpdir(), 'sluice-real-'));
  const [etcdPort, peerPort, apiPort, managerPort] = (await freePorts(4)) as [number, number, number, number];
  const keys = writeKeys(dir);
  const running: (Running & { failure(): string | undefined })[] = [];
  const run = (path: string, args: readonly string[]) => {
    const process = start(path, args, join(dir, `${running.length}.log`));
    running.push(process);
    return process;
  };
  const stop = async () => {
    for (const process of running.reverse()) await process.stop();
    rmSync(dir, { recursive: true, force: true });
  };

  const etcdUrl = `http://127.0.0.1:${etcdPort}`;
  run(etcd, [
    ...['--data-dir', join(dir, 'etcd'), '--unsafe-no-fsync', '--listen-client-urls', etcdUrl],
    ...['--advertise-client-urls', etcdUrl, '--listen-peer-urls', `http://127.0.0.1:${peerPort}`],
  ]);
  const certDir = join(dir, 'certs');
  const server = run(apiServer, [
    ...['--etcd-servers', etcdUrl, '--bind-address', '127.0.0.1', '--advertise-address', '127.0.0.1'],
    ...['--secure-port', String(apiPort), '--cert-dir', certDir, '--token-auth-file', keys.tokens],
    ...[
      '--service-account-issuer',
      'https://kubernetes.default.svc',
      '--service-account-key-file',
      keys.publicKey,
    ],
    ...['--service-account-signing-key-file', keys.privateKey, '--authorization-mode', 'RBAC'],
    ...['--service-cluster-ip-range', '10.0.0.0/16', '--disable-admission-plugins', 'ServiceAccount'],
    ...['--endpoint-reconciler-type', 'none'],
    ...(options.admission === undefined ? [] : ['--enable-admission-plugins', options.admission]),
    ...(options.audit === true ? auditFlags(dir) : []),
  ]);
  const url = `https://127.0.0.1:${apiPort}`;
  try {
    await ready(`${url}/readyz`, server.failure);
  } catch (error) {
    await stop();
    throw error;
  }
  const kubeconfig = join(dir, 'kubeconfig');
  const certificate = readFileSync(join(certDir, 'apiserver.crt'), 'utf8');
  writeFileSync(kubeconfig, kubeconfigText(url, Buffer.from(certificate)));
  const plane = { kubeconfig, url, certificate, requests: () => auditedRequests(dir), stop };
  if (options.controllers === false) return plane;
  run(controllerManager, [
    ...['--kubeconfig', kubeconfig, '--service-account-private-key-file', keys.privateKey],
    ...['--use-service-account-credentials=false', '--leader-elect=false', '--bind-address', '127.0.0.1'],
    ...['--secure-port', String(managerPort), '--cert-dir', join(dir, 'manager-certs')],
    '--controllers=*,-node-lifecycle-controller,-taint-eviction-controller',
  ]);
  if (options.scheduler === true) {
    const [schedulerPort] = (await freePorts(1)) as [number];
    run(program('kube-scheduler', `${help}, and kube-scheduler`, folders), [
      ...['--kubeconfig', kubeconfig, '--leader-elect=false', '--bind-address', '127.0.0.1'],
      ...['--secure-port', String(schedulerPort), '--cert-dir', join(dir, 'scheduler-certs')],
    ]);
  }
  return plane;
}

function auditFlags(dir: string): string[] {
  const policy = join(dir, 'audit-policy.json');
  const rules = [{ level: 'Metadata', omitStages: ['RequestReceived'] }];
  writeFileSync(policy, JSON.stringify({ apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules }));
  return ['--audit-policy-file', policy, '--audit-log-path', auditLog(dir)];
}

const auditLog = (dir: string) => join(dir, 'audit.log');

interface AuditEvent {
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly impersonatedUser?: { readonly username: string };
  readonly requestReceivedTimestamp: string;
  readonly objectRef?: Readonly<
    Partial<Record<'apiGroup' | 'resource' | 'subresource' | 'namespace' | 'name', string>>
  >;
  readonly responseStatus?: { readonly code?: number };
}

function auditedRequests(dir: string): AuditedRequest[] {
  const lines = readFileSync(auditLog(dir), 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => {
    const event = JSON.parse(line) as AuditEvent;
    const { verb, objectRef = {}, responseStatus, requestReceivedTimestamp: at } = event;
    const user = (event.impersonatedUser ?? event.user).username;
    const { apiGroup: group = '', resource = '', subresource, namespace, name } = objectRef;
    const status = responseStatus?.code ?? 0;
    return { user, verb, group, resource, subresource, namespace, name, status, at };
  });
}

async function ready(url: string, failure: () => string | undefined): Promise<void> {
  // The certificate is read only once the server has written it; this one request trusts whatever answers on our own port.
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  await eventually('the API server to be ready', async () => {
    const reason = failure();
    if (reason !== undefined) throw new Error(reason);
    const response = await fetch(url, { dispatcher, headers: { authorization: 'Bearer admin-token' } });
    return response.ok && (await response.text()) === 'ok';
  });
  await dispatcher.close();
}

function writeKeys(dir: string): { tokens: string; publicKey: string; privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const files = {
    tokens: join(dir, 'tokens.csv'),
    publicKey: join(dir, 'sa.pub'),
    privateKey: join(dir, 'sa.key'),
  };
  writeFileSync(files.tokens, 'admin-token,admin,admin,"system:masters"\n');
  writeFileSync(files.publicKey, publicKey.export({ type: 'spki', format: 'pem' }));
  writeFileSync(files.privateKey, privateKey.export({ type: 'pkcs1', format: 'pem' }));
  return files;
}

function kubeconfigText(server: string, certificate: Buffer): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'real', cluster: { server, 'certificate-authority-data': certificate.toString('base64') } },
    ],
    users: [{ name: 'admin', user: { token: 'admin-token' } }],
    contexts: [{ name: 'real', context: { cluster: 'real', user: 'admin', namespace: 'default' } }],
    'current-context': 'real',
  });
}
