// Asks the embedded server and a real one the same about definitions that are given, and about objects drawn from their schemas:
//   node test/conformance/generated/main.ts https://127.0.0.1:6443 TOKEN SEED OBJECTS FILE…
// What differs is printed. The real server must be etcd and kube-apiserver alone.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/api/meta.ts';
import { random } from '../../../src/kernel/random.ts';
import type { CrdSpec } from '../../../src/sandbox/crd/types.ts';
import { realServer } from '../../real/support/real-api.ts';
import { embeddedServer } from '../embedded.ts';
import { compare } from './compare.ts';

const [url = '', token = '', seed = '1', objects = '20', ...files] = process.argv.slice(2);
const servers = { real: realServer(url, token), ours: embeddedServer() };
const seen = new Set<string>();
let asked = 0;
let different = 0;

for (const file of files) {
  for (const definition of definitionsIn(file)) {
    const text = JSON.stringify(definition.spec);
    if (seen.has(text)) continue;
    seen.add(text);
    const draw = random(Number(seed)).fork(definition.metadata.name ?? '');
    const result = await compare(servers, definition, draw, Number(objects));
    asked += result.asked;
    different += result.differences.length;
    if (result.differences.length > 0) console.log(`# ${definition.metadata.name} (${file})`);
    for (const line of result.differences) console.log(line);
  }
}
console.log(`${seen.size} definitions, ${asked} requests, ${different} differences`);
process.exit(0); // the dispatcher keeps its connections

function definitionsIn(file: string): readonly (KubeObject & { readonly spec: CrdSpec })[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true, logLevel: 'silent' }).flatMap(
    (document) => {
      const value = document.errors.length > 0 ? undefined : (document.toJS() as KubeObject | null);
      return value?.kind === 'CustomResourceDefinition' && value.apiVersion === 'apiextensions.k8s.io/v1'
        ? [value as KubeObject & { readonly spec: CrdSpec }]
        : [];
    },
  );
}
