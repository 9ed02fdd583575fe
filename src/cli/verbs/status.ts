import { resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { parseGoDuration } from '../../kernel/duration.ts';
import { messageOf, SluiceError } from '../../kernel/errors.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import { type RolloutSummary, summarizeRollout } from '../../view/rollout-summary.ts';
import { contactTeller } from '../contact.ts';
import { followRollouts } from '../observe.ts';
import { type OutputOptions, outputFlag, outputFormatOf, writeDocument } from '../output.ts';
import { getRollout, notFound } from '../targets.ts';
import { type Exit, interruptedExit, type Session, UsageError, type Verb } from '../verb.ts';

export interface StatusOptions extends OutputOptions {
  readonly watch: boolean;
  readonly timeout: string;
}

const formats = ['json', 'yaml'] as const;
type Format = (typeof formats)[number];

/** What a pipeline tells apart. Any other failure is 1 too, with its message. */
const exits = { healthy: 0, degraded: 1, timedOut: 2 } as const;

/** `status`: wait for the end of a release, and say how it ended. */
export const status: Verb<StatusOptions> = {
  words: 'status',
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'Wait until a release has ended, and tell how',
  details: [
    'Exit codes: 0 healthy, 1 degraded (or any error), 2 timed out, 130 interrupted.',
    'With -o json: a line for each new state, with name, namespace, phase, message and waiting; the same exit codes.',
    'A pause does not end the wait. With --watch=false the state of now is printed: exit 1 when degraded, else 0.',
  ].join('\n'),
  flags: [
    { flags: '-w, --watch', summary: 'wait for the end', fallback: true },
    { flags: '--no-watch', summary: 'print the state of now and end' },
    { flags: '-t, --timeout <DURATION>', summary: 'how long to wait: 90s, 10m; 0 for ever', fallback: '0' },
    outputFlag(formats),
  ],
  async run(session, [name = ''], options) {
    const { watch, timeout } = options;
    const seconds = parseGoDuration(timeout);
    if (seconds === undefined || seconds < 0) {
      throw new UsageError(`--timeout must be a duration such as 90s or 10m, not "${timeout}"`);
    }
    const now = session.clock.now();
    const format = outputFormatOf(options, formats);
    const seen = summarizeRollout(await getRollout(session, name));
    if (!watch) {
      const isFinal = seen.phase === 'Healthy' || seen.phase === 'Degraded';
      if (format !== undefined) await writeState(session, format, seen);
      else session.out(`${isFinal ? seen.phase : lineOf(seen)}\n`);
      return seen.phase === 'Degraded' ? degraded(session, seen) : 0;
    }
    const deadline = seconds === 0 ? undefined : addSeconds(now, seconds);
    return waitForEnd(session, seen, { deadline, format });
  },
};

interface Wait {
  readonly deadline: Instant | undefined;
  readonly format: Format | undefined;
}

async function waitForEnd(
  session: Session,
  first: RolloutSummary,
  { deadline, format }: Wait,
): Promise<Exit> {
  const { name } = first;
  const stop = new AbortController();
  const signal = AbortSignal.any([session.signal, stop.signal]);
  const tell = teller(session, format);
  try {
    let exit = await tell(first);
    if (exit !== undefined) return exit; // most calls end here, after a single request
    const { cluster: _, namespace } = await session.open();
    const { list, changes, lost } = await followRollouts(session, namespace, signal);
    const tellContact = contactTeller({ lost }, session.err);
    const isOurs = ({ metadata }: Rollout) => metadata.name === name;
    while (!signal.aborted) {
      tellContact();
      const rollout = list().find(isOurs);
      if (rollout === undefined) throw notFound(resources.rollouts, name);
      exit = await tell(summarizeRollout(rollout));
      if (exit !== undefined) return exit;
      if (deadline !== undefined && session.clock.now() >= deadline) {
        const last = await lookOnceMore(session, name);
        return timedOut(session, last && (await tell(summarizeRollout(last))));
      }
      await changes.wait(deadline ?? addSeconds(session.clock.now(), 3600), signal);
    }
    return interruptedExit;
  } finally {
    stop.abort();
  }
}

/** A pipeline that waits no longer than this must not wait for a server that hangs. */
const lastLookSeconds = 5;

/** Undefined when the API server does not say: that is no verdict on the release, so the time-out stands. */
async function lookOnceMore(session: Session, name: string): Promise<Rollout | undefined> {
  const { clock, err } = session;
  const limit = new AbortController();
  const cancel = clock.schedule(addSeconds(clock.now(), lastLookSeconds), () => limit.abort());
  try {
    return await getRollout({ ...session, signal: AbortSignal.any([session.signal, limit.signal]) }, name);
  } catch (error) {
    if (session.signal.aborted || error instanceof SluiceError) throw error;
    const reason = limit.signal.aborted ? `no answer within ${lastLookSeconds} s` : messageOf(error);
    err(`Warning: the API server cannot be read (${reason}).\n`);
    return undefined;
  } finally {
    cancel();
  }
}

/** Prints a phase when its text is a new one; says the exit code when it is an end. */
function teller(session: Session, format: Format | undefined): (seen: RolloutSummary) => Promise<Exit> {
  let last = '';
  return async (seen) => {
    const line = format === undefined ? lineOf(seen) : JSON.stringify(stateOf(seen));
    if (line !== last && format !== undefined) await writeState(session, format, seen);
    else if (line !== last) session.out(`${line}\n`);
    last = line;
    if (seen.phase === 'Healthy') return exits.healthy;
    if (seen.phase !== 'Degraded') return undefined;
    return degraded(session, seen);
  };
}

function degraded(session: Session, { message }: RolloutSummary): Exit {
  session.err(`Error: The rollout is in a degraded state with message: ${message}\n`);
  return exits.degraded;
}

function timedOut(session: Session, exit: Exit): Exit {
  if (exit !== undefined) return exit;
  session.err('Error: Rollout status watch exceeded timeout\n');
  return exits.timedOut;
}

function stateOf({ name, namespace, phase, message, waiting }: RolloutSummary): object {
  return { name, namespace, phase, message, ...(waiting && { waiting }) };
}

function writeState(session: Session, format: Format, seen: RolloutSummary): Promise<void> {
  return writeDocument(session, format, stateOf(seen), { line: true });
}

function lineOf({ phase, message }: RolloutSummary): string {
  return message === '' ? phase : `${phase} - ${message}`;
}
