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
