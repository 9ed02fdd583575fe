#!/usr/bin/env node
import { statSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import * as nodeModule from 'node:module';
import { basename, dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { realClock } from '../kernel/clock.ts';
import { random } from '../kernel/random.ts';
import { kubeConfigSourceOf, requestTimeoutOf } from './connection-flags.ts';
import { runCommandLine } from './run.ts';
import { type Host, interruptedExit } from './verb.ts';

/** The only file of the command that touches the process. */
const clock = realClock();
const chance = random(process.pid ^ clock.now());
const stopped = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopped.signal.aborted) process.exit(interruptedExit); // asked twice: do not wait for a clean end
    stopped.abort();
  });
}
// a reader such as `head` that has gone is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

/** As it can be typed again: kubectl finds its plugins by file name, npm runs scripts under their names, npx what is in a package. */
function programName(): string {
  if (basename(process.argv[1] ?? '') === 'kubectl-sluice') return 'kubectl sluice';
  if (process.env.npm_command === 'exec') return 'npx sluice';
  return /^(sluice|demo)$/.test(process.env.npm_lifecycle_event ?? '') ? 'npm run -s sluice --' : 'sluice';
}

async function askTerminal(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const end = () => stopped.abort(); // Ctrl-C is a key for readline, and the end of the input no answer
  terminal.on('SIGINT', end).on('close', end);
  try {
    return await terminal.question(question, { signal: stopped.signal });
  } finally {
    terminal.off('close', end).close();
  }
}

const host: Host = {
  programName: programName(),
  out: (chunk) => process.stdout.write(chunk),
  err: (chunk) => process.stderr.write(chunk),
  isTerminal: process.stdout.isTTY === true && process.env.TERM !== 'dumb',
  hasColors: process.stdout.isTTY === true && process.env.TERM !== 'dumb' && !process.env.NO_COLOR,
  rows: () => process.stdout.rows || undefined, // 0 on a terminal that does not know its size
  columns: () => process.stdout.columns || undefined,
  clock,
  random: chance,
  signal: stopped.signal,
  readFile: (path) => (path === '-' ? text(process.stdin) : readFile(path, 'utf8')),
  async listFiles(path) {
    if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return undefined;
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  },
  async writeFile(path, content) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content, { mode: 0o600 });
  },
  async isListening(url) {
    const { createConnection } = await import('node:net');
    const { hostname, port } = new URL(url);
    const socket = createConnection({ host: hostname, port: Number(port) });
    const answer = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    return answer;
  },
  async connect(flags) {
    const requestTimeoutSeconds = requestTimeoutOf(flags);
    const source = kubeConfigSourceOf(flags);
    const { connect } = await import('../shell/kube-client/connect.ts');
    return connect(source, {
      clock,
      random: chance.fork('requests'),
      environment: process.env,
      hasPerson: process.stdin.isTTY === true,
      ...(requestTimeoutSeconds !== undefined && { requestTimeoutSeconds }),
    });
  },
  ...(process.stdin.isTTY === true && process.stderr.isTTY === true && { ask: askTerminal }),
};

/**
 * What Node has compiled of the program is kept for the next time, which then starts in half the time. In a folder that is the user's
 * own: what lies there is run. Where it cannot be written nothing is kept. The controller starts once, and writes no files.
 */
function keepCompiled(): void {
  if (process.argv[2] === 'controller') return;
  const { XDG_CACHE_HOME: cacheHome, HOME: home, USERPROFILE: profile } = process.env;
  const cache = cacheHome || join(home || profile || '', '.cache');
  // nobody's home, as of a number in a container, is no place to keep anything
  if (cache !== '.cache') nodeModule.enableCompileCache(join(cache, 'sluice'));
}

// what a library warns its developers of, such as Node's of a SOCKS proxy, is nothing to whoever runs a command
process.removeAllListeners('warning');

/**
 * Of package.json's `engines`. npm only warns of an older one, which then fails in odd ways. What only newer ones have must not be
 * imported by name: the program would end before it can say this.
 */
const oldestNode = 24;

if (Number.parseInt(process.versions.node, 10) < oldestNode) {
  host.err(`Error: sluice needs Node ${oldestNode} or newer; this is Node ${process.versions.node}\n`);
  process.exitCode = 1;
} else {
  keepCompiled();
  process.exitCode = await runCommandLine(process.argv.slice(2), host);
}
