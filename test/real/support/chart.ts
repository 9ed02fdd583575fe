import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/api/meta.ts';
import type { PolicyRule } from '../../../src/operator/permissions.ts';
import { pathFolders, program } from './processes.ts';

export const root = resolve(__dirname, '../../..');
/** .ci/run puts the same version there. */
const helmVersion = 'v3.22.0';

/** Runs Helm, with nothing of the machine's own settings. What it prints; its error text when it fails. */
export function helm(...args: readonly string[]): string {
  const folder = join(homedir(), `.cache/sluice/helm-${helmVersion}`);
  const path = program('helm', `GOBIN=${folder} go install helm.sh/helm/v3/cmd/helm@${helmVersion}`, [
    folder,
    ...pathFolders(),
  ]);
  const env = { PATH: process.env['PATH'] ?? '', HOME: join(root, 'node_modules/.cache/helm') };
  return execFileSync(path, [...args], {
    cwd: root,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Writes `dist`, the program that images and packages hold. */
export function buildProgram(): void {
  execFileSync(process.execPath, ['scripts/build.ts'], { cwd: root });
}

/** The objects of the chart; each setting is as Helm's `--set-json` takes it. */
export function rendered(
  settings: Readonly<Record<string, unknown>> = {},
  namespace = 'sluice',
): KubeObject[] {
  const sets = Object.entries(settings).flatMap(([path, value]) => [
    '--set-json',
    `${path}=${JSON.stringify(value)}`,
  ]);
  return objectsOf(
    helm(
      'template',
      'sluice',
      'charts/sluice',
      '--namespace',
      namespace,
      '--kube-version',
      '1.34.0',
      ...sets,
    ),
  );
}

/** The objects of a folder of config/, or of one elsewhere by its whole path, as kubectl's own kustomize makes them. */
export function kustomized(folder: string): KubeObject[] {
  return objectsOf(execFileSync('kubectl', ['kustomize', resolve(root, folder)], { encoding: 'utf8' }));
}

/** Writes an overlay of somebody's own into a folder outside of the project; its paths are those of config/ here. */
export function writeOverlay(folder: string, { resources = [], components = [], ...more }: Overlay): void {
  const path = (part: string) => relative(folder, join(root, part));
  const overlay = {
    apiVersion: 'kustomize.config.k8s.io/v1beta1',
    kind: 'Kustomization',
    ...more,
    resources: resources.map(path),
    components: components.map(path),
  };
  writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(overlay));
}

export interface Overlay {
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly namespace?: string;
  readonly images?: readonly object[];
  readonly namePrefix?: string;
  readonly patches?: readonly object[];
}

/** The blocks of code on a page of the docs, as they are copied from there. */
export function codeOf(page: string): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  const blocks = text.matchAll(/(?:^ {4}.*\n(?:\n(?= {4}))?)+/gm);
  return [...blocks].map(([block]) => block.replaceAll(/^ {4}/gm, ''));
}

/** Those that are YAML with one of these fields. */
export function yamlOf(page: string, ...fields: readonly string[]): Record<string, unknown>[] {
  const starts = new RegExp(`^(${fields.join('|')}):`, 'm');
  return codeOf(page)
    .filter((block) => starts.test(block))
    .map((block) => parse(block) as Record<string, unknown>);
}

function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}

/** Without what tells a chart's release from any other, and names of objects that no namespace has. */
export function comparable(object: KubeObject): KubeObject {
  const foreign = [
    'helm.sh/chart',
    'app.kubernetes.io/managed-by',
    'app.kubernetes.io/instance',
    'app.kubernetes.io/version',
  ];
  const text = JSON.stringify(object, (name, value: unknown) =>
    foreign.includes(name) || name === 'app.kubernetes.io/part-of' ? undefined : value,
  );
  const plain = JSON.parse(text) as KubeObject & {
    subjects?: { namespace?: string }[];
    rules?: PolicyRule[];
  };
  // an overlay says the namespace, or kubectl does
  delete plain.metadata.namespace;
  for (const subject of plain.subjects ?? []) delete subject.namespace;
  return plain.rules === undefined
    ? plain
    : ({ ...plain, rules: rightsOf(plain.rules) } as unknown as KubeObject);
}

/** Each right by itself, in whatever rules they are. */
export function rightsOf(rules: readonly PolicyRule[]): string[] {
  return rules
    .flatMap(({ apiGroups, resources, resourceNames = ['*'], verbs }) =>
      apiGroups.flatMap((group) =>
        resources.flatMap((resource) =>
          resourceNames.flatMap((name) => verbs.map((verb) => `${verb} ${resource}.${group} ${name}`)),
        ),
      ),
    )
    .sort();
}
