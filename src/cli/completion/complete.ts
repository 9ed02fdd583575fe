import type { ResourceType } from '../../api/resources.ts';
import { globalFlags, groups } from '../program.ts';
import type { Flag, GlobalFlags, Host, Verb } from '../verb.ts';
import { namesOf } from './names-of.ts';

/** One thing that could stand at the cursor. */
export interface Candidate {
  readonly word: string;
  /** Empty when there is nothing to say. */
  readonly summary: string;
}

/** What could stand at the cursor: words, names of objects in the cluster, or a file. */
export interface Wanted {
  readonly words: readonly Candidate[];
  readonly type?: ResourceType;
  /** Names that stand in the line already. */
  readonly taken: readonly string[];
  readonly isFile: boolean;
  /** What the line says so far of the server and the namespace. */
  readonly globals: GlobalFlags;
}

const nothing = { words: [], taken: [], isFile: false };

/**
 * What the last of the words could become. The words before it are read as the command reads them, but nothing in them is
 * an error: a line that is being typed is not finished.
 */
export function wantedAt(words: readonly string[], verbs: readonly Verb[]): Wanted {
  const last = words.at(-1) ?? '';
  const seen = readLine(words.slice(0, -1), verbs);
  const { verb, path, names, open } = seen;
  const globals: GlobalFlags = seen.globals;
  if (open !== undefined) {
    const { choices = [], completes, flags } = open;
    const choice = choices.map((word) => ({ word, summary: '' }));
    const isFile = flags.includes('<FILE>') || flags.includes('<PATH>');
    return { ...nothing, words: choice, isFile, globals, ...(completes && { type: completes }) };
  }
  if (last.startsWith('-'))
    return { ...nothing, words: flagWords([...(verb?.flags ?? []), ...globalFlags]), globals };
  const next = verb?.arguments === undefined ? commandWords(path, verbs) : [];
  if (verb?.choices !== undefined && names.length === 0) {
    return { ...nothing, words: verb.choices.map((word) => ({ word, summary: '' })), globals };
  }
  if (verb?.completes === undefined) return { ...nothing, words: next, globals };
  const takesMore = names.length === 0 || (verb.arguments ?? '').includes('...');
  return { ...nothing, words: next, taken: names, globals, ...(takesMore && { type: verb.completes }) };
}

interface Line {
  readonly path: readonly string[];
  readonly verb: Verb | undefined;
  readonly names: readonly string[];
  readonly globals: Record<string, string>;
  /** A flag at the end that waits for its value. */
  readonly open: Flag | undefined;
}

function readLine(words: readonly string[], verbs: readonly Verb[]): Line {
  const path: string[] = [];
  const names: string[] = [];
  const globals: Record<string, string> = {};
  let verb: Verb | undefined;
  let open: Flag | undefined;
  for (const word of words) {
    if (open !== undefined) {
      if (globalFlags.includes(open)) globals[storedName(open)] = word;
      open = undefined;
    } else if (word.startsWith('-')) {
      const [name = '', value] = word.split('=', 2);
      const flag = [...(verb?.flags ?? []), ...globalFlags].find(({ flags }) =>
        spellings(flags).includes(name),
      );
      if (flag === undefined || !takesValue(flag)) continue;
      if (value === undefined) open = flag;
      else if (globalFlags.includes(flag)) globals[storedName(flag)] = value;
    } else {
      const deeper = verbOf([...path, word], verbs);
      if (deeper !== undefined || (verb === undefined && names.length === 0)) path.push(word);
      else names.push(word);
      verb = deeper ?? verb;
    }
  }
  return { path, verb, names, globals, open };
}

function verbOf(path: readonly string[], verbs: readonly Verb[]): Verb | undefined {
  return verbs.find(({ words, aliases = [] }) => {
    const own = words.split(' ');
    const last = path.at(-1) ?? '';
    const isBelow =
      own.length === path.length && own.slice(0, -1).every((word, index) => word === path[index]);
    return isBelow && [own.at(-1), ...aliases].includes(last);
  });
}

function commandWords(path: readonly string[], verbs: readonly Verb[]): Candidate[] {
  const found = new Map<string, string>();
  for (const { words, summary, hidden } of verbs) {
    const own = words.split(' ');
    const next = own[path.length];
    if (hidden === true || next === undefined || path.some((word, index) => word !== own[index])) continue;
    const upToNext = own.slice(0, path.length + 1).join(' ');
    if (!found.has(next)) found.set(next, upToNext === words ? summary : (groups[upToNext] ?? ''));
  }
  return [...found].map(([word, summary]) => ({ word, summary }));
}

function flagWords(flags: readonly Flag[]): Candidate[] {
  return flags.map((flag) => ({ word: spellings(flag.flags).at(-1) ?? '', summary: flag.summary }));
}

/** `-o, --output <FORMAT>` is written `-o` or `--output`. */
function spellings(flags: string): string[] {
  return flags.replace(/ [<[].*$/, '').split(/, */);
}

const takesValue = ({ flags }: Flag) => flags.includes('<');

/** `--request-timeout` is stored as `requestTimeout`. */
function storedName({ flags }: Flag): string {
  const long = (spellings(flags).at(-1) ?? '').slice(2);
  return long.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The last line of the answer: may the shell offer files (0), or nothing else (4)? As cobra's scripts and kubectl read it. */
const directives = { files: 0, nothingElse: 4 } as const;

/** Prints what the last word could become, a line each with its summary behind a tab, and how to go on. */
export async function complete(line: readonly string[], host: Host, verbs: readonly Verb[]): Promise<number> {
  // Windows PowerShell loses an empty word unless it is quoted; newer ones hand on the quotes
  const words = line.map((word) => (word === '""' ? '' : word));
  const wanted = wantedAt(words, verbs);
  const names = wanted.type === undefined ? [] : await namesOf(wanted.type, wanted.globals, host);
  const candidates = [
    ...wanted.words,
    ...names.filter((name) => !wanted.taken.includes(name)).map((word) => ({ word, summary: '' })),
  ];
  for (const { word, summary } of candidates) {
    if (word.startsWith(words.at(-1) ?? '')) host.out(summary === '' ? `${word}\n` : `${word}\t${summary}\n`);
  }
  host.out(`:${wanted.isFile ? directives.files : directives.nothingElse}\n`);
  return 0;
}
