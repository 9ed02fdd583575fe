import { blueGreenStories } from './blue-green.ts';
import { canaryStories } from './canary.ts';
import { experimentStories } from './experiments.ts';
import { safetyStories } from './safety.ts';
import { upkeepStories } from './upkeep.ts';

/** All stories, by title. They are played on the embedded cluster, on it with crashes, and on a real API server. */
export const stories = {
  ...canaryStories,
  ...blueGreenStories,
  ...upkeepStories,
  ...experimentStories,
  ...safetyStories,
};

/** Experiments make the same writes in many stories; these have all of them. The others would cost minutes of crashes. */
const experimentsWithCrashes = [
  'an experiment of its own runs for its time and then takes itself down',
  'a required analysis ends an experiment when it has succeeded, whatever else still goes on',
  'weighted templates get their share of stable’s traffic, and lose it before they lose their pods',
  'a failed experiment aborts the release',
];

/** The stories that are played once for each write that the operator may die after. */
export const storiesWithCrashes: typeof stories = Object.fromEntries(
  Object.entries(stories).filter(
    ([title]) => !(title in experimentStories) || experimentsWithCrashes.includes(title),
  ),
);
