import { resources } from '../../api/resources.ts';
import { viewRollout } from '../../view/rollout-view.ts';
import { followRollout, readRollout, type Snapshot } from '../observe.ts';
import { type OutputOptions, outputFlag, outputFormatOf, refuseWatched, writeDocument } from '../output.ts';
import { renderRollout } from '../render-rollout.ts';
import { notFound } from '../targets.ts';
import type { Session, Verb } from '../verb.ts';
import { timeoutOf, type WatchOptions, watchDetails, watchFlags, watchScreen } from '../watch-screen.ts';

const formats = ['json', 'yaml'] as const;

/** `get rollout`: everything about one rollout on one screen. */
export const getRolloutVerb: Verb<WatchOptions & OutputOptions> = {
  words: 'get rollout',
  aliases: ['ro', 'rollouts'],
  arguments: '<NAME>',
  completes: resources.rollouts,
  summary: 'Show a rollout with its revisions, pods and analysis runs',
  details: watchDetails,
  flags: [...watchFlags, outputFlag(formats)],
  async run(session, [name = ''], options) {
    const timeout = timeoutOf(options);
    const format = outputFormatOf(options, formats);
    refuseWatched(options);
    if (options.watch !== true) {
      const seen = await readRollout(session, name);
      if (format === undefined) session.out(render(session, seen, name));
      else await writeDocument(session, format, viewRollout({ ...seen, now: session.clock.now() }));
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
