import { resources } from '../../api/resources.ts';
import { forEachName, mergeIntoStatus } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `retry rollout`: start an aborted release again, from its first step. */
export const retryRollout: Verb = {
  words: 'retry rollout',
  aliases: ['ro', 'rollouts'],
  arguments: '<NAME...>',
  completes: resources.rollouts,
  summary: 'Start an aborted release again, from its first step',
  async run(session, names) {
    await forEachName(names, async (name) => {
      await mergeIntoStatus(session, name, { abort: false });
      session.out(`rollout '${name}' retried\n`);
    });
    return 0;
  },
};
