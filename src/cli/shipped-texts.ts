import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The YAML files of one folder that comes with the program, as paths and texts: from the checkout. In the bundle, which
 * needs nothing beside it, the build script puts a file of the same name in the place of this one.
 */
export function shippedTexts(folder: string): [path: string, text: string][] {
  const root = join(import.meta.dirname, '../..');
  return readdirSync(join(root, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')]);
}
