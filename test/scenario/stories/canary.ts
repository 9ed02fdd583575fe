import { analysis, pause, type Story, setWeight } from '../../support/story.ts';

type Stories = Record<string, (story: Story) => Promise<void>>;

/** Canary releases over Istio and without a router. */
export const canaryStories: Stories = {
  'a good release opens step by step and becomes stable': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause('1m'), setWeight(50), pause('1m')] });
    await when.image('shop:v2');
    await then.weight(25);
    await then.phase('Paused', 'CanaryPauseStep');
    await then.pods('shop:v2', 1);
    await when.timePasses(60);
    await then.weight(50);
    await then.pods('shop:v2', 2);
    await when.timePasses(60);
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.service('shop-stable', 'shop:v2');
    await then.weight(0);
  },

  'a release that raises the error rate goes back to stable and stays there': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({ steps: [setWeight(25), analysis('errors'), setWeight(50), pause()] });
    await when.metric('error-rate', 0.2);
    await when.image('shop:v2');
    await then.phase(
      'Degraded',
      /RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase error\/failed/,
    );
    await then.run('Step', 'Failed');
    await then.weight(0);
    await then.stable('shop:v1');
    await then.service('shop-stable', 'shop:v1');
    await when.metric('error-rate', 0.001);
    await when.timePasses(120);
    await then.phase('Degraded');
    await then.weight(0);
  },

  'a background analysis shuts the release at whatever step it is': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05, { count: undefined });
    await given.canary({
      steps: [setWeight(25), pause('1m'), setWeight(50), pause('10m')],
      canary: { analysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.weight(25);
    await when.timePasses(60);
    await then.weight(50);
    await when.metric('error-rate', 0.2);
    await then.phase('Degraded', /Background analysis phase error\/failed/);
    await then.weight(0);
  },

  'an analysis step that succeeds lets the release go on': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({ steps: [setWeight(25), analysis('errors'), setWeight(50)] });
    await when.image('shop:v2');
    await then.phase('Healthy');
    await then.run('Step', 'Successful');
    await then.stable('shop:v2');
  },

  'without a router the pods are the traffic': async ({ given, when, then }) => {
    await given.canary({
      router: 'none',
      replicas: 5,
      steps: [setWeight(20), pause(), setWeight(60), pause()],
    });
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.pods('shop:v2', 1);
    await then.pods('shop:v1', 4);
    await when.promoted();
    await then.step(3);
    await then.pods('shop:v2', 3);
    await then.pods('shop:v1', 2);
    await when.promoted();
    await then.phase('Healthy');
    await then.pods('shop:v2', 5);
    await then.pods('shop:v1', 0);
  },

  'a pause without an end waits for a person': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause()] });
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await when.timePasses(300);
    await then.phase('Paused', 'CanaryPauseStep');
    await then.weight(25);
    await when.promoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
  },

  'an abort by hand shuts the gate, and a retry starts from the first step': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(25), pause(), setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.step(1);
    await when.promoted();
    await then.weight(50);
    await then.step(3);
    await when.aborted();
    await then.phase('Degraded', /RolloutAborted: Rollout aborted update to revision 2/);
    await then.weight(0);
    await then.step(0);
    await when.retried();
    await then.weight(25);
    await then.phase('Paused', 'CanaryPauseStep');
  },

  'a full promotion skips the pauses': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause(), setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await when.fullyPromoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.weight(0);
  },

  'going back to the stable image in the middle ends the release without its steps': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.weight(50);
    await then.phase('Paused', 'CanaryPauseStep');
    await when.image('shop:v1');
    await then.phase('Healthy');
    await then.weight(0);
    await then.stable('shop:v1');
  },

  'a third version in the middle of a release starts from the first step, and the stable carries the traffic meanwhile':
    async ({ given, when, then }) => {
      await given.canary({ steps: [setWeight(50), pause()] });
      await when.image('shop:v2');
      await then.weight(50);
      await then.phase('Paused', 'CanaryPauseStep');
      await when.image('shop:v3');
      await then.pods('shop:v3', 2);
      await then.phase('Paused', 'CanaryPauseStep');
      await then.weight(50);
      await then.service('shop-canary', 'shop:v3');
      await when.promoted();
      await then.phase('Healthy');
      await then.stable('shop:v3');
    },

  'a fresh image clears an abort': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause()] });
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await when.aborted();
    await then.phase('Degraded');
    await when.image('shop:v3');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.weight(25);
    await then.service('shop-canary', 'shop:v3');
  },

  'a version whose image cannot be pulled never gets traffic, and its deadline passes': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(25), pause()], spec: { progressDeadlineSeconds: 60 } });
    await when.image('registry.test/does-not-exist:v2');
    await when.timePasses(70);
    await then.phase('Degraded', /ProgressDeadlineExceeded/);
    await then.weight(0);
    await then.service('shop-stable', 'shop:v1');
  },

  'a spec that is wrong is said to be wrong, and nothing else is touched': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause()] });
    await when.specChanges({ strategy: { canary: { steps: [{ setWeight: 125 }] } } });
    await then.condition('InvalidSpec', 'True', 'InvalidSpec');
    await then.phase('Degraded', /spec\.strategy\.steps\[0\]\.setWeight.*125/);
    await then.pods('shop:v1', 4);
    await when.specChanges({ strategy: { canary: { steps: [setWeight(25)] } } });
    await then.phase('Healthy');
  },

  'scaling in the middle of a release scales both versions': async ({ given, when, then }) => {
    await given.canary({ replicas: 4, steps: [setWeight(25), pause()] });
    await when.image('shop:v2');
    await then.pods('shop:v2', 1);
    await then.phase('Paused', 'CanaryPauseStep');
    await when.scaled(8);
    await then.pods('shop:v1', 8);
    await then.pods('shop:v2', 2);
    await then.weight(25);
  },

  'a way back within rollbackWindow skips the steps': async ({ given, when, then }) => {
    await given.canary({
      steps: [setWeight(25), pause(5), setWeight(75), pause(5)],
      spec: { rollbackWindow: { revisions: 1 } },
    });
    await when.timePasses(5);
    await when.image('shop:v2');
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await when.timePasses(40);
    await then.pods('shop:v1', 0);
    await when.image('shop:v1');
    await then.phase('Healthy');
    await then.stable('shop:v1');
    await then.step(4);
  },
};
