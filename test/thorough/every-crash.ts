import { stories } from '../scenario/stories/index.ts';
import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';

/**
 * I9 for every story and every write: the operator dies once, after the first write in one play, the second in the next,
 * and so on until a play has fewer writes; a new operator takes over, and the story ends the same. Each of two test files
 * plays one half, so that they run beside each other.
 */
export function dieAfterEveryWrite(half: 0 | 1): void {
  const own = Object.entries(stories).filter((_, index) => index % 2 === half);
  describe('one crash after any write leads to the same end', () => {
    test.each(own)('%s', async (_, tell) => {
      const broken: string[] = [];
      for (let crashAfterWrite = 1; ; crashAfterWrite += 1) {
        const stage = await embeddedStage({ crashAfterWrite });
        const found = await tell(storyOn(stage))
          .then(() => stage.end())
          .catch((error: Error) => [error.message]);
        broken.push(...found.map((complaint) => `dying after write ${crashAfterWrite}: ${complaint}`));
        if (!stage.simulation.hasCrashed) break;
      }
      expect(broken).toEqual([]);
    });
  });
}
