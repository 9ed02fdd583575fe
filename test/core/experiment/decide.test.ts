import { podTemplateHashLabel, scaleDownDeadlineAnnotation } from '../../../src/api/labels.ts';
import type { AnalysisTemplate } from '../../../src/api/v1alpha1/analysis.ts';
import type { ExperimentSpec } from '../../../src/api/v1alpha1/experiment.ts';
import { addSeconds } from '../../../src/kernel/instant.ts';
import { analysisTemplate } from '../../support/builders.ts';
import { ExperimentPlay, trial, trialTemplate } from '../../support/experiment-play.ts';

const play = (
  spec: Partial<ExperimentSpec> = {},
  templates: readonly AnalysisTemplate[] = [analysisTemplate('errors')],
) => new ExperimentPlay(trial(spec), templates);
const errors = { name: 'errors', templateName: 'errors' };
const required = { ...errors, requiredForCompletion: true };
const said = ({ events }: ExperimentPlay) =>
  events.map(({ type, reason, message }) => `${type} ${reason}: ${message}`);

describe('an experiment by its time', () => {
  test('runs from the moment when all pods are available, and is then taken down after its delay', () => {
    const story = play({ duration: '5m' }).settle();
    expect(story.verdict).toBe('Running');
    expect(story.status.availableAt).toBe('2026-01-01T12:00:00Z');
    story.pass(299);
    expect(story.verdict).toBe('Running');
    story.pass(1);
    expect(story.verdict).toBe('Successful');
    expect(story.sizes).toEqual({ 'trial-old': 1, 'trial-new': 1 });
    expect(story.replicaSets.get('trial-old')?.metadata.annotations).toMatchObject({
      [scaleDownDeadlineAnnotation]: '2026-01-01T12:05:30Z',
    });
    story.pass(30);
    expect(story.sizes).toEqual({ 'trial-old': 0, 'trial-new': 0 });
    expect(story.replicaSets.get('trial-old')?.metadata.annotations).not.toHaveProperty(
      scaleDownDeadlineAnnotation,
    );
  });

  test('tells what happens, in the peer’s words and order', () => {
    const story = play({
      templates: [trialTemplate('old', { replicas: 2 })],
      duration: '1m',
      scaleDownDelaySeconds: 0,
    });
    story.settle().pass(60);
    expect(said(story)).toEqual([
      'Normal ScalingReplicaSet: Scaled up ReplicaSet trial-old from 0 to 2',
      'Normal ExperimentPending: Experiment transitioned from  -> Pending',
      "Normal TemplateProgressing: Template 'old' transitioned from  -> Progressing",
      "Normal TemplateRunning: Template 'old' transitioned from Progressing -> Running",
      'Normal ExperimentRunning: Experiment transitioned from Pending -> Running',
      'Normal ScalingReplicaSet: Scaled down ReplicaSet trial-old from 2 to 0',
      "Normal TemplateSuccessful: Template 'old' transitioned from Running -> Successful",
      'Normal ExperimentSuccessful: Experiment transitioned from Running -> Successful',
    ]);
    expect(story.status.conditions).toMatchObject([
      {
        type: 'Progressing',
        status: 'False',
        reason: 'ExperimentCompleted',
        message: 'Experiment "trial" has successfully ran and completed.',
      },
    ]);
  });

  test('without a duration goes on until it is terminated, also before its pods are up', () => {
    expect(play().settle().pass(86_400).verdict).toBe('Running');
    const early = play();
    early.broken.add('trial-new');
    early.settle().edit({ terminate: true }).settle();
    expect(early.verdict).toBe('Successful');
    expect(early.template('new')).toBe('Successful');
  });

  test('a template of no pods counts as running, and gets no ReplicaSet', () => {
    const story = play({ templates: [trialTemplate('old', { replicas: 0 }), trialTemplate('new')] }).settle();
    expect(story.verdict).toBe('Running');
    expect(story.sizes).toEqual({ 'trial-new': 1 });
  });
});

describe('pods that do not come up', () => {
  test('fail the experiment at their deadline, which counts from the last movement', () => {
    const story = play({ progressDeadlineSeconds: 60 });
    story.broken.add('trial-new');
    story.settle().pass(59);
    expect(story.verdict).toBe('Pending');
    story.pass(1);
    expect(story.verdict).toBe("Failed: Template 'new' exceeded its progressDeadlineSeconds (60)");
    expect(story.template('old')).toBe('Successful');
    expect(said(story)).toContain(
      "Warning TemplateFailed: Template 'new' transitioned from Progressing -> Failed: Template 'new' exceeded its progressDeadlineSeconds (60)",
    );
  });

  test('that are lost while it runs make it wait again', () => {
    const story = play({ progressDeadlineSeconds: 60 }).settle().pass(600);
    story.broken.add('trial-new');
    story.pass(0);
    expect(story.verdict).toBe('Pending');
    expect(story.template('new')).toBe('Progressing');
    story.broken.clear();
    expect(story.pass(30).verdict).toBe('Running');
  });

  test('a name that somebody else has is waited for, and named', () => {
    const story = play({ progressDeadlineSeconds: 60 });
    story.seen = { taken: [{ kind: 'ReplicaSet', name: 'trial-new', isLeftover: false }] };
    story.settle();
    expect(story.verdict).toBe(
      "Pending: ReplicaSet 'trial-new' belongs to somebody else; waiting for it to go",
    );
    story.pass(60);
    expect(story.verdict).toBe("Failed: Template 'new' exceeded its progressDeadlineSeconds (60)");
  });

  test('what the API server refuses ends the experiment with its words', () => {
    const story = play();
    story.seen = { refusals: [{ kind: 'ReplicaSet', name: 'trial-new', message: 'quota exceeded' }] };
    story.settle();
    expect(story.verdict).toBe("Error: Failed to create ReplicaSet for template 'new': quota exceeded");
  });
});

describe('the Service of a template', () => {
  const templates = [trialTemplate('new', { service: {} })];

  test('comes with its pods, selects them alone, and is known to the status once it is there', () => {
    const story = play({ templates }).settle();
    const hash = story.replicaSets.get('trial-new')?.metadata.labels?.[podTemplateHashLabel] ?? '';
    expect(story.services.get('trial-new')?.spec).toEqual({
      selector: { app: 'trial', version: 'new', [podTemplateHashLabel]: hash },
      ports: [{ protocol: 'TCP', port: 8080, targetPort: 8080 }],
    });
    expect(story.status.templateStatuses).toMatchObject([
      { serviceName: 'trial-new', podTemplateHash: hash },
    ]);
  });

  test('must be there before the template counts as running', () => {
    const story = play({ templates }).settle();
    story.services.clear();
    story.decide();
    expect(story.template('new')).toBe('Progressing');
    expect(story.settle().template('new')).toBe('Running');
  });

  test('and its pods stay as long as a route gives it weight; then the delay begins; then it goes before its pods', () => {
    const story = play({ templates, duration: '1m', scaleDownDelaySeconds: 10 }).settle();
    story.seen = { served: new Set(['trial-new']) };
    story.pass(600);
    expect(story.verdict).toBe('Successful');
    expect(story.sizes).toEqual({ 'trial-new': 1 });
    story.seen = {};
    story.settle().pass(9);
    expect([...story.services.keys()]).toEqual(['trial-new']);
    story.actions.length = 0;
    story.pass(1);
    expect(story.actions.map((action) => action.do)).toEqual(['delete', 'scaleReplicaSet']);
    expect(story.status.templateStatuses?.[0]).not.toHaveProperty('serviceName');
  });

  test('stays until the end is told, even without a delay: a Rollout may be giving it its weight', () => {
    const story = play({ templates, duration: '1m', scaleDownDelaySeconds: 0 }).settle();
    story.actions.length = 0;
    story.now = addSeconds(story.now, 60);
    story.decide();
    expect(story.verdict).toBe('Successful');
    expect(story.actions).toEqual([]);
    story.decide();
    expect(story.actions.map((action) => action.do)).toEqual(['delete', 'scaleReplicaSet']);
  });

  test('has the name that it is given, and follows a new one', () => {
    const story = play({ templates: [trialTemplate('new', { service: { name: 'one' } })] }).settle();
    expect([...story.services.keys()]).toEqual(['one']);
    story.edit({ templates: [trialTemplate('new', { service: { name: 'two' } })] }).settle();
    expect([...story.services.keys()]).toEqual(['two']);
    expect(story.edit({ templates: [trialTemplate('new')] }).settle().services.size).toBe(0);
  });

  test.each([
    ['of an earlier experiment of this name is waited for', true, 'Pending: Service'],
    ['of somebody else ends the experiment', false, 'Error: Failed to create Service trial-new for template'],
  ])('with a name %s', (_, isLeftover, verdict) => {
    const story = play({ templates });
    story.seen = { taken: [{ kind: 'Service', name: 'trial-new', isLeftover }] };
    expect(story.settle().verdict).toMatch(new RegExp(`^${verdict}`));
  });
});

describe('the pods of two templates', () => {
  test('have different hashes also when they are equal, and never that of the Rollout they were copied from', () => {
    const labels = { app: 'trial', [podTemplateHashLabel]: 'parents' };
    const equal = (name: string) => ({
      ...trialTemplate(name),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: 'shop:v1' }] } },
    });
    const story = play({ templates: [equal('one'), equal('two')] }).settle();
    const hashes = [...story.replicaSets.values()].map(
      ({ metadata }) => metadata.labels?.[podTemplateHashLabel],
    );
    expect(new Set([...hashes, 'parents']).size).toBe(3);
    for (const { metadata, spec } of story.replicaSets.values()) {
      const hash = metadata.labels?.[podTemplateHashLabel];
      expect(spec.selector.matchLabels?.[podTemplateHashLabel]).toBe(hash);
      expect(spec.template.metadata?.labels?.[podTemplateHashLabel]).toBe(hash);
    }
  });
});

describe('the analyses of an experiment', () => {
  test('start when its pods are up, once each, with its rules', () => {
    const story = play({
      analyses: [errors],
      dryRun: [{ metricName: 'error-rate' }],
      analysisRunMetadata: { labels: { team: 'shop' }, annotations: { note: 'x' } },
    });
    story.decide();
    expect(story.runs.size).toBe(0);
    story.settle().pass(3600);
    const [run] = story.runs.values();
    expect(story.runs.size).toBe(1);
    expect(run).toMatchObject({
      metadata: { name: 'trial-errors', labels: { team: 'shop' }, annotations: { note: 'x' } },
      spec: { dryRun: [{ metricName: 'error-rate' }] },
    });
    expect(run?.metadata.ownerReferences).toMatchObject([
      { kind: 'Experiment', uid: 'uid-trial', controller: true },
    ]);
  });

  test('end it when one fails: the others are stopped, and everything is taken down', () => {
    const slow = { name: 'slow', templateName: 'slow' };
    const story = play({ analyses: [errors, slow], scaleDownDelaySeconds: 0 }, [
      analysisTemplate('errors'),
      analysisTemplate('slow'),
    ]).settle();
    story.judge('trial-slow', 'Running').judge('trial-errors', 'Failed', 'too many');
    expect(story.verdict).toBe('Failed: too many');
    expect(story.runs.get('trial-slow')?.spec.terminate).toBe(true);
    expect(story.sizes).toEqual({ 'trial-old': 0, 'trial-new': 0 });
    const endOfStory = said(story).slice(-6);
    expect(endOfStory).toEqual(
      [
        'Normal AnalysisRunTerminating: Terminating slow (trial-slow)',
        'Normal ScalingReplicaSet: Scaled down ReplicaSet trial-old from 1 to 0',
        'Normal ScalingReplicaSet: Scaled down ReplicaSet trial-new from 1 to 0',
      ]
        .concat([
          "Warning AnalysisRunFailed: AnalysisRun 'errors' transitioned from Pending -> Failed: too many",
          'Warning ExperimentFailed: Experiment transitioned from Running -> Failed',
          "Normal TemplateSuccessful: Template 'old' transitioned from Running -> Successful",
          "Normal TemplateSuccessful: Template 'new' transitioned from Running -> Successful",
        ])
        .slice(-6),
    );
    expect(story.ownerEvents.map(({ reason }) => reason)).toContain('AnalysisRunFailed');
    story.judge('trial-slow', 'Successful');
    expect(story.verdict).toBe('Failed: too many');
  });

  test.each(['Error', 'Inconclusive'] as const)('end it as %s', (phase) => {
    const story = play({ analyses: [errors] })
      .settle()
      .judge('trial-errors', phase, 'why');
    expect(story.verdict).toBe(`${phase}: why`);
  });

  test('that are required hold it after its time, and let it go as soon as all have succeeded', () => {
    const story = play({ duration: '1m', analyses: [required] })
      .settle()
      .judge('trial-errors', 'Running')
      .pass(120);
    expect(story.verdict).toBe('Running');
    expect(story.sizes).toEqual({ 'trial-old': 0, 'trial-new': 0 });
    expect(story.judge('trial-errors', 'Successful').verdict).toBe(
      'Successful: Required AnalysisRuns completed',
    );
  });

  test('that are not required do not hold it, neither after its time nor once the required ones have succeeded', () => {
    const other = { name: 'other', templateName: 'errors' };
    const byTime = play({ duration: '1m', analyses: [errors] })
      .settle()
      .judge('trial-errors', 'Running')
      .pass(60);
    expect(byTime.verdict).toBe('Successful');
    expect(byTime.runs.get('trial-errors')?.spec.terminate).toBe(true);
    const byRequired = play({ analyses: [required, other] })
      .settle()
      .judge('trial-other', 'Running');
    expect(byRequired.judge('trial-errors', 'Successful').verdict).toBe(
      'Successful: Required AnalysisRuns completed',
    );
    expect(byRequired.runs.get('trial-other')?.spec.terminate).toBe(true);
  });

  test('that are required decide also when somebody terminates it', () => {
    const story = play({ analyses: [required] })
      .settle()
      .judge('trial-errors', 'Running');
    story.edit({ terminate: true }).settle();
    expect(story.verdict).toBe('Running');
    expect(story.runs.get('trial-errors')?.spec.terminate).toBe(true);
    expect(story.judge('trial-errors', 'Failed').verdict).toBe('Failed');
  });

  test('whose template is missing end it before a pod is started', () => {
    const story = play({ analyses: [{ ...errors, clusterScope: true }] });
    story.decide();
    expect(story.verdict).toBe(
      `Error: ClusterAnalysisTemplate verification failed for analysis 'errors': clusteranalysistemplate.argoproj.io "errors" not found`,
    );
    expect(story.actions).toEqual([]);
  });

  test('whose run is deleted end it', () => {
    const story = play({ analyses: [errors] }).settle();
    story.runs.clear();
    expect(story.settle().verdict).toBe('Error: analysisrun.argoproj.io "trial-errors" not found');
  });

  test('do not start when one of them cannot', () => {
    const open = analysisTemplate('open');
    const story = play({ analyses: [errors, { name: 'open', templateName: 'open' }] }, [
      analysisTemplate('errors'),
      { ...open, spec: { ...open.spec, args: [{ name: 'service' }] } },
    ]).settle();
    expect(story.verdict).toBe(
      "Error: Failed to create AnalysisRun for analysis 'open': args.service was not resolved",
    );
    expect(story.runs.size).toBe(0);
  });
});

describe('the arguments of an analysis', () => {
  const names = ['a', 'b', 'c', 'd'];
  const template = analysisTemplate('errors');
  const asked = {
    ...template,
    spec: { ...template.spec, args: names.map((name) => ({ name, value: 'default' })) },
  };
  const argsFor = (args: object[], more: Partial<ExperimentSpec> = {}) => {
    const story = play({ duration: '10m', ...more, analyses: [{ ...errors, args: args as never }] }, [
      asked,
    ]).settle();
    return story.status.phase === 'Running' ? story.runs.get('trial-errors')?.spec.args : story.verdict;
  };

  test('may name what the experiment makes, and its times', () => {
    const story = play().settle();
    const hash = story.replicaSets.get('trial-new')?.metadata.labels?.[podTemplateHashLabel];
    expect(
      argsFor([
        { name: 'a', value: 'pods with {{templates.new.podTemplateHash}}' },
        { name: 'b', value: '{{ templates.old.replicaset.name }}' },
        { name: 'c', value: '{{experiment.availableAt}}' },
        { name: 'd', value: '{{experiment.finishedAt}}' },
      ]),
    ).toEqual([
      { name: 'a', value: `pods with ${hash}` },
      { name: 'b', value: 'trial-old' },
      { name: 'c', value: '2026-01-01T12:00:00Z' },
      { name: 'd', value: '2026-01-01T12:10:00Z' },
    ]);
  });

  test('a Secret goes to the run by reference, and a field of the experiment is filled in', () => {
    const secretKeyRef = { name: 's', key: 'k' };
    expect(
      argsFor([
        { name: 'a', valueFrom: { secretKeyRef } },
        { name: 'b', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
      ]),
    ).toMatchObject([{ name: 'a', valueFrom: { secretKeyRef } }, { name: 'b', value: 'trial' }, {}, {}]);
  });

  test.each([
    ['{{templates.third.podTemplateHash}}', {}],
    ['{{args.a}}', {}],
    ['{{experiment.finishedAt}}', { duration: undefined }],
  ])('%s cannot be filled in', (value, more) => {
    expect(argsFor([{ name: 'a', value }], more as Partial<ExperimentSpec>)).toBe(
      `Error: Failed to create AnalysisRun for analysis 'errors': failed to resolve ${value}`,
    );
  });
});

describe('an experiment that is wrong', () => {
  const without = (name: string) => ({ ...trialTemplate(name), selector: undefined }) as never;

  test.each<[string, Partial<ExperimentSpec>, string]>([
    [
      'without selector',
      { templates: [without('old')] },
      "Rollout has missing field '.Spec.Templates[0].Selector'",
    ],
    [
      'that selects everything',
      { templates: [trialTemplate('old', { selector: {} })] },
      'This experiment is selecting all pods at index 0. A non-empty selector is required.',
    ],
    [
      'that waits longer than it may',
      { progressDeadlineSeconds: 10, templates: [trialTemplate('old', { minReadySeconds: 11 })] },
      'MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index 0',
    ],
    [
      'without a name',
      { templates: [trialTemplate('')] },
      'Experiment trial has empty template name at index 0',
    ],
    [
      'with a name twice',
      { templates: [trialTemplate('old'), trialTemplate('old')] },
      "Experiment trial has repeated template name 'old' in templates",
    ],
    [
      'whose pods are not its own',
      { templates: [trialTemplate('old', { selector: { matchLabels: { app: 'other' } } })] },
      "spec.templates 'old': the selector asks for the label app: other, which the template's pods do not have",
    ],
    [
      'with an analysis twice',
      { analyses: [errors, errors] },
      "Experiment trial has repeated analysis name 'errors' in analyses",
    ],
    [
      'for a time that is none',
      { duration: '1d' },
      'spec.duration: Invalid value: "1d": must be a duration such as 10m or 1h30m',
    ],
  ])('%s says so, and nothing else happens', (_, spec, message) => {
    const story = play(spec);
    story.decide();
    expect(story.status).toMatchObject({
      conditions: [{ type: 'InvalidSpec', status: 'True', reason: 'InvalidSpec', message }],
    });
    expect([story.actions, story.status.phase]).toEqual([[], undefined]);
    story.edit({
      ...trial().spec,
      duration: undefined,
      analyses: undefined,
      progressDeadlineSeconds: undefined,
    } as never);
    expect(story.settle().verdict).toBe('Running');
    expect(story.status.conditions?.map(({ type }) => type)).toEqual(['Progressing']);
  });
});

test('an experiment that is retried begins anew, with a run of its own', () => {
  const story = play({ analyses: [errors], scaleDownDelaySeconds: 0 })
    .settle()
    .judge('trial-errors', 'Failed');
  const { status: _, ...forgotten } = story.experiment;
  story.experiment = forgotten;
  story.settle();
  expect(story.verdict).toBe('Running');
  expect([...story.runs.keys()]).toEqual(['trial-errors', 'trial-errors.1']);
  expect(story.sizes).toEqual({ 'trial-old': 1, 'trial-new': 1 });
});
