import { SluiceError } from '../../../kernel/errors.ts';

/** What is wrong with an expression, or with this result for it. The message is what a user gets to see. */
export function problem(message: string): SluiceError {
  return new SluiceError('CONDITION_INVALID', message);
}

/** A text as Go quotes it; for the texts of expressions the same as JSON. */
export function quote(text: string): string {
  return JSON.stringify(text);
}
