import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';
import { storiesWithCrashes } from './stories/index.ts';

/** I9: the operator dies after each of its writes in turn, a new one takes over, and the story ends the same. */
describe('a crash after any write leads to the same end', () => {
  test.each(Object.entries(storiesWithCrashes))(
    '%s',
    async (_, tell) => {
      const broken: string[] = [];
      for (let crashAfterWrite = 1; ; crashAfterWrite += 1) {
        const stage = await embeddedStage({ crashAfterWrite });
        const found = await tell(storyOn(stage))
          .then(() => stage.end())
          .catch((error: Error) => [error.message]);
        broken.push(...found.map((complaint) => `crash after write ${crashAfterWrite}: ${complaint}`));
        if (!stage.simulation.hasCrashed) break;
      }
      expect(broken).toEqual([]);
    },
    120_000,
  );
});
