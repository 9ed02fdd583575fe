import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually, freePorts, start } from './processes.ts';

export const root = join(__dirname, '../../..');
/** The command, as it is run from a checkout. */
export const main = join(root, 'src/cli/main.ts');

/** `sluice sandbox` as a process, whose clock runs 20 times as fast. */
export interface SandboxProcess extends Pick<ReturnType<typeof start>, 'child' | 'stop'> {
  readonly port: number;
  readonly metricsPort: number;
}

export async function startSandboxProcess(kubeconfig: string, logFile: string): Promise<SandboxProcess> {
  const [port = 0, metricsPort = 0] = await freePorts(2);
  const ports = ['--port', `${port}`, '--prometheus-port', `${metricsPort}`];
  const args = [main, 'sandbox', '--kubeconfig', kubeconfig, ...ports, '--speed', '20'];
  const sandbox = start(process.execPath, args, logFile);
  await eventually('the sandbox to say that it runs', async () => {
    const failure = sandbox.failure();
    if (failure !== undefined) throw new Error(failure);
    return readFileSync(logFile, 'utf8').includes('Ctrl-C ends it');
  });
  return { ...sandbox, port, metricsPort };
}
