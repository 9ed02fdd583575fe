import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, createWriteStream, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

/** Programs that a test needs and stops by itself. Everything listens on loopback only. */
export interface Running {
  stop(): Promise<void>;
}

/** The path of a program, or an error that names what is missing and how to get it. */
export function program(name: string, help: string, folders: readonly (string | undefined)[]): string {
  for (const folder of folders) {
    if (folder === undefined) continue;
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // not in this folder
    }
  }
  throw new Error(`this tier needs \`${name}\`, which was not found: ${help}`);
}

export const pathFolders = () => (process.env['PATH'] ?? '').split(':');

/** Starts a program; what it prints goes to `logFile`, of which an early end is reported with its last lines. */
export function start(
  path: string,
  args: readonly string[],
  logFile: string,
  env: NodeJS.ProcessEnv = {},
): Running & { readonly child: ChildProcess; failure(): string | undefined } {
  const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  const log = createWriteStream(logFile);
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    child,
    failure: () =>
      child.exitCode === null
        ? undefined
        : `${path} ended with ${child.exitCode}:\n${readFileSync(logFile, 'utf8').split('\n').slice(-15).join('\n')}`,
    async stop() {
      if (child.exitCode === null) child.kill('SIGTERM');
      const forced = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(forced);
      log.end();
    },
  };
}

/** Ports of loopback that nobody listens on now. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return server;
    }),
  );
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Asks again and again until `ready` says yes. The only wait of this tier: other processes have no virtual time. */
export async function eventually<T>(
  what: string,
  ready: () => Promise<T | undefined | false>,
  { timeoutMs = 60_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const answer = await ready();
      if (answer !== undefined && answer !== false) return answer;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(
    `waited ${timeoutMs / 1000} s for ${what}${last instanceof Error ? `; last error: ${last.message}` : ''}`,
  );
}
