import type { StringMatch } from '../../api/split.ts';
import { anchoredPattern } from '../series/labels.ts';

/** Whether a whole text fits an RE2 pattern; one that cannot be read fits nothing, as proxies that refuse it send nothing there. */
export function fitsPattern(pattern: string, text: string): boolean {
  try {
    return anchoredPattern(pattern).matcher(text).find();
  } catch {
    return false;
  }
}

/** Whether a part of the text fits an RE2 pattern. */
export function containsPattern(pattern: string, text: string): boolean {
  return fitsPattern(`.*(?:${pattern}).*`, text);
}

/** Whether two host names have one in common: `*` takes all, `*.example.com` all names below and not `example.com` itself. */
export function hostsOverlap(one: string, other: string): boolean {
  const covers = (pattern: string, name: string) =>
    pattern === '*' || pattern === name || (pattern.startsWith('*.') && name.endsWith(pattern.slice(1)));
  return covers(one, other) || covers(other, one);
}

/** Istio's way to ask for a text. `{}` asks only for it to be there. */
export function holds(match: StringMatch | undefined, value: string): boolean {
  if (match === undefined) return true;
  if (match.exact !== undefined) return value === match.exact;
  if (match.prefix !== undefined) return value.startsWith(match.prefix);
  if (match.regex !== undefined) return fitsPattern(match.regex, value);
  return true;
}

/** A path that fits a pattern, made by taking the first of every choice; `/` when that does not lead to one. */
export function pathFitting(pattern: string): string {
  let path = pattern.replace(/^\^|\$$|\(\?\w+\)/g, '');
  for (let before = ''; before !== path; ) {
    before = path;
    path = path.replace(/\((?:\?:|\?P?<\w+>)?([^()|]*)(?:\|[^()]*)?\)/g, '$1');
  }
  path = path
    .replace(/\[\^[^\]]*\]/g, 'a')
    .replace(/\[(.)[^\]]*\]/g, '$1')
    .replace(/\\d/g, '0')
    .replace(/\\w/g, 'a')
    .replace(/(\\?.)\{(\d+)[^}]*\}/g, (_, char: string, count: string) => char.repeat(Number(count)))
    .replace(/\.[*?]/g, '')
    .replace(/\.\+?/g, 'a')
    .replace(/\\(.)/g, '$1')
    .replace(/.[*?]/g, '')
    .replace(/\+/g, '');
  return fitsPattern(pattern, path) ? path : '/';
}
