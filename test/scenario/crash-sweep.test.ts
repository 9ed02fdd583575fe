import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';
import { storiesWithCrashes } from './stories/index.ts';

/**
 * How far apart the crashes of one round are, in writes. Round 1 dies after writes 1, 6, 11…, round 2 after 2, 7, 12…: so there is
 * a crash after each write in turn, for a few plays of a story instead of one for each write.
 */
const apart = 5;
const rounds = Array.from({ length: apart }, (_, index) => index + 1);

/** I9: the operator dies after each of its writes in turn, a new one takes over each time, and the story ends the same. */
describe('a crash after any write leads to the same end', () => {
  test.each(Object.entries(storiesWithCrashes))(
    '%s',
    async (_, tell) => {
      const broken: string[] = [];
      for (const crashAfterWrite of rounds) {
        const stage = await embeddedStage({ crashAfterWrite, crashAgainEvery: apart });
        const found = await tell(storyOn(stage))
          .then(() => stage.end())
          .catch((error: Error) => [error.message]);
        broken.push(...found.map((complaint) => `dying after write ${crashAfterWrite}: ${complaint}`));
      }
      expect(broken).toEqual([]);
    },
    60_000,
  );
});
