import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../api/meta.ts';
import { parseManifests } from './manifests.ts';

/** YAML files by path; the build script puts them in, so that the bundle needs nothing beside it. */
declare const SLUICE_FILES: Readonly<Record<string, string>> | undefined;

/** Every object in the YAML files of one folder that comes with the program: `crds`, `examples/canary-istio`. */
export function packagedObjects(folder: string): KubeObject[] {
  const texts = typeof SLUICE_FILES === 'undefined' ? textsOfCheckout(folder) : textsOfBundle(folder);
  const objects = texts.flatMap(([path, text]) => parseManifests(text, path));
  return objects.filter(({ kind }) => kind !== 'Kustomization'); // a list for kubectl, no object of the cluster
}

function textsOfBundle(folder: string): [path: string, text: string][] {
  return Object.entries(SLUICE_FILES ?? {}).filter(([path]) => dirname(path) === folder);
}

function textsOfCheckout(folder: string): [path: string, text: string][] {
  const root = join(import.meta.dirname, '../..');
  return readdirSync(join(root, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .toSorted()
    .map((name) => [`${folder}/${name}`, readFileSync(join(root, folder, name), 'utf8')]);
}

/** The CRDs that the embedded cluster starts with: ours, and those of the route objects that its data plane reads. */
export function packagedCrds(): KubeObject[] {
  return [...packagedObjects('crds'), ...packagedObjects('src/sandbox/crds')];
}
