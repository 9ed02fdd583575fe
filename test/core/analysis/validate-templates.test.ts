import type { AnalysisTemplate, RolloutAnalysis } from '../../../src/api/v1alpha1/analysis.ts';
import type { Rollout } from '../../../src/api/v1alpha1/rollout.ts';
import { validateAnalysisUse } from '../../../src/core/analysis/validate-templates.ts';

const rollout: Rollout = {
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop', namespace: 'store' },
  spec: {},
};
const metric = { name: 'errors', provider: { prometheus: { query: '{{args.service}}' } } };
const field = 'spec.strategy.canary.steps[0].analysis';

function template(name: string, spec: AnalysisTemplate['spec']): AnalysisTemplate {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'AnalysisTemplate', metadata: { name }, spec };
}

function validate(
  spec: AnalysisTemplate['spec'],
  analysis: Partial<RolloutAnalysis> = {},
  background = false,
) {
  const templates = { 'AnalysisTemplate/t': template('t', spec) };
  const used = { templates: [{ templateName: 't' }], ...analysis };
  return validateAnalysisUse({ rollout, analysis: used, templates, field, background });
}

const given = { args: [{ name: 'service', value: 'x' }] };
const declared = { args: [{ name: 'service' }] };

describe('the templates of a rollout', () => {
  test('that fit are no problem', () => {
    expect(validate({ ...declared, metrics: [metric] }, given)).toBeUndefined();
  });

  test('a step must come to an end, the background need not', () => {
    const endless = { ...declared, metrics: [{ ...metric, interval: '1m' }] };
    expect(validate(endless, given)).toEqual({
      field: `${field}.templates`,
      value: 'templateNames: [t]',
      detail: 'AnalysisTemplate t has metric errors which runs indefinitely. Invalid value for count: <nil>',
    });
    expect(validate(endless, given, true)).toBeUndefined();
  });

  test.each<[string, AnalysisTemplate['spec'], Partial<RolloutAnalysis>, string]>([
    ['an argument is not given', { ...declared, metrics: [metric] }, {}, 'args.service was not resolved'],
    [
      'a placeholder is not declared',
      { metrics: [metric] },
      {},
      'AnalysisTemplate t: failed to resolve {{args.service}}',
    ],
    [
      'an argument has two sources',
      {
        args: [{ name: 'service', value: 'x', valueFrom: { secretKeyRef: { name: 's', key: 'k' } } }],
        metrics: [metric],
      },
      {},
      "AnalysisTemplate t: arg 'service' has both Value and ValueFrom fields",
    ],
    [
      'a count comes from an argument without a default',
      {
        args: [{ name: 'service', value: 'x' }, { name: 'c' }],
        metrics: [{ ...metric, interval: '1m', count: '{{args.c}}' }],
      },
      { args: [{ name: 'c', value: '3' }] },
      'AnalysisTemplate t has metric errors which runs indefinitely. Invalid value for count: dummy-value',
    ],
  ])('are refused when %s', (_, spec, analysis, detail) => {
    expect(validate(spec, analysis)?.detail).toBe(detail);
  });

  test('that are missing are named where they are named', () => {
    expect(validate({}, { templates: [{ templateName: 'gone' }] })).toEqual({
      field: `${field}.templates`,
      value: 'gone',
      detail: "AnalysisTemplate 'gone' not found",
    });
    expect(validate({ templates: [{ templateName: 'deep', clusterScope: true }] })).toEqual({
      field: 'spec.templates',
      value: 'deep',
      detail: "ClusterAnalysisTemplate 'deep' not found",
    });
  });
});
