import type { KubeObject } from '../../../src/api/meta.ts';
import { resources } from '../../../src/api/resources.ts';
import {
  analysis,
  canaryRollout,
  container,
  pause,
  ref,
  type Story,
  setWeight,
} from '../../support/story.ts';

type Stories = Record<string, (story: Story) => Promise<void>>;

/**
 * What users of the peer have seen, told as stories that must end well here. The number after each is its thread in
 * argoproj/argo-rollouts; `docs/deviations.md` says what is done differently.
 */
export const safetyStories: Stories = {
  // #2857, #3849: "both sets scale, 42 replicas stayed like that for hours"
  'an autoscaler that grows and shrinks the Rollout at every step leaves no pods behind': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ replicas: 4, steps: [setWeight(25), pause(), setWeight(50), pause()] });
    await when.autoscaled(6);
    await then.pods('shop:v1', 6);
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.pods('shop:v2', 2);
    await when.autoscaled(8);
    await then.pods('shop:v1', 8);
    await then.pods('shop:v2', 2);
    await when.promoted();
    await then.weight(50);
    await then.pods('shop:v2', 4);
    await when.autoscaled(4);
    await then.pods('shop:v1', 4);
    await then.pods('shop:v2', 2);
    await when.aborted();
    await then.phase('Degraded');
    await when.autoscaled(6);
    await then.pods('shop:v1', 6);
    await then.weight(0);
    await then.pods('shop:v2', 0);
  },

  // #3565, #1415: "a sync with spec.replicas drops stable", "stable scaled to 0"
  'a replicas field that a sync writes back in the middle of a release takes no pods under traffic': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({
      replicas: 6,
      steps: [setWeight(50), pause()],
      canary: { dynamicStableScale: true },
    });
    await when.image('shop:v2');
    await then.weight(50);
    await then.pods('shop:v1', 3);
    await when.autoscaled(2);
    await then.pods('shop:v1', 1);
    await then.pods('shop:v2', 1);
    await when.autoscaled(6);
    await then.pods('shop:v1', 3);
    await then.pods('shop:v2', 3);
    await then.weight(50);
    await when.fullyPromoted();
    await then.phase('Healthy');
    await then.pods('shop:v2', 6);
  },

  // #4775: "a new revision over an in-flight canary gives 503"; #3372: "on production, this caused an outage"
  'a second push over a canary with most of the traffic waits until stable has grown again': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({
      steps: [setWeight(75), pause(), setWeight(100), pause()],
      canary: { dynamicStableScale: true },
    });
    await when.image('shop:v2');
    await then.weight(75);
    await then.pods('shop:v1', 1);
    await when.image('shop:v3');
    await then.service('shop-canary', 'shop:v3');
    await then.weight(75);
    await then.phase('Paused', 'CanaryPauseStep');
    await then.pods('shop:v2', 0);
    await then.stable('shop:v1');
  },

  // #4839: "a degraded stable blocks the switch for ever"
  'a stable version that has lost its pods does not keep its own replacement out': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.weight(50);
    await when.podsFail('shop:v1');
    await then.pods('shop:v1', 0);
    await when.promoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.service('shop-stable', 'shop:v2');
  },

  // PR #4612: "rollback set the last weight, 70 %, on a canary scaled for 5 %"
  'a way back to an older version starts at the first weight, not at the last': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(25), pause(), setWeight(75), pause()] });
    await when.image('shop:v2');
    await then.phase('Paused');
    await when.fullyPromoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await when.timePasses(40);
    await when.image('shop:v1');
    await then.weight(25);
    await then.pods('shop:v1', 1);
    await then.phase('Paused', 'CanaryPauseStep');
  },

  // #3888, #4926: "cold pods", "100 % onto a stable that cannot carry it"
  'an abort with dynamicStableScale gives the traffic back as fast as stable grows': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({
      steps: [setWeight(75), pause()],
      canary: { dynamicStableScale: true },
    });
    await when.image('shop:v2');
    await then.weight(75);
    await then.pods('shop:v1', 1);
    await when.aborted();
    await then.phase('Degraded', /RolloutAborted/);
    await then.weight(0);
    await then.pods('shop:v1', 4);
    await then.pods('shop:v2', 0);
  },

  // #4973: "HPA growth after an abort re-scales the aborted canary"
  'an aborted canary stays at nothing when the autoscaler grows': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(50), pause()], canary: { dynamicStableScale: true } });
    await when.image('shop:v2');
    await then.weight(50);
    await when.aborted();
    await then.weight(0);
    await then.pods('shop:v2', 0);
    await when.autoscaled(8);
    await then.pods('shop:v1', 8);
    await then.pods('shop:v2', 0);
    await then.weight(0);
    await then.service('shop-canary', 'shop:v1');
  },

  // #4898: "deadlock with abortScaleDownDelaySeconds"
  'an abort delay with dynamicStableScale ends': async ({ given, when, then }) => {
    await given.canary({
      steps: [setWeight(50), pause()],
      canary: { dynamicStableScale: true, abortScaleDownDelaySeconds: 20 },
    });
    await when.image('shop:v2');
    await then.weight(50);
    await when.aborted();
    await then.weight(0);
    await then.pods('shop:v1', 4);
    await when.timePasses(30);
    await then.pods('shop:v2', 0);
  },

  // #1292: "abort with nothing in progress scaled stable to 0"
  'an abort while nothing is released does nothing': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.aborted();
    await when.timePasses(60);
    await then.phase('Healthy');
    await then.pods('shop:v1', 4);
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await then.weight(50);
  },

  'an abort that is asked for twice is one abort': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(50), pause()] });
    await when.image('shop:v2');
    await then.weight(50);
    await when.aborted();
    await then.phase('Degraded');
    await when.aborted();
    await when.timePasses(60);
    await then.phase('Degraded', /RolloutAborted: Rollout aborted update to revision 2/);
    await then.weight(0);
    await then.pods('shop:v1', 4);
  },

  // #4128, #3988: "infinite Progressing on the second broken revision"
  'the deadline passes for the second broken version in a row, too': async ({ given, when, then }) => {
    await given.canary({
      steps: [setWeight(25), pause()],
      spec: { progressDeadlineSeconds: 60, progressDeadlineAbort: true },
    });
    await when.image('registry.test/does-not-exist:v2');
    await when.timePasses(70);
    await then.phase('Degraded', /RolloutAborted: .*timed out progressing/);
    await when.image('registry.test/does-not-exist:v3');
    await then.phase('Progressing');
    await when.timePasses(70);
    await then.phase('Degraded', /RolloutAborted: .*timed out progressing/);
    await then.weight(0);
    await then.pods('shop:v1', 4);
  },

  // #2929: "retries by itself after an abort"
  'an aborted release is not tried again by itself': async ({ given, when, then }) => {
    await given.canary({
      steps: [setWeight(25), pause()],
      spec: { progressDeadlineSeconds: 60, progressDeadlineAbort: true },
    });
    await when.image('registry.test/does-not-exist:v2');
    await when.timePasses(70);
    await then.phase('Degraded', /RolloutAborted/);
    await when.annotated('example.com/touched', 'yes');
    await when.timePasses(200);
    await then.phase('Degraded', /RolloutAborted/);
    await then.step(0);
  },

  // #3082: "after an invalid spec the next good revision is aborted too"
  'a good version after a wrong spec is released': async ({ given, when, then }) => {
    await given.canary({ steps: [setWeight(25), pause()] });
    await when.image('shop:v2');
    await then.phase('Paused');
    await when.aborted();
    await then.phase('Degraded', /RolloutAborted/);
    await when.specChanges({ strategy: { canary: { steps: [{ setWeight: 125 }] } } });
    await then.phase('Degraded', /InvalidSpec/);
    await when.specChanges({ strategy: { canary: { steps: [setWeight(25)] } } });
    await when.image('shop:v3');
    await then.phase('Healthy');
    await then.stable('shop:v3');
  },

  'a release whose template somebody deletes can be called off all the same': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({
      steps: [setWeight(50), pause()],
      canary: { analysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.weight(50);
    await stage.delete(ref(stage, resources.analysisTemplates, 'errors'));
    await then.phase('Degraded', /InvalidSpec: .*errors/);
    await then.weight(50);
    await when.aborted();
    await then.weight(0);
    await then.condition('Progressing', 'False', 'RolloutAborted');
    await then.service('shop-canary', 'shop:v1');
    await given.template('errors', 'error-rate', 0.05);
    await then.phase('Degraded', /RolloutAborted/);
    await when.retried();
    await then.weight(50);
  },

  // #1982: "a bad expression blocks"
  'a condition that cannot be understood ends the release, and a repaired template lets a retry go on':
    async ({ given, when, then }) => {
      await given.metric('error-rate', 0.001);
      await given.template('errors', 'error-rate', 0.05, { successCondition: 'result[0] <' });
      await given.canary({ steps: [setWeight(25), analysis('errors')] });
      await when.image('shop:v2');
      await then.phase('Degraded', /RolloutAborted: .*Step-based analysis phase error\/failed/);
      await then.weight(0);
      await given.template('errors', 'error-rate', 0.05);
      await when.retried();
      await then.phase('Healthy');
      await then.stable('shop:v2');
    },

  // #4750: "active selector became empty under CrashLoop, full traffic blackout"
  'a blue-green version that never starts leaves the active Service where it is': async ({
    given,
    when,
    then,
  }) => {
    await given.blueGreen({ spec: { progressDeadlineSeconds: 60 } });
    await when.image('registry.test/does-not-exist:v2');
    await when.timePasses(70);
    await then.phase('Degraded', /ProgressDeadlineExceeded/);
    await then.service('shop-active', 'shop:v1');
    await then.pods('shop:v1', 2);
    await when.image('shop:v3');
    await then.phase('Healthy');
    await then.service('shop-active', 'shop:v3');
  },

  // #2824: "retry aborts for ever after one failed analysis"
  'a blue-green retry measures anew': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.2);
    await given.template('errors', 'error-rate', 0.05);
    await given.blueGreen({
      blueGreen: { postPromotionAnalysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.phase('Degraded', /post-promotion analysis phase error\/failed/);
    await then.service('shop-active', 'shop:v1');
    await when.metric('error-rate', 0.001);
    await when.timePasses(15);
    await when.retried();
    await then.phase('Healthy');
    await then.runs('PostPromotion', 2);
    await then.stable('shop:v2');
  },

  // #1775: "a conflict aborts the rollout"; #3176: "queue retries: 150"
  'somebody who writes the Rollout again and again does not stop its release': async ({
    given,
    when,
    then,
  }) => {
    await given.canary({ steps: [setWeight(25), pause(5), setWeight(50), pause(5)] });
    await when.image('shop:v2');
    for (let touch = 1; touch <= 12; touch += 1) {
      await when.annotated('example.com/touch', String(touch));
      await when.timePasses(1);
    }
    await then.phase('Healthy');
    await then.stable('shop:v2');
  },

  // #3850: "background analysis inconclusive is recreated over and over until it finally promotes"
  'an inconclusive background analysis holds the release, and is not started again': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.03);
    await given.template('errors', 'error-rate', 0.01, { failureCondition: 'result[0] > 0.05' });
    await given.canary({
      steps: [setWeight(25), pause('1m'), setWeight(50)],
      canary: { analysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.run('Background', 'Inconclusive');
    await when.timePasses(200);
    await then.phase('Paused', 'InconclusiveAnalysisRun'); // the pause of the step is over
    await then.weight(25);
    await then.runs('Background', 1);
    await then.stable('shop:v1');
  },

  'an analysis that becomes inconclusive during a pause is what is told once that has passed': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.01, { failureCondition: 'result[0] > 0.05', count: 100 });
    await given.canary({
      steps: [setWeight(25), pause('5m'), setWeight(50), pause()],
      canary: { analysis: { templates: [{ templateName: 'errors' }] } },
    });
    await when.image('shop:v2');
    await then.phase('Paused', 'CanaryPauseStep');
    await when.metric('error-rate', 0.03);
    await then.run('Background', 'Inconclusive');
    await then.phase('Paused', 'CanaryPauseStep');
    await when.timePasses(300);
    await then.phase('Paused', 'InconclusiveAnalysisRun');
    await then.step(1);
    await then.weight(25);
    await when.metric('error-rate', 0.001);
    await when.timePasses(15);
    await when.promoted();
    await then.step(3);
    await then.weight(50);
    await then.runs('Background', 2);
  },

  // #3015: "stuck after inconclusive + promote"
  'a person who promotes past an inconclusive analysis is obeyed': async ({ given, when, then }) => {
    await given.metric('error-rate', 0.03);
    await given.template('errors', 'error-rate', 0.01, { failureCondition: 'result[0] > 0.05' });
    await given.canary({ steps: [setWeight(25), analysis('errors'), setWeight(50)] });
    await when.image('shop:v2');
    await then.phase('Paused', 'InconclusiveAnalysisRun');
    await then.step(1);
    await when.metric('error-rate', 0.001);
    await when.timePasses(15);
    await when.promoted();
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.runs('Step', 2);
  },

  // #3984, #4759: "the first deployment is not analysed"
  'a first version is judged before it counts as stable, when that is asked for': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({
      steps: [setWeight(50)],
      spec: { initialAnalysis: { templates: [{ templateName: 'errors' }] } },
    });
    await then.run('Initial', 'Successful');
    await then.stable('shop:v1');
    await when.image('shop:v2');
    await then.phase('Healthy');
    await then.stable('shop:v2');
    await then.runs('Initial', 1);
  },

  // #1978: "postPromotionAnalysis for canary"
  'a version that turns bad at all of the traffic goes back to a stable that is still warm': async ({
    given,
    when,
    then,
  }) => {
    await given.metric('error-rate', 0.001);
    await given.template('errors', 'error-rate', 0.05);
    await given.canary({
      steps: [setWeight(50), pause()],
      canary: { bake: { duration: '10m', analysis: { templates: [{ templateName: 'errors' }] } } },
    });
    await when.image('shop:v2');
    await then.weight(50);
    await then.phase('Paused', 'CanaryPauseStep');
    await when.metric('error-rate', 0.2);
    await when.timePasses(15);
    await when.promoted();
    await then.phase('Degraded', /Bake analysis phase error\/failed/);
    await then.weight(0);
    await then.stable('shop:v1');
    await then.pods('shop:v1', 4);
  },

  // #4935: "a GitOps sync re-inflates the Deployment", "permanent double capacity"
  'a Deployment that a sync scales up again gives its pods back, at rest and in mid-release': async ({
    given,
    when,
    then,
    stage,
  }) => {
    await given.deployment('legacy', 3);
    await given.canary({
      replicas: 3,
      steps: [setWeight(50), pause()],
      spec: takingOver('onsuccess'),
    });
    const legacy = ref(stage, resources.deployments, 'legacy');
    const replicas = async () => ((await stage.get(legacy)) as Sized).spec.replicas;
    const sync = (spec: object) => stage.patch(legacy, { kind: 'merge', body: { spec } });
    await then.fact('replicas of the Deployment', replicas, 0);
    await sync({ replicas: 3 });
    await then.fact('replicas of the Deployment', replicas, 0);
    await sync({ replicas: 3, template: { spec: { containers: [container('shop:v2')] } } });
    await then.phase('Paused', 'CanaryPauseStep');
    await then.fact('replicas of the Deployment', replicas, 0);
    await sync({ replicas: 3 });
    await then.fact('replicas of the Deployment', replicas, 0);
    await when.aborted();
    await then.phase('Degraded', /RolloutAborted/);
    await sync({ replicas: 3 });
    await then.fact('replicas of the Deployment', replicas, 0);
    await then.weight(0);
  },

  // #2748, #4935: "double capacity" for good, because the version that was to take over was broken and the next one was not
  'a takeover whose first version never starts keeps the Deployment, and its repair takes it over': async ({
    given,
    when,
    then,
    stage,
  }) => {
    const legacy = ref(stage, resources.deployments, 'legacy');
    const replicas = async () => ((await stage.get(legacy)) as Sized).spec.replicas;
    const image = (name: string) => ({ template: { spec: { containers: [container(name)] } } });
    await given.deployment('legacy', 3);
    await stage.patch(legacy, { kind: 'merge', body: { spec: image('registry.test/does-not-exist:v1') } });
    const spec = { ...takingOver('progressively'), progressDeadlineSeconds: 60 };
    await given.objects(canaryRollout(stage, { replicas: 3, router: 'none', spec }));
    await when.timePasses(70);
    await then.phase('Degraded', /ProgressDeadlineExceeded/);
    await then.fact('replicas of the Deployment', replicas, 3);
    await stage.patch(legacy, { kind: 'merge', body: { spec: image('shop:v2') } });
    await then.phase('Healthy');
    await then.fact('replicas of the Deployment', replicas, 0);
    await then.stable('shop:v2');
  },
};

type Sized = KubeObject & { spec: { replicas: number } };

/** The pod template comes from the Deployment `legacy`, which gives its pods to the Rollout. */
function takingOver(scaleDown: 'onsuccess' | 'progressively') {
  return {
    template: undefined,
    selector: undefined,
    workloadRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'legacy', scaleDown },
  };
}
