import { resources } from '../../api/resources.ts';
import { viewExperiment } from '../../view/experiment-view.ts';
import { getOne } from '../get-one.ts';
import { followExperiment, readExperiment } from '../observe.ts';
import { renderExperiment } from '../render-experiment.ts';

/** `get experiment`: everything about one experiment on one screen. */
export const getExperiment = getOne(
  {
    words: 'get experiment',
    aliases: ['exp', 'experiments'],
    summary: 'Show an experiment with its pods and analysis runs',
  },
  {
    type: resources.experiments,
    read: readExperiment,
    follow: followExperiment,
    view: viewExperiment,
    render: renderExperiment,
  },
);
