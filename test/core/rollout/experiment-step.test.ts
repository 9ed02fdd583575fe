import {
  experimentNameAnnotation,
  experimentTemplateAnnotation,
  podTemplateHashLabel,
} from '../../../src/api/labels.ts';
import type { AnalysisPhase } from '../../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../../src/api/v1alpha1/experiment.ts';
import type { CanaryStep, Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import type { ReplicaSet } from '../../../src/api/workloads.ts';
import { newReplicaSet } from '../../../src/core/experiment/objects.ts';
import { podTemplateHash } from '../../../src/core/rollout/pod-template-hash.ts';
import { pauseFor, podTemplate, rollout, routedCanary, setWeight } from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

type Step = NonNullable<CanaryStep['experiment']>;

const services = ['shop-stable', 'shop-canary'];
const step: Step = {
  templates: [
    { name: 'baseline', specRef: 'stable', replicas: 1 },
    { name: 'trial', specRef: 'canary', replicas: 1, weight: 10 },
  ],
  duration: '5m',
};

/** Pods that say where they listen; a weighted template needs that. */
const template = (image: string) => {
  const plain = podTemplate(image);
  const [container] = plain.spec?.containers ?? [];
  const ports = [{ containerPort: 8080, protocol: 'TCP' }];
  return {
    ...plain,
    spec: { ...plain.spec, containers: [{ ...container, ports }] },
  } as Rollout['spec']['template'];
};
const v2 = podTemplateHash(template('shop:v2') as never);

const update = (experiment: Step = step, spec: Partial<Rollout['spec']> = {}) =>
  new Play(
    rollout({
      template: template('shop:v1'),
      canary: routedCanary([setWeight(25), { experiment }, pauseFor()]),
      ...spec,
    } as never),
    { services, routers: 1 },
  )
    .settle()
    .edit({ template: template('shop:v2') } as never)
    .settle();

const newest = (play: Play) => [...play.experiments.values()].at(-1) as Experiment;

/** The newest Experiment as its own controller would leave it, with its pods. */
function judge(play: Play, phase: AnalysisPhase, message?: string, available = 1): Play {
  const experiment = newest(play);
  const isRunning = phase === 'Running';
  const sets = experiment.spec.templates.map((each) => ({
    ...newReplicaSet(experiment, each, each.replicas ?? 1),
    status: { replicas: 1, availableReplicas: available },
  })) as ReplicaSet[];
  for (const set of sets) {
    play.experimentReplicaSets.set(set.metadata.name, set);
    play.experimentServices.add(set.metadata.name);
  }
  play.experiments.set(experiment.metadata.name, {
    ...experiment,
    status: {
      phase,
      ...(message !== undefined && { message }),
      availableAt: '2026-01-01T12:00:00Z',
      templateStatuses: sets.map(({ metadata }) => ({
        name: metadata.annotations?.[experimentTemplateAnnotation] ?? '',
        replicas: isRunning ? 1 : 0,
        updatedReplicas: 1,
        readyReplicas: 1,
        availableReplicas: 1,
        status: isRunning ? 'Running' : 'Successful',
        serviceName: metadata.name,
        podTemplateHash: metadata.labels?.[podTemplateHashLabel],
      })),
    },
  });
  return play.settle();
}

describe('an experiment step', () => {
  test('is played by an Experiment of pods of both versions', () => {
    const play = update();
    const [created] = play.experiments.values();
    expect(created?.metadata).toMatchObject({
      name: `shop-${v2}-2-1`,
      labels: { [podTemplateHashLabel]: v2 },
      annotations: { 'rollout.argoproj.io/revision': '2' },
      ownerReferences: [{ kind: 'Rollout', name: 'shop', controller: true }],
    });
    expect(created?.spec.templates.map(({ template: pods }) => pods.spec?.containers[0]?.image)).toEqual([
      'shop:v1',
      'shop:v2',
    ]);
    expect(created?.spec.templates.map(({ service }) => service)).toEqual([undefined, {}]);
    expect(play.status).toMatchObject({
      currentStepIndex: 1,
      canary: { currentExperiment: `shop-${v2}-2-1` },
    });
    expect(play.events.map(({ message }) => message)).toContain(`Created Experiment 'shop-${v2}-2-1'`);
  });

  test('says what it waits for, and until when', () => {
    expect(update().pass(2).status.waiting?.for).toBe(`experiment shop-${v2}-2-1 to have its pods`);
    expect(judge(update(), 'Running').status.waiting).toMatchObject({
      for: `experiment shop-${v2}-2-1`,
      until: '2026-01-01T12:05:00Z',
    });
  });

  test('gives weighted templates their share of stable’s traffic', () => {
    const play = judge(update(), 'Running');
    expect(play.status.canary?.weights).toMatchObject({
      canary: { weight: 25 },
      stable: { weight: 65 },
      additional: [{ weight: 10, serviceName: `shop-${v2}-2-1-trial` }],
    });
  });

  test.each<[string, (play: Play) => void]>([
    [
      'a pod that is not available any more, whatever the Experiment’s status says',
      (play) => judge(play, 'Running', undefined, 0),
    ],
    ['a Service that is gone', (play) => play.experimentServices.clear()],
    [
      'a template that has done its part, while the Experiment waits for an analysis',
      (play) => {
        const experiment = newest(play);
        const templateStatuses = experiment.status?.templateStatuses?.map((each) => ({
          ...each,
          status: 'Successful',
        }));
        play.experiments.set(experiment.metadata.name, {
          ...experiment,
          status: { phase: 'Running', templateStatuses },
        } as Experiment);
      },
    ],
    [
      'an Experiment that is told to stop',
      (play) => {
        const experiment = newest(play);
        play.experiments.set(experiment.metadata.name, {
          ...experiment,
          spec: { ...experiment.spec, terminate: true },
        });
      },
    ],
  ])('takes the share back from %s', (_, happens) => {
    const play = judge(update(), 'Running');
    happens(play);
    expect(play.settle().status.canary?.weights).toMatchObject({ stable: { weight: 75 } });
    expect(play.status.canary?.weights?.additional).toBeUndefined();
  });

  test('goes on when it succeeds, and aborts when it fails', () => {
    expect(judge(update(), 'Successful').status).toMatchObject({ currentStepIndex: 2, phase: 'Paused' });
    expect(judge(update(), 'Failed', 'too slow').status.message).toMatch(
      /Experiment analysis phase is error\/failed: too slow$/,
    );
  });

  test('that is inconclusive is kept until a person resumes, and is then done again', () => {
    const play = judge(update(), 'Inconclusive');
    expect(play.status).toMatchObject({
      phase: 'Paused',
      message: 'InconclusiveExperiment',
      canary: { currentExperiment: `shop-${v2}-2-1` },
    });
    expect(play.experiments.size).toBe(1);
    play.patchStatus({ pauseConditions: null }).settle();
    expect([...play.experiments.keys()]).toEqual([`shop-${v2}-2-1`, `shop-${v2}-2-1-1`]);
  });

  test.each<[string, (play: Play) => Play]>([
    ['an abort', (play) => play.patchStatus({ abort: true })],
    ['a full promotion', (play) => play.patchStatus({ promoteFull: true })],
    ['a newer version', (play) => play.edit({ template: template('shop:v3') } as never)],
    ['a skipped step', (play) => play.patchStatus({ currentStepIndex: 2 })],
  ])('is ended by %s, after its traffic has gone', (_, happens) => {
    const play = judge(update(), 'Running');
    const [running] = play.experiments.keys();
    happens(play).decide();
    expect(play.experiments.get(running ?? '')?.spec.terminate).toBe(true);
    const { actions = [] } = play.lastPlan ?? {};
    const route = actions.findIndex(
      (action) => action.do === 'route' && action.split.additional.length === 0,
    );
    const end = actions.findIndex((action) => action.do === 'terminateExperiment');
    expect([route >= 0, route < end]).toEqual([true, true]);
  });

  test('is done anew after a retry', () => {
    const play = judge(update(), 'Failed');
    play.patchStatus({ abort: false }).settle();
    expect([...play.experiments.keys()]).toEqual([`shop-${v2}-2-1`, `shop-${v2}-2-1-1`]);
    expect(play.status.canary?.currentExperiment).toBe(`shop-${v2}-2-1-1`);
  });

  test('is not started while the Rollout is halted, and goes on if it runs', () => {
    const halted = new Play(
      rollout({ template: template('shop:v1'), canary: routedCanary([{ experiment: step }]) } as never),
      { services, routers: 1 },
    ).settle();
    halted.edit({ paused: true, template: template('shop:v2') } as never).settle();
    expect(halted.experiments.size).toBe(0);
    const running = judge(update(), 'Running').edit({ paused: true }).settle();
    expect(newest(running).spec.terminate).toBeUndefined();
  });

  test('is taken over after a crash between creating it and noting so', () => {
    const play = update();
    const { currentExperiment: _, ...canary } = play.status.canary ?? {};
    play.patchStatus({ canary }).settle();
    expect(play.experiments.size).toBe(1);
    expect(play.status.canary?.currentExperiment).toBe(`shop-${v2}-2-1`);
  });

  test('of another content does not answer for the step, though its name fits', () => {
    const play = update();
    const other = { ...step, duration: '9m' };
    play
      .edit({ strategy: { canary: routedCanary([setWeight(25), { experiment: other }, pauseFor()]) } })
      .settle();
    const [first, second] = [...play.experiments.values()];
    expect([first?.spec.duration, first?.spec.terminate]).toEqual(['5m', true]);
    expect([second?.spec.duration, second?.spec.terminate]).toEqual(['9m', undefined]);
    expect(play.status.canary?.currentExperiment).toBe(second?.metadata.name);
  });

  test.each<[string, Step, RegExp]>([
    [
      'an argument that cannot be found',
      {
        ...step,
        analyses: [
          {
            name: 'a',
            templateName: 'a',
            args: [{ name: 'x', valueFrom: { fieldRef: { fieldPath: 'spec.nothing' } } }],
          },
        ],
      },
      /cannot be run: invalid path spec\.nothing in rollout$/,
    ],
    [
      'two templates of one name',
      { templates: [step.templates[0], step.templates[0]] as Step['templates'] },
      /cannot be run: Experiment .* has repeated template name 'baseline' in templates$/,
    ],
    [
      'a weight without pods',
      { templates: [{ name: 'trial', specRef: 'canary', replicas: 0, weight: 5 }] },
      /cannot be run: template 'trial' has a weight, but no replicas to take it$/,
    ],
  ])('that cannot be made for %s aborts, and says so', (_, experiment, message) => {
    const play = update(experiment);
    expect(play.experiments.size).toBe(0);
    expect(play.status).toMatchObject({ phase: 'Degraded', message: expect.stringMatching(message) });
  });

  test('aborts when a weighted template has nowhere to send its traffic', () => {
    const play = new Play(rollout({ canary: routedCanary([{ experiment: step }]) }), {
      services,
      routers: 1,
    });
    play.settle().image('shop:v2').settle();
    expect(play.status.message).toMatch(
      /cannot be run: template 'trial' has a weight, but its pods declare no containerPort to send it to$/,
    );
  });

  test('has labels and annotations of its own on its pods, and selects by the labels', () => {
    const metadata = { labels: { role: 'trial' }, annotations: { note: 'x' } };
    const play = update({ ...step, templates: [{ name: 'trial', specRef: 'canary', metadata }] });
    const [only] = newest(play).spec.templates;
    expect(only?.selector.matchLabels).toMatchObject({ app: 'shop', role: 'trial' });
    expect(only?.template.metadata).toMatchObject({
      labels: { app: 'shop', role: 'trial' },
      annotations: { note: 'x' },
    });
  });
});

describe('the history of experiments', () => {
  const finished = (name: string, phase: AnalysisPhase, minute: number, replicas = 0): Experiment => ({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: {
      name,
      uid: `uid-${name}`,
      creationTimestamp: `2026-01-01T10:0${minute}:00Z`,
      labels: { [podTemplateHashLabel]: v2 },
      annotations: { [experimentNameAnnotation]: name },
    },
    spec: { templates: [] },
    status: {
      phase,
      templateStatuses: [{ name: 't', replicas, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0 }],
    },
  });

  test('keeps as many of either end as it may, and none before its pods are gone', () => {
    const play = update(step, { analysis: { successfulRunHistoryLimit: 1, unsuccessfulRunHistoryLimit: 1 } });
    for (const each of [
      finished('good-1', 'Successful', 1),
      finished('good-2', 'Successful', 2),
      finished('bad-1', 'Failed', 1, 2),
      finished('bad-2', 'Inconclusive', 2),
    ]) {
      play.experiments.set(each.metadata.name, each);
    }
    play.settle();
    expect([...play.experiments.keys()]).toEqual([`shop-${v2}-2-1`, 'good-2', 'bad-1', 'bad-2']);
    play.experiments.set('bad-1', finished('bad-1', 'Failed', 1));
    play.settle();
    expect([...play.experiments.keys()]).toEqual([`shop-${v2}-2-1`, 'good-2', 'bad-2']);
  });
});
