import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The build script puts the files themselves in, so that the bundle needs nothing beside it. */
declare const SLUICE_FILES: Readonly<Record<string, string>> | undefined;

/** YAML files of one folder of the project, by path, in order of their names: from the bundle, else from the checkout. */
export async function shippedFiles(root: string, folder: string): Promise<ReadonlyMap<string, string>> {
  if (typeof SLUICE_FILES !== 'undefined') {
    return new Map(
      Object.entries(SLUICE_FILES).filter(([path]) => path.slice(0, path.lastIndexOf('/')) === folder),
    );
  }
  const names = (await readdir(join(root, folder))).filter((name) => /\.ya?ml$/.test(name)).sort();
  const paths = names.map((name) => `${folder}/${name}`);
  return new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const)),
  );
}
