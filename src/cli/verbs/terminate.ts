import { resources } from '../../api/resources.ts';
import { askingNote, type ConfirmOptions, isConfirmed, yesFlag } from '../confirm.ts';
import { forEachName, mergeInto } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `terminate analysisrun`: end a run with the verdict it has so far. */
export const terminateAnalysisRun: Verb<ConfirmOptions> = {
  words: 'terminate analysisrun',
  aliases: ['ar', 'analysisruns'],
  arguments: '<NAME...>',
  completes: resources.analysisRuns,
  summary: 'End an analysis run with the verdict it has so far',
  details: askingNote,
  flags: [yesFlag],
  async run(session, names, options) {
    const question = `End ${listed('analysis run', names)} for good?`;
    if (!(await isConfirmed(session, options, question))) return 1;
    await forEachName(names, async (name) => {
      await mergeInto(session, resources.analysisRuns, name, { spec: { terminate: true } });
      session.out(`analysisRun '${name}' terminated\n`);
    });
    return 0;
  },
};

/** `terminate experiment`: end an experiment and scale its pods down. */
export const terminateExperiment: Verb<ConfirmOptions> = {
  words: 'terminate experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME...>',
  completes: resources.experiments,
  summary: 'End an experiment and remove its pods',
  details: askingNote,
  flags: [yesFlag],
  async run(session, names, options) {
    const question = `End ${listed('experiment', names)} and remove the pods?`;
    if (!(await isConfirmed(session, options, question))) return 1;
    await forEachName(names, async (name) => {
      await mergeInto(session, resources.experiments, name, { spec: { terminate: true } });
      session.out(`experiment '${name}' terminated\n`);
    });
    return 0;
  },
};

function listed(noun: string, names: readonly string[]): string {
  return `${noun}${names.length === 1 ? '' : 's'} ${names.map((name) => `'${name}'`).join(', ')}`;
}
