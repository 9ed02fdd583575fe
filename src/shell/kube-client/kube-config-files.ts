import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, isAbsolute, join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { messageOf } from '../../kernel/errors.ts';
import { homeFolder } from './home-folder.ts';
import type { Environment, KubeConfigSource } from './kube-config.ts';

/** A kubeconfig, and the texts it was made of: client-node keeps only the settings that it knows. */
export interface LoadedKubeConfig {
  readonly config: KubeConfig;
  readonly files: readonly KubeConfigFile[];
}

export interface KubeConfigFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The kubeconfig as kubectl finds it: `--kubeconfig`, else the files of `KUBECONFIG`, else the one at home, else the pod's service account.
 * Of several files the missing ones are skipped, and what an earlier one says stands, the current context too: a command must not
 * reach another cluster than kubectl would. Throws an Error that names the file.
 */
export function loadKubeConfig(
  { file, inCluster }: KubeConfigSource,
  environment: Environment,
): LoadedKubeConfig {
  const config = new KubeConfig();
  if (inCluster === true) {
    config.loadFromCluster();
    return { config, files: [] };
  }
  if (file !== undefined) return loadFiles([file]);
  const listed = (environment['KUBECONFIG'] ?? '').split(delimiter).filter((path) => path !== '');
  if (listed.length > 0) {
    const present = listed.filter((path) => existsSync(path));
    if (present.length === 0) throw new Error(`KUBECONFIG names ${listed.join(', ')}, which is not there`);
    return loadFiles(present);
  }
  const home = homeFolder({ HOME: environment['HOME'] });
  const atHome = home === undefined ? undefined : join(home, '.kube', 'config');
  if (atHome !== undefined && existsSync(atHome)) return loadFiles([atHome]);
  config.loadFromDefault();
  return { config, files: [] };
}

function loadFiles(paths: readonly string[]): LoadedKubeConfig {
  const loaded = paths.map(loadFile);
  const configs = loaded.map(({ config }) => config);
  const [config = new KubeConfig()] = configs;
  config.clusters = firstOfEachName(configs.flatMap(({ clusters }) => clusters));
  config.users = firstOfEachName(configs.flatMap(({ users }) => users));
  config.contexts = firstOfEachName(configs.flatMap(({ contexts }) => contexts));
  config.currentContext = configs.map(({ currentContext }) => currentContext).find(Boolean) ?? '';
  return { config, files: loaded.map(({ file }) => file) };
}

function loadFile(path: string): { config: KubeConfig; file: KubeConfigFile } {
  const config = new KubeConfig();
  try {
    const text = readFileSync(path, 'utf8');
    config.loadFromString(text);
    config.makePathsAbsolute(dirname(path));
    config.users = config.users.map((user) => withAbsoluteCommand(user, dirname(path)));
    return { config, file: { path, text } };
  } catch (error) {
    throw new Error(`${path}: ${messageOf(error).split('\n')[0]}`, { cause: error });
  }
}

/** A credential plugin that is written as a path lies beside the kubeconfig; one that is a bare name is looked for on the PATH. */
function withAbsoluteCommand<U extends KubeConfig['users'][number]>(user: U, folder: string): U {
  const command: string | undefined = user.exec?.command;
  if (command === undefined || !command.includes('/') || isAbsolute(command)) return user;
  return { ...user, exec: { ...user.exec, command: join(folder, command) } };
}

function firstOfEachName<T extends { readonly name: string }>(all: readonly T[]): T[] {
  const seen = new Map<string, T>();
  for (const one of all) if (!seen.has(one.name)) seen.set(one.name, one);
  return [...seen.values()];
}
