import { resources } from '../../api/resources.ts';
import { viewExperiment } from '../../view/experiment-view.ts';
import { type ExperimentSnapshot, followExperiment, readExperiment } from '../observe.ts';
import { type OutputOptions, outputFlag, outputFormatOf, refuseWatched, writeDocument } from '../output.ts';
import { renderExperiment } from '../render-experiment.ts';
import { notFound } from '../targets.ts';
import type { Session, Verb } from '../verb.ts';
import { timeoutOf, type WatchOptions, watchDetails, watchFlags, watchScreen } from '../watch-screen.ts';

const formats = ['json', 'yaml'] as const;

/** `get experiment`: everything about one experiment on one screen. */
export const getExperiment: Verb<WatchOptions & OutputOptions> = {
  words: 'get experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME>',
  completes: resources.experiments,
  summary: 'Show an experiment with its pods and analysis runs',
  details: watchDetails,
  flags: [...watchFlags, outputFlag(formats)],
  async run(session, [name = ''], options) {
    const timeout = timeoutOf(options);
    const format = outputFormatOf(options, formats);
    refuseWatched(options);
    if (options.watch !== true) {
      const seen = await readExperiment(session, name);
      if (format === undefined) session.out(render(session, seen, name));
      else await writeDocument(session, format, viewExperiment({ ...seen, now: session.clock.now() }));
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
