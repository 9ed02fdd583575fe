import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';
import { expectedEvents, toldBy } from './events.ts';
import { misjudged } from './health.ts';
import { stories } from './stories/index.ts';

describe('the stories on the embedded cluster, with the invariants watched and the health judged', () => {
  test.each(Object.entries(stories))('%s', async (title, tell) => {
    const stage = await embeddedStage();
    await tell(storyOn(stage));
    expect(await stage.end()).toEqual([]);
    expect(misjudged(stage.record)).toEqual([]);
    const events = expectedEvents[title];
    if (events !== undefined) expect(toldBy(stage.record.events)).toBe(events.join(' '));
  });

  test('every list of events belongs to a story', () => {
    expect(Object.keys(expectedEvents).filter((title) => stories[title] === undefined)).toEqual([]);
  });
});
