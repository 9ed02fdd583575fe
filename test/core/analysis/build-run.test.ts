import type { AnalysisRun, AnalysisTemplate, RolloutAnalysis } from '../../../src/api/v1alpha1/analysis.ts';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import { buildAnalysisRun, type RunRequest } from '../../../src/core/analysis/build-run.ts';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: {
    name: 'shop',
    namespace: 'store',
    uid: 'uid-of-shop',
    labels: { team: 'checkout' },
    annotations: { 'rollout.argoproj.io/revision': '3' },
  },
  spec: { replicas: 5, selector: { matchLabels: { app: 'shop' } } },
};

function template(name: string, spec: AnalysisTemplate['spec'], kind = 'AnalysisTemplate'): AnalysisTemplate {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: kind as AnalysisTemplate['kind'],
    metadata: { name },
    spec,
  };
}

const metric = (name: string) => ({ name, provider: { prometheus: { query: 'up' } } });

function request(
  analysis: RolloutAnalysis,
  templates: AnalysisTemplate[],
  more: Partial<RunRequest> = {},
): RunRequest {
  return {
    rollout,
    purpose: 'Background',
    analysis,
    latestHash: 'abc',
    stableHash: 'old',
    templates: Object.fromEntries(templates.map((each) => [`${each.kind}/${each.metadata.name}`, each])),
    existing: [],
    ...more,
  };
}

function built(asked: RunRequest): AnalysisRun {
  const answer = buildAnalysisRun(asked);
  if ('error' in answer) throw new Error(answer.error);
  return answer.run;
}

function refusal(asked: RunRequest): string {
  const answer = buildAnalysisRun(asked);
  return 'error' in answer ? answer.error : 'built';
}

const errors = template('errors', { metrics: [metric('errors')], args: [{ name: 'service' }] });
const useErrors: RolloutAnalysis = {
  templates: [{ templateName: 'errors' }],
  args: [{ name: 'service', value: 'shop-canary' }],
};

describe('building a run', () => {
  test.each([
    ['Background', undefined, 'shop-abc-3'],
    ['Step', 2, 'shop-abc-3-2'],
    ['PrePromotion', undefined, 'shop-abc-3-pre'],
    ['PostPromotion', undefined, 'shop-abc-3-post'],
  ] as const)('a %s run is named after rollout, hash, revision and use', (purpose, stepIndex, name) => {
    const run = built(request(useErrors, [errors], { purpose, stepIndex }));
    expect(run.metadata.name).toBe(name);
    expect(run.metadata.labels?.['rollout-type']).toBe(purpose);
    expect(run.metadata.labels?.['step-index']).toBe(stepIndex === undefined ? undefined : String(stepIndex));
  });

  test('a run carries its revision, the labels asked for, and the rollout as controller', () => {
    const analysis = {
      ...useErrors,
      analysisRunMetadata: { labels: { app: 'other', tier: 'web' }, annotations: { note: 'x' } },
    };
    const { metadata } = built(request(analysis, [errors]));
    expect(metadata.labels).toEqual({
      'rollouts-pod-template-hash': 'abc',
      'rollout-type': 'Background',
      tier: 'web',
      app: 'shop',
    });
    expect(metadata.annotations).toEqual({ 'rollout.argoproj.io/revision': '3', note: 'x' });
    expect(metadata.ownerReferences).toEqual([
      {
        apiVersion: 'argoproj.io/v1alpha1',
        kind: 'Rollout',
        name: 'shop',
        uid: 'uid-of-shop',
        controller: true,
        blockOwnerDeletion: true,
      },
    ]);
  });

  test('namespaced templates come before those of the cluster, each once, nested ones too', () => {
    const templates = [
      template('a', { templates: [{ templateName: 'c' }, { templateName: 'b' }] }),
      template('b', { metrics: [metric('b')], templates: [{ templateName: 'c' }] }),
      template('c', { metrics: [metric('c')] }),
      template('wide', { metrics: [metric('wide')] }, 'ClusterAnalysisTemplate'),
    ];
    const run = built(
      request(
        { templates: [{ templateName: 'wide', clusterScope: true }, { templateName: 'a' }] },
        templates,
      ),
    );
    expect(run.spec.metrics.map(({ name }) => name)).toEqual(['c', 'b', 'wide']);
  });

  test('a name that is taken gets a number, unless the same run is still going there', () => {
    const first = built(request(useErrors, [errors]));
    const going: AnalysisRun = { ...first, status: { phase: 'Running' } };
    const ended: AnalysisRun = { ...first, status: { phase: 'Inconclusive' } };
    expect(buildAnalysisRun(request(useErrors, [errors], { existing: [going] }))).toEqual({
      run: going,
      reused: true,
    });
    expect(built(request(useErrors, [errors], { existing: [ended] })).metadata.name).toBe('shop-abc-3.1');
    const foreign = { ...going, metadata: { ...going.metadata, ownerReferences: [] } };
    expect(built(request(useErrors, [errors], { existing: [foreign] })).metadata.name).toBe('shop-abc-3.1');
  });
});

describe('what keeps a run from being built', () => {
  const same = template('same', { metrics: [metric('errors')] });
  const loop = template('loop', { templates: [{ templateName: 'back' }] });
  const back = template('back', { templates: [{ templateName: 'loop' }] });
  const one = template('one', { args: [{ name: 'x', value: 'a' }], metrics: [metric('m1')] });
  const two = template('two', { args: [{ name: 'x', value: 'b' }], metrics: [metric('m2')] });
  const refs = (...names: string[]) => ({ templates: names.map((templateName) => ({ templateName })) });
  test.each<[string, RolloutAnalysis, string]>([
    ['a template that is not there', refs('gone'), "AnalysisTemplate 'gone' not found"],
    [
      'two metrics of one name',
      { ...refs('errors', 'same'), args: useErrors.args },
      "two metrics have the same name 'errors'",
    ],
    ['an argument without a value', refs('errors'), 'args.service was not resolved'],
    [
      'templates that contradict each other',
      refs('one', 'two'),
      "Argument `x` specified multiple times with different values: 'a', 'b'",
    ],
    [
      'templates that go in a circle',
      refs('loop'),
      "AnalysisTemplate 'loop' refers to itself: AnalysisTemplate/loop → AnalysisTemplate/back → AnalysisTemplate/loop",
    ],
  ])('%s', (_, analysis, message) => {
    expect(refusal(request(analysis, [errors, same, loop, back, one, two]))).toBe(message);
  });
});

describe('arguments of the rollout', () => {
  const value = (valueFrom: object) => {
    const analysis = { templates: useErrors.templates, args: [{ name: 'service', valueFrom }] };
    const answer = buildAnalysisRun(request(analysis, [errors]));
    return 'error' in answer ? answer.error : answer.run.spec.args?.[0]?.value;
  };
  const field = (fieldPath: string) => value({ fieldRef: { fieldPath } });

  test.each([
    ['metadata.name', 'shop'],
    ["metadata.labels['team']", 'checkout'],
    ["metadata.labels['none']", ''],
    ["metadata.labels['a b']", 'invalid key subscript in metadata.labels: a b'],
    ['metadata.labels', 'team="checkout"'],
    ['metadata.generation', 'unsupported fieldPath: metadata.generation'],
    ['spec.replicas', '5'],
    ['spec.selector.matchLabels.app', 'shop'],
    ['spec.selector', 'path spec.selector in rollout must terminate in a primitive value'],
    ['spec.none.deeper', 'invalid path spec.none.deeper in rollout'],
  ])('%s is %j', (path, expected) => {
    expect(field(path)).toBe(expected);
  });

  test('the hashes of both revisions', () => {
    expect(value({ podTemplateHashValue: 'Latest' })).toBe('abc');
    expect(value({ podTemplateHashValue: 'Stable' })).toBe('old');
  });

  test('an argument that no template declares is left out, and an empty one overrides a default', () => {
    const withDefault = template('errors', {
      metrics: [metric('m')],
      args: [{ name: 'service', value: 'd' }],
    });
    const analysis = {
      ...useErrors,
      args: [
        { name: 'service', value: '' },
        { name: 'none', value: '1' },
      ],
    };
    expect(built(request(analysis, [withDefault])).spec.args).toEqual([{ name: 'service', value: '' }]);
  });
});
