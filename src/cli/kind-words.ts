import type { ResourceType } from '../api/resources.ts';
import { UsageError, type Verb } from './verb.ts';

const shortNames: Readonly<Record<string, string>> = { Rollout: 'ro', Experiment: 'exp', AnalysisRun: 'ar' };

/** Is this how kubectl lets one write the kind: `rollout`, `rollouts`, `ro`, `rollout.argoproj.io`? */
export function isKindWord(word: string, { kind, plural, group }: ResourceType): boolean {
  const singular = kind.toLowerCase();
  const names = [singular, plural, shortNames[kind], `${singular}.${group}`, `${plural}.${group}`];
  return names.includes(word.toLowerCase());
}

/**
 * The arguments with names alone, where one is written as `-o name` prints it and kubectl takes it: `rollout.argoproj.io/shop`.
 * Throws a UsageError for one of another kind.
 */
export function namesAlone({ completes, arguments: form = '' }: Verb, args: readonly string[]): string[] {
  const count = form.includes('...') ? args.length : 1;
  return args.map((word, index) => {
    const slash = word.indexOf('/');
    if (completes === undefined || index >= count || slash === -1) return word;
    const name = word.slice(slash + 1);
    if (isKindWord(word.slice(0, slash), completes) && name !== '' && !name.includes('/')) return name;
    const kind = completes.kind.toLowerCase();
    throw new UsageError(`"${word}" is no ${kind}; write its name alone, or ${kind}/NAME`);
  });
}

/**
 * What was probably meant by a line that is not understood, a command each: a name in the place of the kind, as `retry shop` has it,
 * or a kind before the name of a command that takes one kind only. Without the program's name; empty when nothing is near.
 */
export function meantBy(path: string, words: readonly string[], verbs: readonly Verb[]): string[] {
  const flagAt = words.findIndex((word) => word.startsWith('-'));
  const names = flagAt === -1 ? words : words.slice(0, flagAt);
  return verbs
    .filter(({ completes, hidden }) => completes !== undefined && hidden !== true)
    .flatMap((verb) => {
      const isParent = verb.words.startsWith(`${path} `);
      const isItself = verb.words === path && isKindWord(names[0] ?? '', verb.completes as ResourceType);
      const given = isItself ? names.slice(1) : names;
      const wanted = (verb.arguments ?? '').split(' ').length;
      const fits = verb.arguments?.includes('...') ? given.length > 0 : given.length === wanted;
      return (isParent || isItself) && fits ? [`${verb.words} ${given.join(' ')}`] : [];
    });
}
