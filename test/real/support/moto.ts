import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fetch } from 'undici';
import { eventually, freePorts, pathFolders, program, start } from './processes.ts';

/** An emulator of AWS: CloudWatch, STS and whatever else a test asks of it. It knows every credential. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

const help = 'python3 -m venv .venv && .venv/bin/pip install -r test/real/requirements.txt';

/** Starts the emulator, and points the AWS SDK of this process at it. */
export async function startMoto(): Promise<Moto> {
  const folders = [process.env['SLUICE_VENV'], join(process.cwd(), '.venv/bin'), ...pathFolders()];
  const path = program('moto_server', help, folders);
  const dir = mkdtempSync(join(tmpdir(), 'sluice-moto-'));
  const [port] = (await freePorts(1)) as [number];
  const server = start(path, ['-H', '127.0.0.1', '-p', String(port)], join(dir, 'log'));
  const url = `http://127.0.0.1:${port}`;
  await eventually('the AWS emulator to be ready', async () => {
    const reason = server.failure();
    if (reason !== undefined) throw new Error(reason);
    return (await fetch(`${url}/moto-api/data.json`)).ok;
  });
  const before = { ...process.env };
  Object.assign(process.env, {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
  return {
    url,
    async stop() {
      process.env = before;
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
