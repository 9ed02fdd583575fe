import { resources } from '../../api/resources.ts';
import { viewRollout } from '../../view/rollout-view.ts';
import { followRollout, readRollout, type Snapshot } from '../observe.ts';
import { renderRollout } from '../render-rollout.ts';
import { notFound } from '../targets.ts';
import type { Session, Verb } from '../verb.ts';
import { timeoutOf, type WatchOptions, watchFlags, watchScreen } from '../watch-screen.ts';

/** `get rollout`: everything about one rollout on one screen. */
export const getRolloutVerb: Verb<WatchOptions> = {
  words: 'get rollout',
  aliases: ['ro', 'rollouts'],
  arguments: '<NAME>',
  summary: 'Show a rollout with its revisions, pods and analysis runs',
  flags: watchFlags,
  async run(session, [name = ''], options) {
    const timeout = timeoutOf(options);
    if (options.watch !== true) {
      session.out(render(session, await readRollout(session, name), name));
      return 0;
    }
    return await watchScreen(session, timeout, async (signal) => {
      const { snapshot, changes } = await followRollout(session, name, signal);
      return { changes, text: () => render(session, snapshot(), name) };
    });
  },
};

function render({ colors, clock }: Session, snapshot: Snapshot | undefined, name: string): string {
  if (snapshot === undefined) throw notFound(resources.rollouts, name);
  const now = clock.now();
  return renderRollout(viewRollout({ ...snapshot, now }), { colors, now });
}
