import type { StringMatch } from '../../api/split.ts';

export interface PathMatch {
  /** Default: PathPrefix. */
  readonly type?: string;
  /** Default: `/`. */
  readonly value?: string;
}

/** The members of a rule's match that a mirror narrows. */
export interface RouteMatch {
  readonly path?: PathMatch;
  readonly method?: unknown;
  readonly headers?: readonly unknown[];
  readonly [member: string]: unknown;
}

const everything = { type: 'PathPrefix', value: '/' };

/** The path that fits both: the longer of two prefixes, or the exact one within; undefined when none does. */
export function narrowedPath(own: PathMatch = everything, asked?: StringMatch): PathMatch | undefined {
  const wanted = asked === undefined ? everything : pathOf(asked);
  if (isEverything(wanted)) return own;
  if (isEverything(own)) return wanted;
  if (isWithin(wanted, own)) return wanted;
  return isWithin(own, wanted) ? own : undefined;
}

function pathOf({ exact, prefix, regex }: StringMatch): PathMatch {
  if (exact !== undefined && exact !== '') return { type: 'Exact', value: exact };
  if (regex !== undefined && regex !== '') return { type: 'RegularExpression', value: regex };
  return { type: 'PathPrefix', value: prefix ?? '/' };
}

function isEverything({ type = 'PathPrefix', value = '/' }: PathMatch): boolean {
  return type === 'PathPrefix' && value === '/';
}

/** A prefix counts whole parts of a path: `/shop` has `/shop/cart` in it, and not `/shopping`. */
function isWithin(inner: PathMatch, outer: PathMatch): boolean {
  if (inner.type === 'RegularExpression' || outer.type === 'RegularExpression') return false;
  const [{ value = '/' }, { value: around = '/' }] = [inner, outer];
  if (outer.type === 'Exact') return inner.type === 'Exact' && value === around;
  const prefix = around.replace(/\/$/, '');
  return value === around || value === prefix || value.startsWith(`${prefix}/`);
}
