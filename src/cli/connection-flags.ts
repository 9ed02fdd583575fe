import { parseGoDuration } from '../kernel/duration.ts';
import type { KubeConfigSource } from '../shell/kube-client/kube-config.ts';
import { type Flag, UsageError } from './verb.ts';

/** kubectl's flags that say which server to talk to, and as whom. All absent: as kubectl finds it. */
export interface ConnectionFlags {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly cluster?: string;
  readonly user?: string;
  readonly server?: string;
  readonly token?: string;
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly asUid?: string;
  readonly certificateAuthority?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: string;
  readonly tlsServerName?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly requestTimeout?: string;
}

export const connectionFlags: readonly Flag[] = [
  { flags: '--context <NAME>', summary: 'kubeconfig context to use' },
  { flags: '--kubeconfig <FILE>', summary: 'kubeconfig file to use' },
  { flags: '--cluster <NAME>', summary: 'cluster of the kubeconfig, instead of that of the context' },
  { flags: '--user <NAME>', summary: 'user of the kubeconfig, instead of that of the context' },
  { flags: '-s, --server <URL>', summary: 'address of the API server' },
  { flags: '--token <TOKEN>', summary: 'bearer token' },
  { flags: '--as <USER>', summary: 'act as this user' },
  { flags: '--as-group <GROUP>', summary: 'act as a member of this group', repeatable: true },
  { flags: '--as-uid <UID>', summary: 'act as the user of this UID' },
  { flags: '--certificate-authority <FILE>', summary: "certificate of the server's authority" },
  { flags: '--client-certificate <FILE>', summary: 'certificate to show to the server' },
  { flags: '--client-key <FILE>', summary: 'its key' },
  { flags: '--tls-server-name <NAME>', summary: "name in the server's certificate" },
  { flags: '--insecure-skip-tls-verify', summary: "do not check the server's certificate" },
  { flags: '--request-timeout <DURATION>', summary: 'end a request after this time: 30, 30s, 2m; 0 never' },
];

/** kubectl's flags that mean nothing here, by the name under which commander stores them, with the reason. */
const refused: Readonly<Record<string, readonly [flags: string, reason: string]>> = {
  cacheDir: ['--cache-dir <DIR>', '--cache-dir has no effect here: nothing is cached; leave it out'],
  disableCompression: [
    '--disable-compression',
    '--disable-compression has no effect here: answers are never compressed; leave it out',
  ],
  asUserExtra: [
    '--as-user-extra <KEY=VALUE>',
    '--as-user-extra is not supported; use --as, --as-group and --as-uid',
  ],
  username: ['--username <NAME>', '--username is not supported: API servers know no passwords; use --token'],
  password: ['--password <TEXT>', '--password is not supported: API servers know no passwords; use --token'],
  kloglevel: ['-v, --kloglevel <N>', '--kloglevel is not supported; use --loglevel debug'],
};

/** Accepted by the parser only to be refused with a reason; not in the help. */
export const refusedFlags: readonly Flag[] = Object.values(refused).map(([flags, summary]) => ({
  flags,
  summary,
}));

/** Throws a UsageError with the reason when one of the refused flags was given. */
export function refuseFlags(given: object): void {
  for (const [name, [, reason]] of Object.entries(refused)) {
    if (name in given) throw new UsageError(reason);
  }
}

/**
 * Refuses flags with an empty text, as `--as "$WHO"` has it when WHO is not set: kubectl takes them for absent, and would go on as
 * somebody else or elsewhere than was meant. Throws a UsageError.
 */
export function refuseEmpty(given: object): void {
  for (const [name, value] of Object.entries(given)) {
    const values: unknown[] = Array.isArray(value) ? value : [value];
    if (!values.includes('')) continue;
    const flag = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(`--${flag} is empty; give it a value, or leave it out`);
  }
}

/** What is said again in a command that a person may paste. A token is left out: it is nobody's to read on a screen. */
const placeFlags: readonly (readonly [keyof ConnectionFlags | 'namespace', string])[] = [
  ['namespace', '-n'],
  ['kubeconfig', '--kubeconfig'],
  ['context', '--context'],
  ['cluster', '--cluster'],
  ['user', '--user'],
  ['server', '--server'],
  ['as', '--as'],
];

/** The flags that say where and as whom, as they would be typed behind a command that goes to the same place; each with a blank before. */
export function placeWords(given: ConnectionFlags & { readonly namespace?: string }): string {
  return placeFlags
    .flatMap(([name, flag]) => (given[name] === undefined ? [] : [` ${flag} ${quoted(String(given[name]))}`]))
    .join('');
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Where the flags point to. Throws a UsageError when they contradict each other. */
export function kubeConfigSourceOf(flags: ConnectionFlags): KubeConfigSource {
  if (flags.as === undefined && (flags.asGroup !== undefined || flags.asUid !== undefined)) {
    throw new UsageError('--as-group and --as-uid need --as');
  }
  if (flags.insecureSkipTlsVerify === true && flags.certificateAuthority !== undefined) {
    throw new UsageError('--insecure-skip-tls-verify and --certificate-authority contradict each other');
  }
  const { kubeconfig, as, asGroup = [], asUid, insecureSkipTlsVerify, requestTimeout: _, ...same } = flags;
  return {
    ...same,
    ...(kubeconfig !== undefined && { file: kubeconfig }),
    ...(insecureSkipTlsVerify === true && { skipTlsVerify: true }),
    ...(as !== undefined && { impersonate: { user: as, groups: asGroup, ...(asUid && { uid: asUid }) } }),
  };
}

/** Seconds; 0: never; undefined: the client's own limit. A bare number is seconds, as with kubectl. */
export function requestTimeoutOf({ requestTimeout: text }: ConnectionFlags): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d+$/.test(text) ? Number(text) : parseGoDuration(text);
  if (seconds !== undefined && seconds >= 0) return seconds;
  throw new UsageError(`--request-timeout must be a duration such as 30s or 2m, not "${text}"`);
}
