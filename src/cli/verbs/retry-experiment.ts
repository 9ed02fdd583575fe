import { resources } from '../../api/resources.ts';
import { mergeInto } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `retry experiment`: forget how it went. The kind has no status subresource. */
export const retryExperiment: Verb = {
  words: 'retry experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME...>',
  summary: 'Start an experiment again',
  async run(session, names) {
    for (const name of names) {
      await mergeInto(session, resources.experiments, name, { status: null });
      session.out(`experiment '${name}' retried\n`);
    }
    return 0;
  },
};
