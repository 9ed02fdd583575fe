import type { Flag, Session } from './verb.ts';

export interface ConfirmOptions {
  readonly yes?: boolean;
}

/** Of every command that takes something away for good. */
export const yesFlag: Flag = { flags: '-y, --yes', summary: 'do not ask' };

/** For the details of such a command. */
export const askingNote =
  'Asks first at a terminal; --yes does not. A script, which nobody could answer for, is never asked.';

/**
 * May something be done that cannot be undone? Anything but a yes is a no, and is told. Where nobody can answer, as in a
 * pipeline, it is done: scripts written for the peer's plugin know no such question.
 */
export async function isConfirmed(
  { ask, err }: Session,
  { yes }: ConfirmOptions,
  question: string,
): Promise<boolean> {
  if (yes === true || ask === undefined) return true;
  if (/^\s*y(es)?\s*$/i.test(await ask(`${question} [y/N] `))) return true;
  err('Nothing was changed.\n');
  return false;
}
