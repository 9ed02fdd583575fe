import { experiment, pause, type Story, setWeight, trialTemplate } from '../../support/story.ts';

type Stories = Record<string, (story: Story) => Promise<void>>;

const errors = { name: 'errors', templateName: 'errors' };
const weighted = {
  templates: [
    { name: 'baseline', specRef: 'stable' as const, weight: 5 },
    { name: 'canary', specRef: 'canary' as const, weight: 5 },
  ],
};

/** Experiments of their own, and as a step of a canary. */
export const experimentStories: Stories = {
  'an experiment of its own runs for its time and then takes itself down': async ({ given, when, then }) => {
    await given.experiment({
      duration: '2m',
      scaleDownDelaySeconds: 10,
      templates: [
        trialTemplate('old', 'shop:v1'),
        trialTemplate('new', 'shop:v2', { replicas: 2, service: {} }),
      ],
    });
    await then.experiment('Running');
    await then.experimentPods(3);
    await then.experimentServices(1);
    await when.timePasses(121);
    await then.experiment('Successful');
    await then.template('new', 'Successful');
    await then.experimentPods(0);
    await then.experimentServices(0);
  },

  'an experiment without an end runs until it is terminated': async ({ given, when, then }) => {
    await given.experiment({ scaleDownDelaySeconds: 0 });
    await then.experiment('Running');
    await when.timePasses(600);
    await then.experiment('Running');
    await when.experimentTerminated();
    await then.experiment('Successful');
    await then.experimentPods(0);
  },

  'a failed analysis ends an experiment': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05, { count: undefined });
    await given.experiment({ duration: '1h', analyses: [errors] });
    await then.experiment('Running');
    await when.metric('error-rate', 0.2);
    await then.experiment('Failed', /"error-rate" assessed Failed/);
    await then.experimentPods(0);
  },

  'a required analysis ends an experiment when it has succeeded, whatever else still goes on': async ({
    given,
    then,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.template('forever', 'error-rate', 0.05, { count: undefined });
    await given.experiment({
      analyses: [
        { ...errors, requiredForCompletion: true },
        { name: 'forever', templateName: 'forever' },
      ],
    });
    await then.experiment('Running');
    await then.experiment('Successful', 'Required AnalysisRuns completed');
    await then.experimentPods(0);
  },

  'an experiment whose pods never come up fails at its deadline': async ({ given, when, then }) => {
    const templates = [
      trialTemplate('old', 'shop:v1'),
      trialTemplate('new', 'registry.test/does-not-exist:v2'),
    ];
    await given.experiment({ progressDeadlineSeconds: 60, scaleDownDelaySeconds: 0, templates });
    await then.template('old', 'Running');
    await when.timePasses(70);
    await then.experiment('Failed', "Template 'new' exceeded its progressDeadlineSeconds (60)");
    await then.experimentPods(0);
  },

  'an experiment that names a template which does not exist ends at once': async ({ given, then }) => {
    await given.experiment({ analyses: [errors] });
    await then.experiment('Error', /AnalysisTemplate verification failed for analysis 'errors'.*not found/);
    await then.experimentPods(0);
  },

  'a step runs an experiment and goes on when it has succeeded': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), experiment({ duration: '2m' }), pause()] });
    await when.image('shop:v2');
    await then.experiment('Running');
    await then.step(1);
    await then.weight(25);
    await when.timePasses(121);
    await then.step(2);
    await then.experiment('Successful');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.experimentPods(0);
  },

  'weighted templates get their share of stable’s traffic, and lose it before they lose their pods': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({
      steps: [setWeight(25), experiment({ ...weighted, duration: '2m', scaleDownDelaySeconds: 0 }), pause()],
    });
    await when.image('shop:v2');
    await then.experiment('Running');
    await then.experimentWeight('baseline', 5);
    await then.experimentWeight('canary', 5);
    await then.weight(25);
    await when.timePasses(121);
    await then.experimentWeight('baseline', 0);
    await then.experimentWeight('canary', 0);
    await then.step(2);
    await then.experimentPods(0);
    await then.experimentServices(0);
  },

  'a failed experiment aborts the release': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.2);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({
      steps: [setWeight(25), experiment({ ...weighted, analyses: [errors], scaleDownDelaySeconds: 0 })],
    });
    await when.image('shop:v2');
    await then.phase(
      'Degraded',
      /Experiment analysis phase is error\/failed: .*"error-rate" assessed Failed/,
    );
    await then.experiment('Failed');
    await then.weight(0);
    await then.experimentWeight('canary', 0);
    await then.stable('shop:v1');
    await then.experimentPods(0);
  },

  'an inconclusive experiment waits for a person, and is done again when the person resumes': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.2);
    await given.template('errors', 'error-rate', 0.05, { failureCondition: 'result[0] > 0.5', count: 1 });
    await given.canary({
      steps: [
        setWeight(25),
        experiment({ analyses: [{ ...errors, requiredForCompletion: true }], scaleDownDelaySeconds: 0 }),
      ],
    });
    await when.image('shop:v2');
    await then.phase('Paused', 'InconclusiveExperiment');
    await then.experiment('Inconclusive');
    await when.timePasses(120);
    await then.phase('Paused', 'InconclusiveExperiment');
    await then.experimentPods(0);
    await when.metric('error-rate', 0.001);
    await when.promoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.experiment('Successful');
  },

  'an abort in the middle ends the experiment': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), experiment({ ...weighted, scaleDownDelaySeconds: 0 })] });
    await when.image('shop:v2');
    await then.experimentWeight('canary', 5);
    await when.aborted();
    await then.phase('Degraded', /RolloutAborted/);
    await then.experimentWeight('canary', 0);
    await then.weight(0);
    await then.experiment('Successful');
    await then.experimentPods(0);
    await then.experimentServices(0);
  },

  'a newer version in the middle ends the experiment and begins its own': async ({ given, when, then }) => {
    await given.canary({
      steps: [setWeight(25), experiment({ ...weighted, duration: '5m', scaleDownDelaySeconds: 0 })],
    });
    await when.image('shop:v2');
    await then.experimentWeight('canary', 5);
    await when.image('shop:v3');
    await then.pods('shop:v3', 1);
    await then.experiment('Running');
    await then.experimentWeight('canary', 5);
    await then.experimentServices(2);
    await then.weight(25);
  },

  'an experiment whose pods never come up aborts the release, and they never get traffic': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({
      spec: { progressDeadlineSeconds: 60 },
      steps: [experiment({ ...weighted, scaleDownDelaySeconds: 0 }), setWeight(25)],
    });
    await when.image('registry.test/does-not-exist:v2');
    await then.experiment('Pending');
    await when.timePasses(90);
    await then.phase('Degraded', /Template 'canary' exceeded its progressDeadlineSeconds \(60\)/);
    await then.experimentWeight('baseline', 0);
    await then.experimentPods(0);
  },
};
