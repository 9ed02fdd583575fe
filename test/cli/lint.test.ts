import { terminal } from './terminal.ts';

const service = (name: string, app = 'shop') => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${app}}, ports: [{port: 80}]}
`;

/** A Rollout with these lines under its strategy. */
const rollout = (strategy: string, more = '') => `apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: shop
  labels: {team: checkout}
spec:
  replicas: 4
  selector: {matchLabels: {app: shop}}
${more}  template:
    metadata: {labels: {app: shop}}
    spec: {containers: [{name: shop, image: shop:1}]}
  strategy:
${strategy.replaceAll(/^/gm, '    ')}
`;

/** A template with one metric, of these lines. */
const template = (metric: string, args = '') => `apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: rate}
spec:
${args}  metrics:
  - name: rate
${metric.replaceAll(/^/gm, '    ')}
`;

const prometheus = (query = 'sum(rate(http_requests_total[5m]))') =>
  `provider: {prometheus: {address: "http://prometheus:9090", query: '${query}'}}`;

const analysisStep =
  'canary:\n  steps:\n  - setWeight: 50\n  - analysis:\n      templates: [{templateName: rate}]';

interface Found {
  readonly file: string;
  readonly line: number;
  readonly field: string;
  readonly severity: string;
  readonly message: string;
  readonly fix: string;
}

const host = (files: Readonly<Record<string, string>>) =>
  terminal({
    readFile: async (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error(path), { code: 'ENOENT' });
      return text;
    },
    listFiles: async (path) => (path === 'git' ? Object.keys(files) : undefined),
  });

/** `error 12 spec.metrics[0].successCondition: message` for each finding in a folder with these files. */
async function findings(...texts: readonly string[]): Promise<string[]> {
  const files = Object.fromEntries(texts.map((text, index) => [`${index}.yaml`, text]));
  const { code, out } = await host(files).run('lint -f git -o json');
  const found = JSON.parse(out) as Found[];
  expect(found.filter(({ file, line, fix }) => file === '' || line < 1 || fix === '')).toEqual([]);
  expect(code).toBe(found.some(({ severity }) => severity === 'error') ? 1 : 0);
  return found.map(({ severity, line, field, message }) => `${severity} ${line} ${field}: ${message}`);
}

describe('lint', () => {
  test('has nothing to say about a release that is right', async () => {
    expect(
      await findings(
        rollout(`${analysisStep}\n      args: [{name: service, value: shop}]`),
        template(
          `interval: 30s\ncount: 5\nfailureLimit: 1\nsuccessCondition: result[0] >= 0.95\n${prometheus('sum(rate(ok{svc="{{args.service}}"}[5m]))')}`,
          '  args: [{name: service}]\n',
        ),
      ),
    ).toEqual([]);
  });

  test.each<[string, readonly string[], readonly string[]]>([
    [
      'a misspelt field',
      [rollout('canary:\n  step: []')],
      ['error 14 spec.strategy.canary.step: unknown field'],
    ],
    [
      'a value of a wrong type',
      [rollout('canary: {}', '  revisionHistoryLimit: many\n')],
      ['error 9 spec.revisionHistoryLimit: Invalid value: "many": must be a whole number, not a text'],
    ],
    [
      'a weight that is none',
      [rollout('canary:\n  steps:\n  - setWeight: 20\n  - setWeight: 120')],
      [
        'error 16 spec.strategy.canary.steps[1].setWeight: Invalid value: 120: SetWeight needs to be between 0 and 100',
      ],
    ],
    [
      'a weight that goes down',
      [rollout('canary:\n  steps:\n  - setWeight: 50\n  - setWeight: 20')],
      [
        'warning 16 spec.strategy.canary.steps[1].setWeight: the weight goes down from 50 to 20 during the release',
      ],
    ],
    [
      'a Service that is in none of the files',
      [rollout('blueGreen:\n  activeService: shop')],
      ['error 14 spec.strategy.blueGreen.activeService: service "shop" not found in these files'],
    ],
    [
      'a Service that selects other pods',
      [rollout('blueGreen:\n  activeService: shop'), service('shop', 'other')],
      [
        'error 14 spec.strategy.blueGreen.activeService: Invalid value: "shop": Service "shop" has unmatch label "app" in rollout',
      ],
    ],
    [
      'a VirtualService without the canary',
      [
        rollout(
          'canary:\n  stableService: a\n  canaryService: b\n  trafficRouting: {istio: {virtualService: {name: shop}}}',
        ),
        service('a'),
        service('b'),
        'apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: shop}\nspec: {hosts: [shop], http: [{route: [{destination: {host: a}, weight: 100}]}]}',
      ],
      [
        'error 16 spec.strategy.canary.trafficRouting.istio.virtualService.name: Invalid value: "shop": Istio VirtualService has invalid HTTP routes. Error: Canary Service \'b\' not found in route',
      ],
    ],
    [
      'a TraefikService of the vendor’s older group, without the canary',
      [
        rollout(
          'canary:\n  stableService: a\n  canaryService: b\n  trafficRouting: {traefik: {weightedTraefikServiceName: shop}}',
        ),
        service('a'),
        service('b'),
        'apiVersion: traefik.containo.us/v1alpha1\nkind: TraefikService\nmetadata: {name: shop}\nspec: {weighted: {services: [{name: a, port: 80}]}}',
      ],
      [
        'error 16 spec.strategy.canary.trafficRouting.traefik.weightedTraefikServiceName: Invalid value: "shop": traefik canary service was not found',
      ],
    ],
    [
      'a router that is in none of the files',
      [
        rollout(
          'canary:\n  stableService: a\n  canaryService: b\n  trafficRouting: {nginx: {stableIngress: shop}}',
        ),
        service('a'),
        service('b'),
      ],
      [
        'error 16 spec.strategy.canary.trafficRouting.nginx.stableIngress: ingresses.networking.k8s.io "shop" not found in these files',
      ],
    ],
    [
      'a workload that is in none of the files',
      [
        'apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: {name: shop}\nspec:\n  workloadRef: {apiVersion: apps/v1, kind: Deployment, name: shop}\n  strategy: {canary: {}}',
      ],
      ['error 5 spec.workloadRef.name: Deployment "shop" not found in these files'],
    ],
    [
      'a template that is in none of the files',
      [rollout(analysisStep)],
      [
        "error 17 spec.strategy.canary.steps[1].analysis.templates[0]: AnalysisTemplate 'rate' not found in these files",
      ],
    ],
    [
      'an argument without a value, and one that nobody asked for',
      [
        rollout(`${analysisStep}\n      args: [{name: servce, value: shop}]`),
        template(
          `successCondition: result[0] >= 0.95\n${prometheus('ok{svc="{{args.service}}"}')}`,
          '  args: [{name: service}]\n',
        ),
      ],
      [
        'error 18 spec.strategy.canary.steps[1].analysis.args: argument "service" of rate has no value',
        'warning 18 spec.strategy.canary.steps[1].analysis.args[0].name: rate declares no argument "servce": it is dropped',
      ],
    ],
    [
      'a field that the Rollout does not have',
      [
        rollout(
          `${analysisStep}\n      args: [{name: service, valueFrom: {fieldRef: {fieldPath: "spec.replica"}}}]`,
        ),
        template(
          `successCondition: result[0] >= 0.95\n${prometheus('ok{svc="{{args.service}}"}')}`,
          '  args: [{name: service}]\n',
        ),
      ],
      [
        expect.stringMatching(
          /^error 18 spec.strategy.canary.steps\[1\].analysis.args\[0\].valueFrom.fieldRef.fieldPath: /,
        ),
      ] as unknown as string[],
    ],
    [
      'an argument that makes a condition wrong',
      [
        rollout(`${analysisStep}\n      args: [{name: limit, value: high}]`),
        template(
          `successCondition: "result[0] >= {{args.limit}}"\n${prometheus()}`,
          '  args: [{name: limit}]\n',
        ),
      ],
      [
        'error 18 spec.strategy.canary.steps[1].analysis.args: with these values metric rate of rate is wrong: "result[0] >= high": unknown name high',
      ],
    ],
    [
      'a step that waits for a metric without end',
      [rollout(analysisStep), template(`interval: 30s\nsuccessCondition: result[0] > 1\n${prometheus()}`)],
      [
        'error 17 spec.strategy.canary.steps[1].analysis.templates: AnalysisTemplate rate has metric rate which runs indefinitely. Invalid value for count: <nil>',
      ],
    ],
    [
      'a condition that takes a list for a number',
      [template(`successCondition: result >= 0.95\n${prometheus()}`)],
      [
        'error 7 spec.metrics[0].successCondition: "result >= 0.95": invalid operation: >= (mismatched types []float64 and float64)',
      ],
    ],
    [
      'a condition that takes a number for a list',
      [template(`failureCondition: result[0] >= 0.95\n${prometheus('scalar(up)')}`)],
      ['error 7 spec.metrics[0].failureCondition: "result[0] >= 0.95": type float64[int] is undefined'],
    ],
    [
      'a condition that says neither yes nor no',
      [template('successCondition: len(result)\nprovider: {web: {url: "http://shop/health"}}')],
      ['error 7 spec.metrics[0].successCondition: "len(result)": expected bool, but got int'],
    ],
    [
      'a query that is no PromQL',
      [template(`successCondition: result[0] > 1\n${prometheus('sum(rate(ok[5m])')}`)],
      [
        expect.stringMatching(/^error 8 spec.metrics\[0\].provider.prometheus.query: parse error: /),
      ] as unknown as string[],
    ],
    [
      'a query that is a range',
      [template(`successCondition: result[0] > 1\n${prometheus('ok[5m]')}`)],
      [
        'error 8 spec.metrics[0].provider.prometheus.query: the query is a range vector, of which no verdict can be made',
      ],
    ],
    [
      'a split to observe by what is no PromQL',
      [
        rollout(
          [
            'canary:',
            '  stableService: shop-stable',
            '  canaryService: shop-canary',
            '  trafficRouting: {nginx: {stableIngress: shop}}',
            '  observedSplit:',
            '    prometheus: {address: "http://prometheus:9090"}',
            "    canaryRequests: 'sum(new[{{window}}]'",
            "    stableRequests: 'old[{{window}}]'",
          ].join('\n'),
        ),
        service('shop-stable'),
        service('shop-canary'),
      ],
      expect.arrayContaining([
        expect.stringMatching(/spec.strategy.canary.observedSplit.canaryRequests: parse error: /),
        expect.stringMatching(
          /spec.strategy.canary.observedSplit.stableRequests: the query is a range vector/,
        ),
      ]) as unknown as string[],
    ],
    [
      'a kind that nobody has',
      [rollout('canary: {}').replace('kind: Rollout', 'kind: Rolout')],
      ['error 2 kind: argoproj.io has no kind "Rolout"'],
    ],
    [
      'a group that is misspelt',
      [rollout('canary: {}').replace('argoproj.io', 'argoprj.io')],
      [
        'error 1 apiVersion: Unsupported value: "argoprj.io/v1alpha1": supported values: "argoproj.io/v1alpha1"',
      ],
    ],
    [
      'a name that no object may have',
      [rollout('canary: {}').replace('name: shop\n', 'name: Shop\n')],
      [
        expect.stringMatching(
          /^error 4 metadata.name: Invalid value: "Shop": a lowercase RFC 1123 subdomain/,
        ),
      ] as unknown as string[],
    ],
    [
      'an analysis that begins after the last step',
      [
        rollout(
          'canary:\n  analysis:\n    templates: [{templateName: rate}]\n    startingStep: 3\n  steps: [{setWeight: 50}]',
        ),
        template(`successCondition: result[0] > 1\n${prometheus()}`),
      ],
      [
        'warning 16 spec.strategy.canary.analysis.startingStep: there is no step 3: the last of 1 is 0, so that the analysis never runs',
      ],
    ],
    [
      'a query that a misspelt metric satisfies',
      [
        template(
          `successCondition: result[0] <= {{args.limit}}\n${prometheus('sum(rate(errs_totl[5m])) / sum(rate(requests_total[5m])) or vector(0)')}`,
          '  args: [{name: limit, value: "0.05"}]\n',
        ),
      ],
      [
        'warning 9 spec.metrics[0].provider.prometheus.query: where nobody exports errs_totl and requests_total the query answers 0, which is Successful: with the name misspelt, every release passes',
      ],
    ],
    [
      'a query that a misspelt metric satisfies, be it only the name that no other metric of the template needs',
      [
        `${template(`successCondition: result[0] < 1\n${prometheus('sum(rate(errs_totl[5m])) / sum(rate(requests_total[5m])) or vector(0)')}`)}  - name: traffic
    successCondition: result[0] > 1
    ${prometheus('sum(rate(requests_total[5m]))')}
`,
      ],
      [
        'warning 8 spec.metrics[0].provider.prometheus.query: where nobody exports errs_totl the query answers 0, which is Successful: with the name misspelt, every release passes',
      ],
    ],
    [
      'a placeholder that no argument fills',
      [template(`successCondition: result[0] > 1\n${prometheus('ok{svc="{{args.service}}"}')}`)],
      ['error 6 spec.metrics[0]: failed to resolve {{args.service}}'],
    ],
    [
      'a metric without a condition, and limits that mean nothing',
      [template(`count: 3\ninterval: 10s\nfailureLimit: 3\n${prometheus()}`)],
      [
        'warning 6 spec.metrics[0]: without a condition every answer counts as good',
        'warning 9 spec.metrics[0].failureLimit: failureLimit 3 is not below count 3: the metric can never fail',
      ],
    ],
    [
      'two counts without a pause between them',
      [template(`count: 3\nsuccessCondition: result[0] > 1\n${prometheus()}`)],
      ['error 6 spec.metrics[0].interval: interval must be specified when count > 1'],
    ],
    [
      'a metric plugin',
      [template('successCondition: result > 1\nprovider: {plugin: {"acme/metrics": {}}}')],
      ['error 8 spec.metrics[0].provider.plugin: metric plugins are not supported: acme/metrics'],
    ],
    [
      'a template that leads to itself',
      [
        'apiVersion: argoproj.io/v1alpha1\nkind: AnalysisTemplate\nmetadata: {name: a}\nspec: {templates: [{templateName: a}]}',
      ],
      [
        "error 4 spec.templates[0]: AnalysisTemplate 'a' refers to itself: AnalysisTemplate/a → AnalysisTemplate/a",
      ],
    ],
    [
      'an experiment step without end',
      [rollout('canary:\n  steps:\n  - experiment:\n      templates: [{name: one, specRef: canary}]')],
      [
        'warning 15 spec.strategy.canary.steps[0].experiment: the step does not end by itself: it has no duration, and no analysis that is required for completion',
      ],
    ],
    [
      'the same object twice',
      [rollout('canary: {}'), rollout('canary: {}')],
      ['warning 4 metadata.name: the same object is in 0.yaml:2 too: the last one that is applied counts'],
    ],
    ['a key that is there twice', ['kind: A\nkind: B\n'], ['error 2 : not YAML: Map keys must be unique']],
    [
      'a Helm template',
      ['apiVersion: v1\nkind: Rollout\nmetadata:\n  name: {{ .Values.name }}\n'],
      ['error 1 : a Helm template is no manifest yet'],
    ],
  ])('finds %s', async (_name, texts, expected) => {
    expect(await findings(...texts)).toEqual(expected);
  });

  test.each([
    [
      'gives the default to the failures alone',
      'result[0] < 0.1',
      '(sum(rate(bad[5m])) or vector(0)) / sum(rate(all[5m]))',
    ],
    [
      'takes the default for a failure',
      'result[0] >= 0.95',
      'sum(rate(ok[5m])) / sum(rate(all[5m])) or vector(0)',
    ],
    ['has no default', 'result[0] < 0.1', 'sum(rate(bad[5m]))'],
    ['names no metric', 'result[0] < 0.1', 'vector(0)'],
  ])('has nothing to say about a query that %s', async (_name, condition, query) => {
    expect(await findings(template(`successCondition: ${condition}\n${prometheus(query)}`))).toEqual([]);
  });

  test.each([
    [
      'a field under a wrong parent',
      rollout('canary: {}\ntrafficRouting: {}'),
      'Move it to spec.strategy.canary.trafficRouting, where it belongs, or remove it.',
    ],
    [
      'a step that is no step',
      rollout('canary: {setWeight: 20}'),
      'Move it to spec.strategy.canary.steps[].setWeight, where it belongs, or remove it.',
    ],
    ['a weight in quotes', rollout('canary: {steps: [{setWeight: "25"}]}'), 'Write 25 without quotes.'],
    [
      'a weight with a unit',
      rollout('canary: {steps: [{setWeight: 25%}]}'),
      'Write a whole number, such as 25.',
    ],
    [
      'a pause without its field',
      rollout('canary: {steps: [{pause: 5m}]}'),
      'Write its fields below it: duration.',
    ],
    [
      'a list that is none',
      rollout('canary: {steps: {setWeight: 5}}'),
      'Write each item in a line of its own, after a `-`.',
    ],
    [
      'a switch in quotes',
      rollout('canary: {dynamicStableScale: "yes"}'),
      'Write true or false, without quotes.',
    ],
  ])('says what to do about %s', async (_name, text, fix) => {
    const { out } = await host({ 'a.yaml': text }).run('lint -f git -o json');
    expect((JSON.parse(out) as Found[]).map((found) => found.fix)).toContain(fix);
  });

  test('leaves kinds of others alone, also those of the same name, and says when nothing is left', async () => {
    const others =
      'apiVersion: kubeflow.org/v1beta1\nkind: Experiment\nmetadata: {name: tune}\nspec: {algorithm: {}}\n';
    const { code, out, err } = await host({ 'a.yaml': others }).run('lint -f git');
    expect({ code, out }).toEqual({ code: 0, out: '' });
    expect(err).toBe('Nothing to lint: no Rollout, template, run or experiment in git.\n');
  });

  test('prints what editors can jump to, with the place in the condition', async () => {
    const files = { 'rate.yaml': template(`successCondition: result[0] >= 0.9x\n${prometheus()}`) };
    const { code, out, err } = await host(files).run('lint -f rate.yaml');
    expect({ code, err }).toEqual({ code: 1, err: '1 error, 0 warnings in 1 file\n' });
    expect(out).toBe(
      [
        'rate.yaml:7:5: error: AnalysisTemplate rate: spec.metrics[0].successCondition: "result[0] >= 0.9x": bad number syntax: "0.9x"',
        '    result[0] >= 0.9x',
        '                 ^^^^',
        '    fix: Correct the expression at the mark; `sluice evaluate` tries it.',
        '',
      ].join('\n'),
    );
  });

  test('takes files and folders without a flag, too', async () => {
    const { code, out } = await host({ 'a.yaml': rollout('canary:\n  step: []') }).run('lint git');
    expect([code, out]).toEqual([1, expect.stringContaining('unknown field')]);
  });

  test('takes what single files refer to for objects of the cluster', async () => {
    const files = { 'shop.yaml': rollout('blueGreen:\n  activeService: shop') };
    const { code, out } = await host(files).run('lint -f shop.yaml');
    expect(code).toBe(0);
    expect(out).toContain(
      'warning: Rollout shop: spec.strategy.blueGreen.activeService: service "shop" not found',
    );
  });

  test.each([
    ['lint', /^Error: no file given/],
    ['lint -f none.yaml', /^Error: there is no file none.yaml/],
    ['lint -f a.yaml -o yaml', /^Error: --output: found "yaml", must be json/],
    ['lint -f a.yaml --missing no', /^Error: --missing: found "no", must be error or warning/],
  ])('%s is refused', async (line, text) => {
    const { code, err } = await host({ 'a.yaml': '' }).run(line);
    expect(code).toBe(1);
    expect(err).toMatch(text);
  });
});
