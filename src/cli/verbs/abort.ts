import { resources } from '../../api/resources.ts';
import { forEachName, mergeIntoStatus } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `abort`: shut the canary off, and send all traffic to stable. */
export const abort: Verb = {
  words: 'abort',
  arguments: '<NAME...>',
  completes: resources.rollouts,
  summary: 'Stop a release and return its traffic to the stable version',
  details: 'The spec is left as it is: the rollout stays Degraded until a retry, an undo or a new version.',
  async run(session, names) {
    await forEachName(names, async (name) => {
      await mergeIntoStatus(session, name, { abort: true });
      session.out(`rollout '${name}' aborted\n`);
    });
    return 0;
  },
};
