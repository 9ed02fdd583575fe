import { resources } from '../../api/resources.ts';
import { forEachName, mergeInto } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `pause`: hold a release where it is. */
export const pause: Verb = {
  words: 'pause',
  arguments: '<NAME...>',
  completes: resources.rollouts,
  summary: 'Hold a release where it is until it is promoted',
  async run(session, names) {
    await forEachName(names, async (name) => {
      await mergeInto(session, resources.rollouts, name, { spec: { paused: true } });
      session.out(`rollout '${name}' paused\n`);
    });
    return 0;
  },
};
