import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';
import { stories } from './stories/index.ts';

describe('the stories on the embedded cluster, with the invariants watched', () => {
  test.each(Object.entries(stories))('%s', async (_, tell) => {
    const story = storyOn(await embeddedStage());
    await tell(story);
    expect(await story.stage.end()).toEqual([]);
  });
});
