import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';

const root = resolve(__dirname, '../..');

/** Every object in the YAML files of one folder of the project. */
export function objectsIn(folder: string): KubeObject[] {
  return readdirSync(join(root, folder))
    .filter((name) => /\.ya?ml$/.test(name))
    .flatMap((name) =>
      parseAllDocuments(readFileSync(join(root, folder, name), 'utf8'), { merge: true }).map(
        (document) => document.toJS() as KubeObject,
      ),
    );
}

/** Our CRDs, and those of the route objects that the stories use. */
export function crds(): readonly KubeObject[] {
  known ??= [...objectsIn('crds'), ...objectsIn('src/sandbox/crds')];
  return known;
}

/** What vendors let in of the kinds that only our routers' tests use: transcribed, each file with its source. */
export function vendorCrds(): readonly KubeObject[] {
  return objectsIn('test/support/vendor-crds');
}

/** Read once in a file of tests: they are large, and nobody changes them. */
let known: readonly KubeObject[] | undefined;
