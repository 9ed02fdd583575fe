import { execFile, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

export interface Told {
  readonly code: number;
  /** What it prints, errors after the rest. */
  readonly text: string;
}

/** The machine's own kubectl, with a home of its own, so that no cached discovery is used or left. */
export function kubectlWith(kubeconfig: string, folder: string): (args: readonly string[]) => Promise<Told> {
  const home = join(folder, 'home');
  mkdirSync(home, { recursive: true });
  const tools = { KUBECTL_EXTERNAL_DIFF: 'diff -u', KUBE_EDITOR: 'sed -i s/before-edit/after-edit/' };
  const env = { ...process.env, ...tools, HOME: home, KUBECONFIG: kubeconfig };
  return (args) =>
    new Promise((resolve) => {
      execFile('kubectl', [...args], { env, cwd: folder, timeout: 30_000 }, (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, text: stdout + stderr });
      });
    });
}

/** A kubectl that goes on until it is stopped. */
export interface Going {
  /** The text, when it has so many lines. */
  lines(count: number): Promise<string>;
  stop(): void;
}

export function kubectlGoing(kubeconfig: string, folder: string, args: readonly string[]): Going {
  const env = { ...process.env, HOME: join(folder, 'home'), KUBECONFIG: kubeconfig };
  const child = spawn('kubectl', [...args], { env, cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let look = () => {};
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString();
    look();
  });
  return {
    lines: (count) =>
      new Promise((resolve) => {
        look = () => {
          if (text.split('\n').length > count) resolve(text);
        };
        look();
      }),
    stop: () => void child.kill(),
  };
}

/** The same text for the same answer: without identities, times, ages, versions and addresses. */
export function normalizedText(text: string): string {
  return text
    .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uid>')
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)/g, '<time>')
    .replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [+-]\d{4} UTC/g, '<time>')
    .replace(/[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, '<time>')
    .replace(/^([-+]{3} ).*$/gm, '$1<file>')
    .replace(/^diff .*$/gm, 'diff <files>')
    .replace(/((?:resourceVersion: "|Resource Version: +))\d+/g, '$1<version>')
    .replace(/(resourceVersion":")\d+/g, '$1<version>')
    .replace(/\b10\.\d+\.\d+\.\d+\b/g, '<address>')
    .replace(/\b3[0-2]\d{3}\b/g, '<port>')
    .replace(/https?:\/\/127\.0\.0\.1:\d+/g, '<server>')
    .replace(/\b(\d+m)?\d+(\.\d+)?m?s\b/g, '<age>')
    .replace(/ {2,}/g, '  ')
    .replace(/ +$/gm, '')
    .replace(/(^\* .*\n)+/gm, (faults) => faults.split('\n').sort().join('\n'));
}
