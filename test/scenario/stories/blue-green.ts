import type { Story } from '../../support/story.ts';

type Stories = Record<string, (story: Story) => Promise<void>>;

export const blueGreenStories: Stories = {
  'the active Service switches once the new version is up': async ({ given, when, then }) => {
    await given.blueGreen({ replicas: 3 });
    await then.service('shop-active', 'shop:v1');
    await when.image('shop:v2');
    await then.service('shop-preview', 'shop:v2');
    await then.phase('Healthy');
    await then.service('shop-active', 'shop:v2');
    await then.stable('shop:v2');
    await when.timePasses(35);
    await then.pods('shop:v1', 0);
  },

  'a good pre-promotion analysis opens the gate': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.blueGreen({
      blueGreen: { prePromotionAnalysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.run('PrePromotion', 'Successful');
    await then.phase('Healthy');
    await then.service('shop-active', 'shop:v2');
  },

  'a bad pre-promotion analysis leaves the active Service where it is': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.2);
    await given.template('errors', 'error-rate', 0.05);
    await given.blueGreen({
      blueGreen: { prePromotionAnalysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.phase('Degraded', /pre-promotion analysis phase error\/failed/);
    await then.service('shop-active', 'shop:v1');
    await then.stable('shop:v1');
  },

  'without automatic promotion a person opens the gate': async ({ given, when, then }) => {
    await given.blueGreen({ blueGreen: { autoPromotionEnabled: false } });
    await when.image('shop:v2');
    await then.phase('Paused', 'BlueGreenPause');
    await then.service('shop-active', 'shop:v1');
    await when.promoted();
    await then.phase('Healthy');
    await then.service('shop-active', 'shop:v2');
  },
};
