import { runCommandLine } from '../../src/cli/run.ts';
import type { Host } from '../../src/cli/verb.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { random } from '../../src/kernel/random.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { type VirtualClock, virtualClock } from '../../src/sim/virtual-clock.ts';
import { noon } from '../support/builders.ts';

/** A terminal without a process behind it. */
export interface Terminal {
  readonly clock: Clock;
  /** Runs one command line, as typed after the program's name, or its words where one holds blanks. */
  run(line: string | readonly string[]): Promise<Ended>;
  /** Starts one that goes on. */
  start(line: string | readonly string[]): {
    readonly ended: Promise<Ended>;
    readonly seen: Output;
    interrupt(): void;
  };
}

export interface Output {
  out: string;
  err: string;
}

export interface Ended extends Output {
  readonly code: number;
}

export interface TerminalOptions extends Partial<Omit<Host, 'connect' | 'signal' | 'out' | 'err'>> {
  readonly cluster?: Cluster;
  readonly namespace?: string;
  /** The time that the server says. Default: that of the clock. */
  readonly serverNow?: () => Instant;
}

export function terminal(options: TerminalOptions = {}): Terminal {
  const { cluster, namespace = 'default', serverNow, clock = virtualClock(noon), ...host } = options;
  const start = (line: string | readonly string[]) => {
    const words = typeof line === 'string' ? line.split(' ').filter(Boolean) : line;
    const seen: Output = { out: '', err: '' };
    const interrupted = new AbortController();
    const ended = runCommandLine(words, {
      programName: 'sluice',
      isTerminal: false,
      hasColors: false,
      rows: () => undefined,
      clock,
      random: random(1),
      readFile: async (path) => {
        throw new Error(`no file ${path}`);
      },
      listFiles: async () => undefined,
      writeFile: async () => {},
      isListening: async () => false,
      ...host,
      signal: interrupted.signal,
      out: (text) => {
        seen.out += text;
      },
      err: (text) => {
        seen.err += text;
      },
      connect: async () => {
        if (cluster === undefined) throw new Error('this test has no cluster');
        return { cluster, namespace, ...(serverNow && { now: serverNow }) };
      },
    }).then((code): Ended => ({ code, ...seen }));
    return { ended, seen, interrupt: () => interrupted.abort() };
  };
  return { clock, start, run: (line) => start(line).ended };
}

export type { VirtualClock };
