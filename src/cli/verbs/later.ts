import { SluiceError } from '../../kernel/errors.ts';
import type { Verb } from '../verb.ts';

/** Commands of the peer's plugin that are not there; a script that calls one is told what to do instead. */
function refusedVerb(words: string, instead: string): Verb {
  return {
    words,
    summary: `Not there: ${instead}`,
    passesThrough: true,
    hidden: true,
    async run() {
      throw new SluiceError('NOT_SUPPORTED', `there is no ${words} command; ${instead}`, { command: words });
    },
  };
}

export const notifications = refusedVerb(
  'notifications',
  'this version sends no notifications; watch the events and the metrics of the controller instead',
);
