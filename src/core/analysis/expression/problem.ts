import { SluiceError } from '../../../kernel/errors.ts';

/** A part of an expression, in characters from its start; `end` is the first that does not belong to it. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** What is wrong with an expression, or with this result for it. The message is what a user gets to see. */
export function problem(message: string, place?: Place): SluiceError {
  const facts = place === undefined ? {} : { start: place.start, end: place.end };
  return new SluiceError('CONDITION_INVALID', message, facts);
}

/** Where in its expression a problem was found; undefined when it is about all of it, or is no problem of an expression. */
export function placeOf(error: unknown): Place | undefined {
  if (!isProblem(error)) return undefined;
  const { start, end } = error.facts;
  return typeof start === 'number' && typeof end === 'number' ? { start, end } : undefined;
}

/** `(line:column)`, both from 1, as the language itself says it. */
export function whereIs({ start }: Place, source: string): string {
  const before = source.slice(0, start).split('\n');
  return `(${before.length}:${(before.at(-1) ?? '').length + 1})`;
}

/** Does what `walk` does; a problem without a place gets that of the node at which the walker stood. */
export function atPlace<T>(walker: { readonly current?: { readonly place?: Place } }, walk: () => T): T {
  try {
    return walk();
  } catch (error) {
    const place = walker.current?.place;
    if (placeOf(error) !== undefined || place === undefined || !isProblem(error)) throw error;
    throw problem(error.message, place);
  }
}

function isProblem(error: unknown): error is SluiceError {
  return error instanceof SluiceError && error.code === 'CONDITION_INVALID';
}

/** A text as Go quotes it; for the texts of expressions the same as JSON. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
