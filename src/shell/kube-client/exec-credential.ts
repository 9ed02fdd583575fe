import { spawn } from 'node:child_process';
import { SluiceError } from '../../kernel/errors.ts';
import { type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Environment } from './kube-config.ts';

/** `users[].user.exec` of a kubeconfig: a program that knows who we are. */
export interface ExecPlugin {
  readonly apiVersion?: string;
  readonly command?: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
  readonly installHint?: string;
  /** Whether it gets our standard input: `Never`, when there is a person (`IfAvailable`, the default), `Always`. */
  readonly interactiveMode?: string;
  readonly provideClusterInfo?: boolean;
}

export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
  /** Undefined: until the server refuses it. */
  readonly expiresAt: Instant | undefined;
}

/** What the plugin is told, and given. */
export interface ExecSurroundings {
  readonly environment: Environment;
  /** As `ExecCredential`'s `spec.cluster` has it; sent only to a plugin that asks for it. */
  readonly cluster: object;
  readonly hasPerson: boolean;
}

/**
 * Runs a credential plugin as kubectl does: told by KUBERNETES_EXEC_INFO, with our own standard error, on which it says where to
 * log in. Throws API_UNREACHABLE with the name of the program when it gives no credential. Source: the Kubernetes documentation,
 * "client-go credential plugins".
 */
export async function execCredential(
  plugin: ExecPlugin,
  surroundings: ExecSurroundings,
): Promise<ExecCredential> {
  if (plugin.interactiveMode === 'Always' && !surroundings.hasPerson) {
    throw refusal(plugin, 'needs a terminal to ask somebody, and there is none');
  }
  const output = await outputOf(plugin, surroundings);
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = statusOf(plugin, output);
  const hasCertificate = clientCertificateData !== undefined && clientKeyData !== undefined;
  if (!token && !hasCertificate) throw refusal(plugin, 'printed neither a token nor a certificate');
  return {
    ...(token && { token }),
    ...(hasCertificate && { clientCertificateData, clientKeyData }),
    expiresAt: parseInstant(expirationTimestamp),
  };
}

function outputOf(
  plugin: ExecPlugin,
  { environment, cluster, hasPerson }: ExecSurroundings,
): Promise<string> {
  const interactive = hasPerson && plugin.interactiveMode !== 'Never';
  const { apiVersion } = plugin;
  const spec = { interactive, ...(plugin.provideClusterInfo === true && { cluster }) };
  const env = {
    ...environment,
    ...Object.fromEntries((plugin.env ?? []).map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: JSON.stringify({ apiVersion, kind: 'ExecCredential', spec }),
  };
  return new Promise((resolve, reject) => {
    const child = spawn(plugin.command ?? '', [...(plugin.args ?? [])], {
      env,
      stdio: [interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
    child.on('error', ({ message }) => reject(refusal(plugin, `cannot be run: ${message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output);
      else reject(refusal(plugin, code === null ? `was ended by ${signal}` : `ended with exit code ${code}`));
    });
  });
}

type CredentialStatus = Partial<
  Record<'token' | 'clientCertificateData' | 'clientKeyData' | 'expirationTimestamp', string>
>;

/** What was printed is not repeated in the message: it may be the credential. */
function statusOf(plugin: ExecPlugin, output: string): CredentialStatus {
  try {
    return (JSON.parse(output) as { status?: CredentialStatus }).status ?? {};
  } catch {
    throw refusal(plugin, 'printed something else than an ExecCredential in JSON');
  }
}

function refusal({ command = '', installHint }: ExecPlugin, problem: string): SluiceError {
  const hint = installHint === undefined ? '' : `\n${installHint.trim()}`;
  return new SluiceError('API_UNREACHABLE', `The credential plugin ${command} ${problem}.${hint}`, {
    command,
  });
}
