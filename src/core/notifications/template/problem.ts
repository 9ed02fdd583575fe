import { SluiceError } from '../../../kernel/errors.ts';

/** What is wrong with a template, or with these values for it. The message is what a user gets to see. */
export function problem(message: string): SluiceError {
  return new SluiceError('NOTIFICATION_TEMPLATE_INVALID', message);
}
