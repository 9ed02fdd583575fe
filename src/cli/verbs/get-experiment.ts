import { resources } from '../../api/resources.ts';
import { viewExperiment } from '../../view/experiment-view.ts';
import { type ExperimentSnapshot, followExperiment, readExperiment } from '../observe.ts';
import { renderExperiment } from '../render-experiment.ts';
import { notFound } from '../targets.ts';
import type { Session, Verb } from '../verb.ts';
import { timeoutOf, type WatchOptions, watchFlags, watchScreen } from '../watch-screen.ts';

/** `get experiment`: everything about one experiment on one screen. */
export const getExperiment: Verb<WatchOptions> = {
  words: 'get experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME>',
  summary: 'Show an experiment with its pods and analysis runs',
  flags: watchFlags,
  async run(session, [name = ''], options) {
    const timeout = timeoutOf(options);
    if (options.watch !== true) {
      session.out(render(session, await readExperiment(session, name), name));
      return 0;
    }
    return await watchScreen(session, timeout, async (signal) => {
      const { snapshot, changes } = await followExperiment(session, name, signal);
      return { changes, text: () => render(session, snapshot(), name) };
    });
  },
};

function render({ colors, clock }: Session, snapshot: ExperimentSnapshot | undefined, name: string): string {
  if (snapshot === undefined) throw notFound(resources.experiments, name);
  const now = clock.now();
  return renderExperiment(viewExperiment({ ...snapshot, now }), { colors, now });
}
