import { resources } from '../../api/resources.ts';
import { mergeInto } from '../targets.ts';
import type { Verb } from '../verb.ts';

/** `terminate analysisrun`: end a run with the verdict it has so far. */
export const terminateAnalysisRun: Verb = {
  words: 'terminate analysisrun',
  aliases: ['ar', 'analysisruns'],
  arguments: '<NAME...>',
  summary: 'End an analysis run with the verdict it has so far',
  async run(session, names) {
    for (const name of names) {
      await mergeInto(session, resources.analysisRuns, name, { spec: { terminate: true } });
      session.out(`analysisRun '${name}' terminated\n`);
    }
    return 0;
  },
};

/** `terminate experiment`: end an experiment and scale its pods down. */
export const terminateExperiment: Verb = {
  words: 'terminate experiment',
  aliases: ['exp', 'experiments'],
  arguments: '<NAME...>',
  summary: 'End an experiment and remove its pods',
  async run(session, names) {
    for (const name of names) {
      await mergeInto(session, resources.experiments, name, { spec: { terminate: true } });
      session.out(`experiment '${name}' terminated\n`);
    }
    return 0;
  },
};
