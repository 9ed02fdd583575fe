import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

/** The peer's programs, built from its Go module. */
export interface PeerPrograms {
  /** Its source: the suite reads manifests relative to `test/e2e`. */
  readonly source: string;
  readonly suite: string;
  readonly controller: string;
  readonly plugin: string;
}

/** Downloads the peer's module and builds what is needed of it; what is there already is kept. */
export function buildPeer(
  version: string,
  folder: string,
  needed: readonly Exclude<keyof PeerPrograms, 'source'>[] = ['suite', 'controller', 'plugin'],
): PeerPrograms {
  const source = join(folder, 'source');
  const programs = {
    source,
    suite: join(folder, 'e2e.test'),
    controller: join(folder, 'rollouts-controller'),
    plugin: join(folder, 'kubectl-argo-rollouts'),
  };
  if (!existsSync(source)) download(version, source);
  const go = (name: (typeof needed)[number], ...args: string[]) => {
    const path = programs[name];
    if (!needed.includes(name) || existsSync(path)) return;
    console.log(`building ${path} (minutes, the first time)`);
    execFileSync('go', [...args.slice(0, -1), '-o', path, args.at(-1) as string], {
      cwd: source,
      stdio: 'inherit',
      env: { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' },
    });
  };
  go('suite', 'test', '-c', '-tags', 'e2e', './test/e2e');
  go('controller', 'build', './cmd/rollouts-controller');
  go('plugin', 'build', './cmd/kubectl-argo-rollouts');
  return programs;
}

function download(version: string, source: string): void {
  const args = ['mod', 'download', '-json', `github.com/argoproj/argo-rollouts@${version}`];
  let answer: string;
  try {
    answer = execFileSync('go', args, { encoding: 'utf8' });
  } catch (error) {
    // The module may ask for a patch release of Go that is newer than ours; it is downloaded all the same.
    answer = (error as { stdout: string }).stdout;
  }
  const { Dir, Zip } = JSON.parse(answer) as { Dir?: string; Zip?: string };
  const unpacked = Dir ?? Zip?.replace(/\/cache\/download\/(.*)\/@v\/(.*)\.zip$/, '/$1@$2') ?? '';
  if (!existsSync(unpacked)) throw new Error(`the module was not downloaded: ${answer}`);
  cpSync(unpacked, source, { recursive: true });
  makeWritable(source);
  const goMod = join(source, 'go.mod');
  writeFileSync(goMod, readFileSync(goMod, 'utf8').replace(/^(go \d+\.\d+)\.\d+$/m, '$1.0'));
  // The module leaves the web page out that its plugin embeds.
  mkdirSync(join(source, 'server/static'), { recursive: true });
  writeFileSync(join(source, 'server/static/index.html'), '');
}

/** Modules are unpacked read-only. */
function makeWritable(folder: string): void {
  for (const name of ['.', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })]) {
    const path = join(folder, name);
    chmodSync(path, statSync(path).mode | 0o200);
  }
}
