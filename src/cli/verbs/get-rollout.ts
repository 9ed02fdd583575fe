import { resources } from '../../api/resources.ts';
import { viewRollout } from '../../view/rollout-view.ts';
import { getOne } from '../get-one.ts';
import { followRollout, readRollout } from '../observe.ts';
import { renderRollout } from '../render-rollout.ts';

/** `get rollout`: everything about one rollout on one screen. */
export const getRolloutVerb = getOne(
  {
    words: 'get rollout',
    aliases: ['ro', 'rollouts'],
    summary: 'Show a rollout with its revisions, pods and analysis runs',
  },
  {
    type: resources.rollouts,
    read: readRollout,
    follow: followRollout,
    view: viewRollout,
    render: renderRollout,
  },
);
