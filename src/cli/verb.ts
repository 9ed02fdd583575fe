import type { Colors } from 'picocolors/types.js';
import type { ResourceType } from '../api/resources.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Random } from '../kernel/random.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ConnectionFlags } from './connection-flags.ts';

/** What a verb is given of the process. Tests give it a terminal of their own. */
export interface Host {
  /** What stands before the verb in usage texts: `sluice`, or `kubectl sluice` for the plugin. */
  readonly programName: string;
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Is `out` a screen that can be redrawn? */
  readonly isTerminal: boolean;
  /** May colours be used at all? `--no-color` still turns them off. */
  readonly hasColors: boolean;
  /** Lines of the screen; undefined when `out` is none. */
  readonly rows: () => number | undefined;
  /** Columns of the screen; undefined when `out` is none. */
  readonly columns?: () => number | undefined;
  readonly clock: Clock;
  readonly random: Random;
  /** Aborts on Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  /** A file's text; `-` is standard input. */
  readonly readFile: (path: string) => Promise<string>;
  /** Every file in a folder and below it, by path; undefined when the path is no folder. */
  readonly listFiles: (path: string) => Promise<readonly string[] | undefined>;
  /** Writes a file that only its owner may read, with the folders above it. */
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** Whether something listens where the URL leads. Nothing is sent. */
  readonly isListening: (url: string) => Promise<boolean>;
  /** Asks the person at the terminal, and resolves with the line of the answer. Absent when nobody sits there. */
  readonly ask?: (question: string) => Promise<string>;
  /** Opens the API server; nothing is sent yet. */
  readonly connect: (flags: ConnectionFlags) => Promise<OpenCluster>;
}

export interface OpenCluster {
  readonly cluster: Cluster;
  /** Of the context. */
  readonly namespace: string;
  /** The server's time, as it last said it. Absent: that of the host's clock. */
  now?(): Instant;
  close?(): Promise<void>;
}

/** One run of one verb. */
export interface Session extends Host {
  readonly colors: Colors;
  readonly globals: GlobalFlags;
  /** Connected when first asked for, so that `version` and a wrong flag never wait for a server. The namespace is that of `-n`, else of the context. */
  readonly open: () => Promise<OpenCluster>;
  /** The time of the cluster, which the ages of its objects go by; a sandbox may have its own. Our own until it has answered. */
  readonly serverNow: () => Instant;
}

/** As much of a session as it takes to read and write objects. */
export type Reach = Pick<Session, 'open' | 'signal'>;

export interface GlobalFlags extends ConnectionFlags {
  readonly namespace?: string;
  readonly loglevel?: string;
}

/** The exit code; nothing means 0. */
export type Exit = number | undefined;

/** Ctrl-C or SIGTERM before a command had done what it was for, as shells say it. What goes on until then ends with 0. */
export const interruptedExit = 130;

/** One command: how it is written, and what it does. */
export interface Verb<Options extends object = object> {
  /** `promote`, `get rollout`. */
  readonly words: string;
  /** Other spellings of the last word. */
  readonly aliases?: readonly string[];
  /** `<NAME>`, `<NAME...>`. */
  readonly arguments?: string;
  /** What the first argument may be, or every one where there may be several; for the completion of shells. */
  readonly completes?: ResourceType;
  /** The same, when there are few and they are known. */
  readonly choices?: readonly string[];
  /** One line, for lists of commands. */
  readonly summary: string;
  /** More lines, for the command's own help: exit codes, and what is not obvious. */
  readonly details?: string;
  readonly flags?: readonly Flag[];
  /** Everything after the verb goes to `run` as it is; flags are not looked at. */
  readonly passesThrough?: boolean;
  /** Not listed. */
  readonly hidden?: boolean;
  run(session: Session, args: readonly string[], options: Options): Promise<Exit>;
}

export interface Flag {
  /** As commander reads it: `-w, --watch`, `--to-revision <N>`. */
  readonly flags: string;
  readonly summary: string;
  /** Values, for the completion of shells: these, or the names of these objects. */
  readonly choices?: readonly string[];
  readonly completes?: ResourceType;
  readonly fallback?: string | boolean;
  /** May be given several times; the values arrive as a list. */
  readonly repeatable?: boolean;
}

/** The command line asks for something that cannot be: told with a hint at the help, exit 1. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
