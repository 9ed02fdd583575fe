import { Command, Option } from 'commander';
import { resources } from '../api/resources.ts';
import { connectionFlags, refusedFlags } from './connection-flags.ts';
import { meantBy } from './kind-words.ts';
import type { Flag, GlobalFlags, Host, Verb } from './verb.ts';

/** A verb that was asked for, with everything the command line said. */
export interface Call {
  readonly verb: Verb;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, unknown>>;
  readonly globals: GlobalFlags;
}

/** Words of verbs that take another one behind them. */
export const groups: Readonly<Record<string, string>> = {
  get: 'Show one object and what belongs to it',
  list: 'List objects, a line each',
  notifications: 'Show and try what notifications are sent',
  'notifications template': 'Show and try what they say',
  'notifications trigger': 'Show and try when they are sent',
  retry: 'Start an aborted release again',
  set: 'Change a field of an object',
  terminate: 'End an analysis with the verdict it has so far',
};

export const globalFlags: readonly Flag[] = [
  {
    flags: '-n, --namespace <NAME>',
    summary: 'namespace to work in (default: that of the context)',
    completes: resources.namespaces,
  },
  ...connectionFlags,
  {
    flags: '--loglevel <LEVEL>',
    summary: 'debug, info, warn or error; debug adds the stack to an error',
    choices: ['debug', 'info', 'warn', 'error'],
  },
];

/** The whole command line. `call` is told the verb that it names; help and usage errors are dealt with here. */
export function buildProgram(host: Host, verbs: readonly Verb[], call: (call: Call) => void): Command {
  const program = new Command(host.programName)
    .description('Progressive delivery for Kubernetes: releases that open step by step, and shut at once.')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: host.out,
      writeErr: host.err,
      outputError: (text, write) => {
        const meant = text.includes("'--version'") ? `(Did you mean ${host.programName} version?)\n` : '';
        write(`${text.replace(/^error: /, 'Error: ')}${meant}`);
      },
    })
    .exitOverride()
    .showSuggestionAfterError();
  for (const flag of globalFlags) program.addOption(optionOf(flag));
  for (const flag of refusedFlags) program.addOption(optionOf(flag).hideHelp());
  const parents = new Map<string, Command>();
  const suggesting = (path: string, given: () => readonly string[]) => ({
    outputError(text: string, write: (text: string) => void) {
      const meant = text.includes('(Did you mean ') ? [] : meantBy(path, given(), verbs);
      const commands = meant.map((command) => `${program.name()} ${command}`);
      const hint = commands.length === 0 ? '' : `(Did you mean ${commands.join(', or ')}?)\n`;
      write(`${text.replace(/^error: /, 'Error: ')}${hint}`);
    },
  });
  /** The command of these words; a group of commands where there is none yet. */
  const parentOf = (words: readonly string[]): Command => {
    const path = words.join(' ');
    const known = words.length === 0 ? program : parents.get(path);
    if (known !== undefined) return known;
    const group: Command = parentOf(words.slice(0, -1))
      .command(words.at(-1) ?? '')
      .description(groups[path] ?? '')
      .configureOutput(suggesting(path, () => group.args))
      .showHelpAfterError(hintAt(`${program.name()} ${path}`));
    parents.set(path, group);
    return group;
  };
  for (const verb of verbs) {
    const words = verb.words.split(' ');
    const parent = parentOf(words.slice(0, -1));
    const command = addVerb(parent, words.at(-1) ?? '', verb, program, call);
    parents.set(verb.words, command.configureOutput(suggesting(verb.words, () => command.args)));
  }
  program.showHelpAfterError(hintAt(program.name()));
  program.helpCommand('help [command]', 'Explain a command');
  return program;
}

function addVerb(
  parent: Command,
  word: string,
  verb: Verb,
  program: Command,
  call: (call: Call) => void,
): Command {
  const command = parent
    .command(word, { hidden: verb.hidden === true })
    .summary(verb.summary)
    .description(verb.details === undefined ? `${verb.summary}.` : `${verb.summary}.\n\n${verb.details}`)
    .aliases([...(verb.aliases ?? [])]);
  if (verb.arguments !== undefined) command.arguments(verb.arguments);
  for (const flag of verb.flags ?? []) command.addOption(optionOf(flag));
  if (verb.passesThrough === true) command.allowUnknownOption().allowExcessArguments().helpOption(false);
  const usage = `Usage: ${program.name()} ${verb.words} ${command.usage()}`;
  command.showHelpAfterError(`${usage}\nRun "${program.name()} ${verb.words} --help" for its flags.`);
  command.action(() => {
    if (parent !== program) refuseOptionsOf(parent, command);
    call({ verb, args: command.args, options: command.opts(), globals: program.opts() });
  });
  return command;
}

/** A command reads the flags of the one above it, too; for `create analysisrun -f FILE` that would be in silence. */
function refuseOptionsOf(parent: Command, command: Command): void {
  for (const option of parent.options) {
    if (parent.getOptionValueSource(option.attributeName()) !== 'cli') continue;
    command.error(`error: unknown option '${option.long ?? option.flags}'`);
  }
}

/** After a word that is none of the commands. */
function hintAt(path: string): string {
  return `Run "${path} --help" for the commands there are.`;
}

function optionOf({ flags, summary, fallback, repeatable }: Flag): Option {
  const option = new Option(flags, summary);
  if (fallback !== undefined) option.default(fallback);
  if (repeatable === true) {
    option.argParser((value: string, previous: string[] | undefined) => [...(previous ?? []), value]);
  }
  return option;
}

/**
 * Go's spelling of switches, `--watch=false` and `-w=true`, as scripts written for the peer use it, turned into
 * the one that commander knows: the switch, its `--no-` twin, or nothing.
 */
export function normalizeSwitches(argv: readonly string[], verbs: readonly Verb[]): string[] {
  const switches = new Map<string, string>();
  for (const { flags } of [...globalFlags, ...refusedFlags, ...verbs.flatMap((verb) => verb.flags ?? [])]) {
    if (flags.includes('<') || flags.includes('[')) continue;
    const names = flags.split(/, */);
    for (const name of names) switches.set(name, names.at(-1) ?? name);
  }
  const end = argv.indexOf('--');
  return argv.flatMap((word, index) => {
    const match = /^(--?[a-z][a-z-]*)=(true|false|t|f|1|0)$/i.exec(word);
    const long = switches.get(match?.[1] ?? '');
    if (match === null || long === undefined || (end !== -1 && index > end)) return [word];
    if (/^(t|true|1)$/i.test(match[2] as string)) return [long];
    const negated = `--no-${long.slice(2)}`;
    return switches.has(negated) ? [negated] : [];
  });
}
