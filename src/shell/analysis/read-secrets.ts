import { resources } from '../../api/resources.ts';
import type { Secret } from '../../api/workloads.ts';
import type { SecretRef, SecretValues } from '../../core/analysis/substitute.ts';
import type { Cluster } from '../../ports/cluster.ts';

/** The values of a Secret, as texts. */
export function decodedSecret({ data = {} }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

export type ReadSecrets = { readonly values: SecretValues } | { readonly error: string };

/** The values of a run's secret arguments, read at this moment: a cache of all Secrets is no place for them. */
export async function readSecrets(
  refs: readonly SecretRef[],
  namespace: string | undefined,
  cluster: Cluster,
  signal?: AbortSignal,
): Promise<ReadSecrets> {
  const names = [...new Set(refs.map(({ name }) => name))];
  const found = await Promise.all(
    names.map((name) => cluster.get({ type: resources.secrets, namespace, name }, signal)),
  );
  const secrets = new Map(names.map((name, index) => [name, found[index] as Secret | undefined]));
  const values: Record<string, string> = {};
  for (const { argument, name, key } of refs) {
    const secret = secrets.get(name);
    if (secret === undefined) return { error: `secrets "${name}" not found` };
    const encoded =
      secret.data !== undefined && Object.hasOwn(secret.data, key) ? secret.data[key] : undefined;
    if (encoded === undefined) return { error: `key '${key}' does not exist in secret '${name}'` };
    values[argument] = Buffer.from(encoded, 'base64').toString('utf8');
  }
  return { values };
}
