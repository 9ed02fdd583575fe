import { type ChildProcess, execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { KubeObject } from '../../../src/api/meta.ts';
import { root } from './chart.ts';
import type { ControlPlane } from './control-plane.ts';
import { freePorts, pathFolders, program, start } from './processes.ts';

/** A process that runs as the container of a pod would. */
export interface Container {
  readonly healthzPort: number;
  readonly metricsPort: number;
  readonly child: ChildProcess;
  /** What it has printed. */
  logs(): string;
  failure(): string | undefined;
  /** SIGTERM, and SIGKILL to who does not end by it. */
  stop(): Promise<void>;
}

/** What the container has to be told of its pod. */
export interface Pod {
  readonly deployment: KubeObject;
  readonly plane: ControlPlane;
  /** Of its service account. */
  readonly token: string;
  readonly namespace: string;
  readonly extraArgs?: readonly string[];
}

interface ContainerSpec {
  readonly args: readonly string[];
  readonly command?: readonly string[];
  readonly env: readonly { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[];
  readonly securityContext: { readOnlyRootFilesystem: boolean };
}

interface PodSpec {
  readonly containers: readonly [ContainerSpec];
  readonly securityContext: { runAsUser: number; runAsGroup: number };
}

export function podSpecOf(deployment: KubeObject): PodSpec {
  return (deployment as unknown as { spec: { template: { spec: PodSpec } } }).spec.template.spec;
}

const secrets = 'var/run/secrets/kubernetes.io/serviceaccount';

/**
 * Lays out the files of the image's last stage: those that its COPY lines name from the project, and of the stage
 * with Node that program and the libraries it is linked with. No base image can be pulled without a registry.
 * `SLUICE_IMAGE_ROOT`, the files of an image that was built, stands in for all of it.
 */
export function layOutImage(folder: string): void {
  const built = process.env['SLUICE_IMAGE_ROOT'];
  if (built === undefined) layOutLastStage(folder);
  else copyImage(built, folder);
  for (const empty of ['proc', secrets]) mkdirSync(join(folder, empty), { recursive: true });
}

function copyImage(from: string, folder: string): void {
  cpSync(from, folder, { recursive: true, verbatimSymlinks: true });
  // often a link to /run, which only a container runtime follows inside of the image
  rmSync(join(folder, 'var/run'), { force: true });
}

function layOutLastStage(folder: string): void {
  const last = (
    readFileSync(join(root, 'Dockerfile'), 'utf8')
      .split(/^FROM /m)
      .at(-1) ?? ''
  ).split('\n');
  const copies = last.filter((line) => line.startsWith('COPY ') && !line.includes('--from=runtime'));
  for (const line of copies) {
    const [source, target] = line
      .split(' ')
      .filter((word) => !word.startsWith('--'))
      .slice(1) as [string, string];
    const from = join(root, source.replace(/^\/src\//, ''));
    cpSync(from, join(folder, target, target.endsWith('/') ? (source.split('/').at(-1) ?? '') : ''), {
      recursive: true,
    });
  }
  const node = join(root, 'node_modules/node/bin/node');
  const libraries = execFileSync('ldd', [node], { encoding: 'utf8' }).matchAll(/(?:=> )?(\/\S+) \(/g);
  for (const [path, target] of [
    [node, '/usr/local/bin/node'],
    ...[...libraries].map((match) => [match[1], match[1]]),
  ]) {
    mkdirSync(dirname(join(folder, target as string)), { recursive: true });
    copyFileSync(path as string, join(folder, target as string));
  }
}

/** The words of a line of the Dockerfile that is JSON. */
function instruction(name: string): string[] {
  const line = new RegExp(`^${name} (\\[.*\\])$`, 'm').exec(readFileSync(join(root, 'Dockerfile'), 'utf8'));
  return JSON.parse(line?.[1] ?? '[]') as string[];
}

/** Root of its own, read-only, as the user that the pod says, with the environment of the pod and no other. */
const script = `
set -e
mount --bind "$ROOT" "$ROOT"
mount --rbind /proc "$ROOT/proc"
mount -o remount,bind,ro "$ROOT"
exec env -i $VARIABLES unshare --root "$ROOT" --wd /app --setgid "$GROUP" --setuid "$OWNER" "$@"
`;

export async function startContainer(folder: string, pod: Pod): Promise<Container> {
  const { deployment, plane, token, namespace, extraArgs = [] } = pod;
  const spec = podSpecOf(deployment);
  const [container] = spec.containers;
  const files = { token, 'ca.crt': plane.certificate, namespace };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, secrets, name), text);
  const [metricsPort, healthzPort] = (await freePorts(2)) as [number, number];
  // pods have networks of their own; here the ports have to differ
  const ports = [`--metricsPort=${metricsPort}`, `--healthzPort=${healthzPort}`];
  const { hostname, port } = new URL(plane.url);
  const variables: Record<string, string> = {
    HOME: '/', // as every container runtime says
    NODE_ENV: 'production',
    MALLOC_ARENA_MAX: '1',
    KUBERNETES_SERVICE_HOST: hostname,
    KUBERNETES_SERVICE_PORT: port,
    ...Object.fromEntries(
      container.env.map(({ name, value, valueFrom }) => [name, valueFrom === undefined ? value : namespace]),
    ),
  };
  const entry = container.command ?? instruction('ENTRYPOINT');
  const log = `${folder}.${healthzPort}.log`;
  const running = start(
    program('unshare', 'it comes with util-linux', pathFolders()),
    ['--mount', 'sh', '-c', script, 'sh', ...entry, ...container.args, ...ports, ...extraArgs],
    log,
    {
      ROOT: folder,
      VARIABLES: Object.entries(variables)
        .map(([name, value]) => `${name}=${value}`)
        .join(' '),
      OWNER: String(spec.securityContext.runAsUser),
      GROUP: String(spec.securityContext.runAsGroup),
    },
  );
  return { ...running, metricsPort, healthzPort, logs: () => readFileSync(log, 'utf8') };
}
