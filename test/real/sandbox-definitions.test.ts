import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf } from '../../src/api/resources.ts';
import { type CrdSpec, isCrd } from '../../src/sandbox/crd/types.ts';
import type { ApiServer } from '../../src/sandbox/server.ts';
import { world } from '../sandbox/api/support.ts';

const root = resolve(__dirname, '../..');
/** Definitions and manifests of the peers and of vendors, where the machine has them; never part of the project. */
const shared = resolve(root, '../shared/data');

const yamlFiles = (folder: string): string[] =>
  existsSync(folder)
    ? (readdirSync(folder, { recursive: true }) as string[]).filter((name) => name.endsWith('.yaml')).sort()
    : [];

function documents(path: string): KubeObject[] {
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true }).flatMap((document) => {
    const value = document.errors.length > 0 ? undefined : (document.toJS() as KubeObject | null);
    return value?.metadata === undefined ? [] : [value];
  });
}

const folders = [join(root, 'crds'), join(root, 'src/sandbox/crds'), join(shared, 'crds')];
const definitionFiles = folders.flatMap((folder) => yamlFiles(folder).map((name) => join(folder, name)));

function install(server: ApiServer): void {
  for (const path of definitionFiles) for (const crd of documents(path).filter(isCrd)) server.installCrd(crd);
}

test.each(definitionFiles.map((path) => [relative(root, path), path]))('%s installs', (_name, path) => {
  const { server } = world();
  for (const crd of documents(path).filter(isCrd)) server.installCrd(crd);
});

/** The path of an object's collection, by the definitions that are installed and a few built-in kinds. */
function collectionOf(object: KubeObject, definitions: readonly KubeObject[]): string | undefined {
  const [version = '', group = ''] = object.apiVersion.split('/').reverse();
  const builtin: Readonly<Record<string, string>> = {
    Service: 'services',
    Ingress: 'ingresses',
    Secret: 'secrets',
    ConfigMap: 'configmaps',
    Deployment: 'deployments',
  };
  const own = definitions
    .map(({ spec }) => spec as CrdSpec)
    .find((spec) => spec.group === group && spec.names.kind === object.kind);
  const plural = own?.names.plural ?? builtin[object.kind];
  if (plural === undefined || (own !== undefined && !own.versions.some(({ name }) => name === version)))
    return undefined;
  const place = own?.scope === 'Cluster' ? '' : '/namespaces/default';
  return `/${group === '' ? 'api' : 'apis'}/${apiVersionOf({ group, version })}${place}/${plural}`;
}

const manifests = join(shared, 'manifests');

/** A workflow's template with holes in it, which kubectl refuses to read, too. */
const template = 'argo-rollouts/traffic-management/rollout-linkerd.yaml';

describe('manifests of the peer are accepted under its own definitions', () => {
  const { server, send } = world();
  const definitions = definitionFiles.flatMap((path) => documents(path).filter(isCrd));
  beforeAll(() => install(server));

  test.each(yamlFiles(manifests).filter((name) => name !== template))('%s', async (name) => {
    for (const object of documents(join(manifests, name))) {
      const path = collectionOf(object, definitions);
      if (path === undefined) continue; // a kind of a vendor whose definition nobody has here
      const { namespace: _namespace, ...metadata } = object.metadata;
      const body = { ...object, metadata: { ...metadata, namespace: 'default' } };
      await send('DELETE', `${path}/${metadata.name}`); // the same names stand in several files
      const response = await send('POST', path, body);
      expect([response.status, (response.body as { message?: string }).message]).toEqual([201, undefined]);
    }
  });
});
