import { parseObject } from '../../src/api/parse.ts';
import { formatFieldError } from '../../src/api/validation/field-error.ts';

const rollout = (spec: object, more: object = {}) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name: 'shop', labels: { any: 'thing' } },
  spec,
  ...more,
});
const canary = (strategy: object) => rollout({ strategy: { canary: strategy } });
const pod = (container: object) => rollout({ template: { spec: { containers: [container] } } });

describe('reading an object without an API server', () => {
  test.each<[string, unknown, string]>([
    ['no object', 'text', 'Rollout: Invalid value: "text": must be an object, not a text'],
    [
      'another version',
      { ...rollout({}), apiVersion: 'argoproj.io/v1' },
      'apiVersion: Unsupported value: "argoproj.io/v1": supported values: "argoproj.io/v1alpha1"',
    ],
    [
      'another kind',
      { ...rollout({}), kind: 'Deployment' },
      'kind: Unsupported value: "Deployment": supported values: "Rollout"',
    ],
    [
      'no name',
      { ...rollout({}), metadata: {} },
      'metadata.name: Required value: name or generateName is required',
    ],
    ['no spec', { ...rollout({}), spec: undefined }, 'spec: Required value'],
    [
      'a text for a number',
      rollout({ replicas: '3' }),
      'spec.replicas: Invalid value: "3": must be a whole number, not a text',
    ],
    [
      'a fraction',
      canary({ steps: [{ setWeight: 12.5 }] }),
      'spec.strategy.canary.steps[0].setWeight: Invalid value: 12.5: must be a whole number, not a fraction',
    ],
    [
      'a number that is too large',
      rollout({ replicas: 3_000_000_000 }),
      'spec.replicas: Invalid value: 3000000000: must be between -2147483648 and 2147483647',
    ],
    [
      'a list where an object stands',
      canary({ trafficRouting: [] }),
      'spec.strategy.canary.trafficRouting: Invalid value: []: must be an object, not a list',
    ],
    [
      'an object where a list stands',
      canary({ steps: { setWeight: 10 } }),
      'spec.strategy.canary.steps: Invalid value: {"setWeight":10}: must be a list, not an object',
    ],
    [
      'a text for yes or no',
      rollout({ paused: 'yes' }),
      'spec.paused: Invalid value: "yes": must be true or false, not a text',
    ],
    [
      'a time that is none',
      rollout({ restartAt: 'tomorrow' }),
      'spec.restartAt: Invalid value: "tomorrow": must be a time such as 2026-01-31T12:00:00Z, not a text',
    ],
    [
      'a label that is a number',
      rollout({ selector: { matchLabels: { 'app.io/v': 1 } } }),
      'spec.selector.matchLabels[app.io/v]: Invalid value: 1: must be a text, not a whole number',
    ],
    [
      'a required field that is missing',
      rollout({ strategy: { blueGreen: {} } }),
      'spec.strategy.blueGreen.activeService: Required value',
    ],
    [
      'an environment variable that is a number',
      pod({ name: 'c', env: [{ name: 'A', value: 5 }] }),
      'spec.template.spec.containers[0].env[0].value: Invalid value: 5: must be a text, not a whole number',
    ],
  ])('%s is said by field, value and what was expected', (_, value, message) => {
    const { object, problems } = parseObject('Rollout', value);
    expect(object).toBeUndefined();
    expect(problems.map(formatFieldError)).toEqual([message]);
  });

  test('a text that YAML read as a number is told to be quoted', () => {
    const { problems } = parseObject('Rollout', pod({ name: 'c', env: [{ name: 'A', value: 5 }] }));
    expect(problems[0]?.fix).toBe('Put it in quotes.');
  });

  test.each([
    [canary({ step: [] }), 'spec.strategy.canary.step', 'steps'],
    [canary({ steps: [{ setweight: 10 }] }), 'spec.strategy.canary.steps[0].setweight', 'setWeight'],
    [pod({ name: 'c', imag: 'x' }), 'spec.template.spec.containers[0].imag', 'image'],
    [rollout({ surprise: 1 }), 'spec.surprise', undefined],
  ])('an unknown field is named, with the one that was meant', (value, path, meant) => {
    const { object, unknownFields } = parseObject('Rollout', value);
    expect(unknownFields).toEqual([{ path, ...(meant !== undefined && { meant }) }]);
    expect(object).toBeDefined();
  });

  test('the object comes without unknown fields and nulls, with its metadata as it was', () => {
    const { object, problems } = parseObject('Rollout', rollout({ replicas: 2, surprise: 1, paused: null }));
    expect(problems).toEqual([]);
    expect(object).toEqual(rollout({ replicas: 2 }));
  });

  test('what is open stays as it is: settings of plugins, amounts, Jobs', () => {
    const metric = {
      name: 'job',
      provider: { job: { spec: { template: { spec: { restartPolicy: 'Never' } }, newField: 1 } } },
    };
    const template = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate',
      metadata: { name: 't' },
      spec: { metrics: [metric] },
    };
    expect(parseObject('AnalysisTemplate', template)).toEqual({
      object: template,
      unknownFields: [],
      problems: [],
    });
    const amounts = pod({ name: 'c', resources: { limits: { cpu: 0.5 } } });
    expect(parseObject('Rollout', amounts).object).toEqual(amounts);
  });
});
