import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** The operator as production runs it: the bundle, in a process of its own. */
export interface MeasuredController {
  /** Resident memory and its peak in MiB, CPU seconds so far (Linux). */
  usage(): { readonly rssMiB: number; readonly peakMiB: number; readonly cpuSeconds: number };
  stop(): Promise<void>;
}

export function startController(
  kubeconfig: string,
  flags: readonly string[] = [],
  nodeFlags: readonly string[] = [],
): MeasuredController {
  const args = [
    ...nodeFlags,
    'dist/sluice.js',
    'controller',
    '--kubeconfig',
    kubeconfig,
    '--loglevel',
    'warn',
    ...flags,
  ];
  const child = spawn(process.execPath, [...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  return {
    usage() {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
      const ticks = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
      const mib = (field: string) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
      return {
        rssMiB: mib('VmRSS'),
        peakMiB: mib('VmHWM'),
        cpuSeconds: (Number(ticks[11]) + Number(ticks[12])) / 100,
      };
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
        setTimeout(() => child.kill('SIGKILL'), 10_000).unref();
      }),
  };
}
