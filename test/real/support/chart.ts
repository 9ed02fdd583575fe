import { execFileSync } from 'node:child_process';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../../src/api/meta.ts';
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

/** The objects of a folder of config/, as kubectl's own kustomize makes them. */
export function kustomized(folder: string): KubeObject[] {
  return objectsOf(execFileSync('kubectl', ['kustomize', join(root, folder)], { encoding: 'utf8' }));
}

function objectsOf(text: string): KubeObject[] {
  return parseAllDocuments(text)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null);
}
