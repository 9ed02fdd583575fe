import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../api/meta.ts';

/** The folder that this program was installed in, wherever the bundle or the sources stand in it. */
export function packageFolder(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

/** Every object in the YAML files of one folder that comes with the program: `crds`, `examples/canary-istio`. */
export function packagedObjects(folder: string): KubeObject[] {
  const path = join(packageFolder(), folder);
  return readdirSync(path)
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(path, name), 'utf8'), { merge: true }).map(
        (document) => document.toJS() as KubeObject,
      ),
    );
}

/** The CRDs that the embedded cluster starts with: ours, and those of the route objects that its data plane reads. */
export function packagedCrds(): KubeObject[] {
  return [...packagedObjects('crds'), ...packagedObjects('src/sandbox/crds')];
}
