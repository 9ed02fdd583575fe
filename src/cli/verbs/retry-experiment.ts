import { resources } from '../../api/resources.ts';
import { askingNote, type ConfirmOptions, isConfirmed, yesFlag } from '../confirm.ts';
import { forEachName, mergeInto } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `retry experiment`: forget how it went. The kind has no status subresource. */
export const retryExperiment: Verb<ConfirmOptions> = {
  words: 'retry experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME...>',
  completes: resources.experiments,
  summary: 'Start an experiment again',
  details: `What it has found so far is forgotten. ${askingNote}`,
  flags: [yesFlag],
  async run(session, names, options) {
    const question = `Forget what was found so far, and start again: ${names.join(', ')}?`;
    if (!(await isConfirmed(session, options, question))) return 1;
    await forEachName(names, async (name) => {
      await mergeInto(session, resources.experiments, name, { status: null });
      session.out(`experiment '${name}' retried\n`);
    });
    return 0;
  },
};
