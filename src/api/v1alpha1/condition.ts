import { object, oneOf, text, time } from './schema.ts';

/** A condition of a Rollout or an Experiment. All six members are always there. */
export const conditionSchema = object({
  type: text('What the condition is about.'),
  status: oneOf<'True' | 'False' | 'Unknown'>('True, False or Unknown.'),
  reason: text('Why, in one word.'),
  message: text('Why, in words.'),
  lastTransitionTime: time('When the status last changed.'),
  lastUpdateTime: time('When reason or message last changed.'),
});
