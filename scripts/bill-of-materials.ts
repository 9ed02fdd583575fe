import { readFileSync } from 'node:fs';
import type { Metafile } from 'esbuild';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

/** The npm packages of which something is in a bundle, by their folders, as `node_modules/yaml`. */
export function packagesIn({ outputs }: Metafile): string[] {
  const files = Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
  const folders = files.map((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  return [...new Set(folders.filter((folder) => folder !== undefined))].map((folder) =>
    folder.slice(folder.indexOf('node_modules/')),
  );
}

/**
 * What the program was made from, for scanners: CycloneDX 1.5, without tools that only made it. `npm sbom` knows nothing of the
 * bundle: it lists every tool, or leaves out what both are. No time stamp: the same source gives the same file.
 */
export function billOfMaterials(folders: readonly string[]): string {
  const own = read('package.json');
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
    packages: Record<string, { integrity?: string } | undefined>;
  };
  const components = folders.map((folder) => component(folder, lock.packages[folder]?.integrity));
  components.sort((a, b) => (a.purl < b.purl ? -1 : 1));
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', ...identity(own) } },
    components,
  };
  return `${JSON.stringify(bill, undefined, 1)}\n`;
}

function component(folder: string, integrity: string | undefined) {
  const found = read(`${folder}/package.json`);
  return {
    type: 'library',
    ...identity(found),
    ...(integrity !== undefined && { hashes: [hashOf(integrity)] }),
  };
}

function identity({ name, version, license }: Package) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = license === undefined ? {} : { licenses: [{ expression: license }] };
  return { 'bom-ref': purl, name, version, purl, ...licenses };
}

/** `sha512-…` in base64, as npm writes it. */
function hashOf(integrity: string) {
  const [algorithm = '', text = ''] = integrity.split('-');
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(text, 'base64').toString('hex'),
  };
}

function read(path: string): Package {
  return JSON.parse(readFileSync(path, 'utf8')) as Package;
}
