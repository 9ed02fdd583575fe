import type { AnalysisTemplate } from '../../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../../src/api/v1alpha1/experiment.ts';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import type { Action } from '../../../src/core/plan.ts';
import { ExperimentPlay } from '../../support/experiment-play.ts';
import { asYaml, expectGolden, goldenDocuments } from '../../support/golden.ts';
import { Play } from '../../support/play.ts';

function created(action: Action): unknown[] {
  if (action.do === 'createReplicaSet') return [action.replicaSet];
  if (action.do === 'createAnalysisRun') return [action.run];
  if (action.do === 'createExperiment') return [action.experiment];
  return action.do === 'create' ? [action.object] : [];
}

describe('the objects that are made', () => {
  test('by an Experiment of its own', () => {
    const [experiment, ...templates] = goldenDocuments('experiments/alone/input.yaml');
    const play = new ExperimentPlay(experiment as Experiment, templates as AnalysisTemplate[]).settle();
    const { status } = play.experiment;
    expectGolden('experiments/alone/output.yaml', asYaml([...play.actions.flatMap(created), { status }]));
  });

  test('for a step of a canary', () => {
    const [first] = goldenDocuments('experiments/step/input.yaml') as [Rollout];
    const play = new Play(first, { services: ['shop-stable', 'shop-canary'], routers: 1 }).settle();
    const { template } = structuredClone(first.spec);
    const [container] = template?.spec?.containers ?? [];
    if (container !== undefined) container.image = 'shop:v2';
    play.actions.length = 0;
    play.edit({ template } as Partial<Rollout['spec']>).settle();
    const experiments = play.actions.filter((action) => action.do === 'createExperiment');
    expectGolden('experiments/step/output.yaml', asYaml(experiments.flatMap(created)));
  });
});
