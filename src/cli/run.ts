import { CommanderError } from 'commander';
import picocolors from 'picocolors';
import { errorTable, messageOf, SluiceError } from '../kernel/errors.ts';
import { ApiError } from '../ports/cluster.ts';
import { refuseEmpty, refuseFlags } from './connection-flags.ts';
import { namesAlone } from './kind-words.ts';
import { notServed } from './not-served.ts';
import { buildProgram, type Call, normalizeSwitches } from './program.ts';
import {
  type GlobalFlags,
  type Host,
  interruptedExit,
  type OpenCluster,
  type Session,
  UsageError,
  type Verb,
} from './verb.ts';
import { verbs as allVerbs } from './verbs/index.ts';

/** What the scripts of the completion call; the words behind it are those of an unfinished line. */
const completeWord = '__complete';

/** Runs one command line, without the program's own name, to its end. Resolves with the exit code; never throws. */
export async function runCommandLine(
  argv: readonly string[],
  host: Host,
  verbs: readonly Verb[] = allVerbs,
): Promise<number> {
  if (argv[0] === completeWord) {
    const { complete } = await import('./completion/complete.ts');
    return complete(argv.slice(1), host, verbs);
  }
  const found: Call[] = [];
  try {
    const program = buildProgram(host, verbs, (call) => found.push(call));
    program.parse(normalizeSwitches(argv, verbs), { from: 'user' });
  } catch (error) {
    return usageExit(error, host);
  }
  const call = found[0];
  return call === undefined ? 0 : runVerb(call, host);
}

/** Commander has told its own errors by the time it throws; help and version are no errors. */
function usageExit(error: unknown, host: Host): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 1;
  host.err(`Error: ${messageOf(error)}\n`);
  return 1;
}

async function runVerb({ verb, args, options, globals }: Call, host: Host): Promise<number> {
  let opened: Promise<OpenCluster> | undefined;
  let serverNow = () => host.clock.now();
  const session: Session = {
    ...host,
    globals,
    colors: picocolors.createColors(host.hasColors && options.color !== false),
    open: () => {
      opened ??= host.connect(globals).then((connection) => {
        if (connection.now !== undefined) serverNow = connection.now;
        return { ...connection, namespace: globals.namespace ?? connection.namespace };
      });
      return opened;
    },
    serverNow: () => serverNow(),
  };
  try {
    if (verb.passesThrough !== true) refuseFlags(globals); // it knows its flags itself
    refuseEmpty(globals);
    refuseNames(globals, verb, args);
    return (await verb.run(session, namesAlone(verb, args), options)) ?? 0;
  } catch (error) {
    if (host.signal.aborted) return interruptedExit; // what broke, broke because of it
    for (const one of error instanceof AggregateError ? error.errors : [error]) {
      host.err(describeError(one, verb, host));
      host.err(await whereItLooked(one, session, opened));
      if (globals.loglevel === 'debug' && one instanceof Error) host.err(`${one.stack}\n`);
    }
    return 1;
  } finally {
    await opened?.then((connection) => connection.close?.()).catch(() => {});
  }
}

/** A name that is empty would make of an object the list of all; a namespace that cannot be is a mistake, not an empty place. */
function refuseNames({ namespace }: GlobalFlags, verb: Verb, args: readonly string[]): void {
  if (namespace !== undefined && !/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) {
    throw new UsageError(`"${namespace}" is no name of a namespace`);
  }
  if (verb.passesThrough === true || !args.some((word) => word.trim() === '')) return;
  throw new UsageError(`${verb.arguments ?? 'an argument'} is empty; is a variable not set?`);
}

/** Most names that are not found are near misses, or those of another namespace. */
async function whereItLooked(
  error: unknown,
  session: Session,
  opened: Promise<OpenCluster> | undefined,
): Promise<string> {
  if (!(error instanceof SluiceError) || error.facts.isNamespaced !== true || opened === undefined) return '';
  const { whereToLook } = await import('./where-to-look.ts');
  return whereToLook(error.facts, await opened, session);
}

/** One line of what is wrong, and where the next move is not obvious, one of what to do. */
function describeError(error: unknown, verb: Verb, host: Host): string {
  const line = `Error: ${messageOf(error)}\n`;
  if (error instanceof UsageError)
    return `${line}Run "${host.programName} ${verb.words} --help" for its flags.\n`;
  if (error instanceof SluiceError && error.code !== 'NOT_FOUND') return `${line}${error.entry.help}\n`;
  if (!(error instanceof ApiError)) return line;
  if (error.status === 0) return describeUnanswered(error);
  if (error.status === 404 && error.reason === '') return `Error: ${notServed}\n`;
  if (error.status === 401) return `${line}The API server does not accept the credentials of this context.\n`;
  return line;
}

function describeUnanswered({ reason, message }: ApiError): string {
  if (reason in errorTable) return `Error: ${message}\n`; // no credentials: nothing was asked
  const problem = `Error: the API server does not answer: ${message}\n`;
  return reason === 'Untrusted'
    ? `${problem}Check certificate-authority-data of the context's cluster, or name the file with --certificate-authority.\n`
    : `${problem}Check the current context (kubectl config current-context), or name a kubeconfig with --kubeconfig.\n`;
}
