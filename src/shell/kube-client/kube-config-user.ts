import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import type { Impersonation } from './kube-config.ts';
import type { KubeConfigFile } from './kube-config-files.ts';

/** Settings of a kubeconfig's user that client-node leaves out. */
export interface ExtraUserSettings {
  /** Of `tokenFile`, as it is now. */
  readonly token?: string;
  readonly impersonate?: Impersonation;
}

interface RawUser {
  readonly tokenFile?: string;
  readonly as?: string;
  readonly 'as-groups'?: readonly string[];
  readonly 'as-uid'?: string;
  readonly 'as-user-extra'?: object;
}

const names = /\b(tokenFile|as-groups|as-uid|as-user-extra)\b/;

/** Parses the files a second time only when one of the settings is in them. Throws a SluiceError that names what is wrong. */
export async function extraUserSettings(
  files: readonly KubeConfigFile[],
  { name, isGivenToken }: { readonly name: string; readonly isGivenToken: boolean },
): Promise<ExtraUserSettings> {
  if (!files.some(({ text }) => names.test(text))) return {};
  const { parse } = await import('yaml');
  for (const { path, text } of files) {
    const { users } = parse(text) as { users?: { name: string; user?: RawUser }[] };
    const user = users?.find((one) => one.name === name)?.user;
    if (user !== undefined) return settingsOf(user, dirname(path), isGivenToken);
  }
  return {};
}

function settingsOf(user: RawUser, folder: string, isGivenToken: boolean): ExtraUserSettings {
  const { tokenFile, as } = user;
  if (user['as-user-extra'] !== undefined) {
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      "The user's as-user-extra is not supported; use as, as-groups and as-uid.",
    );
  }
  const groups = user['as-groups'] ?? [];
  const uid = user['as-uid'];
  if (as === undefined && (groups.length > 0 || uid !== undefined)) {
    const found = groups.length > 0 ? 'as-groups' : 'as-uid';
    throw new SluiceError(
      'KUBECONFIG_INVALID',
      `The user has ${found} without as; name the user to act as, or take it away.`,
    );
  }
  return {
    ...(tokenFile !== undefined && !isGivenToken && { token: tokenOf(resolve(folder, tokenFile)) }),
    ...(as !== undefined && { impersonate: { user: as, groups, ...(uid !== undefined && { uid }) } }),
  };
}

function tokenOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    throw new SluiceError('API_UNREACHABLE', `The token file cannot be read: ${messageOf(error)}`, { path });
  }
}
