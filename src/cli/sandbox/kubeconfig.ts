import { parse, stringify } from 'yaml';
import { UsageError } from '../verb.ts';

/** First line of every kubeconfig that we write: how we know that a file is ours to replace. */
const ownMark = '# Written by `sluice sandbox`; each start replaces it.';

/** A kubeconfig with one context, for a server without users. */
export function sandboxKubeconfig(server: string): string {
  const name = 'sluice-sandbox';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    // The JavaScript client takes plain HTTP only with this, though nothing is encrypted that could be verified.
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user: {} }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
  };
  return `${ownMark}\n${stringify(config)}`;
}

/** Where the sandbox listens that wrote this text; undefined when none did. */
export function serverIn(text: string | undefined): string | undefined {
  if (text?.startsWith(ownMark) !== true) return undefined;
  const config = parse(text) as { clusters?: readonly { cluster?: { server?: string } }[] } | null;
  return config?.clusters?.[0]?.cluster?.server;
}

/** Never replaces somebody's own kubeconfig. `before` is the file's text; undefined when there is none. */
export function refuseForeignFile(path: string, before: string | undefined): void {
  if (before === undefined || before.trim() === '' || before.startsWith(ownMark)) return;
  throw new UsageError(
    `${path} exists and was not written by a sandbox; name another file with --kubeconfig`,
  );
}
