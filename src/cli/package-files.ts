import type { KubeObject } from '../api/meta.ts';
import { parseManifests } from './manifests.ts';
import { shippedTexts } from './shipped-texts.ts';

/** Every object in the YAML files of one folder that comes with the program: `crds`, `examples/canary-istio`. */
export function packagedObjects(folder: string): KubeObject[] {
  const objects = shippedTexts(folder).flatMap(([path, text]) => parseManifests(text, path));
  return objects.filter(({ kind }) => kind !== 'Kustomization'); // a list for kubectl, no object of the cluster
}

/** The CRDs that the embedded cluster starts with: ours, and those of the route objects that its data plane reads. */
export function packagedCrds(): KubeObject[] {
  return [...packagedObjects('crds'), ...packagedObjects('src/sandbox/crds')];
}
