import type { Rollout, RolloutSpec } from '../../src/api/v1alpha1/rollout.ts';
import { formatFieldError } from '../../src/api/validation/field-error.ts';
import {
  invalidSpecMessage,
  type ValidationContext,
  validateRollout,
} from '../../src/api/validation/validate-rollout.ts';

function rollout(spec: Partial<RolloutSpec>): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'shop', namespace: 'web' },
    spec: {
      selector: { matchLabels: { app: 'shop' } },
      template: {
        metadata: { labels: { app: 'shop' } },
        spec: { containers: [{ name: 'shop', image: 'shop:v1' }] },
      },
      strategy: { canary: {} },
      ...spec,
    },
  };
}

const canary = (strategy: object) => ({ strategy: { canary: strategy } });
const routed = (more: object) =>
  canary({
    stableService: 'a',
    canaryService: 'b',
    trafficRouting: { istio: { virtualService: { name: 'v' } } },
    ...more,
  });
const queries = { canaryRequests: 'sum(new[{{window}}])', stableRequests: 'sum(old[{{window}}])' };
const steps = (...list: object[]) => routed({ steps: list });

/** Each row: what is wrong, the spec, and the first error as the user reads it. */
const rows: readonly [string, object, string][] = [
  [
    'negative replicas',
    { replicas: -1 },
    'spec.replicas: Invalid value: -1: must be greater than or equal to 0',
  ],
  [
    'no selector',
    { selector: undefined },
    "spec.selector: Required value: Rollout has missing field '.spec.selector'",
  ],
  [
    'an empty selector',
    { selector: {} },
    'spec.selector: Invalid value: {}: empty selector is invalid for deployment',
  ],
  [
    'no strategy',
    { strategy: {} },
    "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
  ],
  [
    'two strategies',
    { strategy: { canary: {}, blueGreen: { activeService: 'a' } } },
    'spec.strategy.strategy: Invalid value: "canary, blueGreen": Multiple Strategies can not be listed',
  ],
  [
    'a deadline before the pods can be ready',
    { minReadySeconds: 30, progressDeadlineSeconds: 30 },
    'spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds',
  ],
  [
    'labels that the selector does not match',
    { template: { metadata: { labels: { app: 'x' } }, spec: { containers: [{ name: 'c', image: 'i' }] } } },
    'spec.template.metadata.labels: Invalid value: {"app":"x"}: `selector` does not match template `labels`',
  ],
  [
    'no containers',
    { template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [] } } },
    'spec.template.spec.containers: Required value',
  ],
  [
    'a template beside a reference',
    { workloadRef: { kind: 'Deployment', name: 'd' } },
    'spec.template: Internal error: template must be empty for workload reference rollout',
  ],
  [
    'one Service for both colours',
    { strategy: { blueGreen: { activeService: 'a', previewService: 'a' } } },
    'spec.strategy.activeService: Invalid value: "a": This rollout uses the same service for the active and preview services, but two different services are required.',
  ],
  [
    'one Service for both roles',
    canary({ stableService: 'a', canaryService: 'a' }),
    'spec.strategy.stableService: Invalid value: "a": This rollout uses the same service for the stable and canary services, but two different services are required.',
  ],
  [
    'no room to move',
    canary({ maxSurge: 0, maxUnavailable: '0%' }),
    'spec.strategy.maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero',
  ],
  [
    'a weight above the maximum',
    steps({ setWeight: 101 }),
    'spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100',
  ],
  [
    'a step with two kinds',
    steps({ setWeight: 10, pause: {} }),
    'spec.strategy.steps[0]: Invalid value: "setWeight, pause": Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
  ],
  [
    'a step with none',
    steps({}),
    'spec.strategy.steps[0]: Invalid value: "": Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause',
  ],
  [
    'a duration that is none',
    steps({ pause: { duration: '1m30' } }),
    'spec.strategy.steps[0].pause.duration: Invalid value: "1m30": Duration needs to be greater than 0',
  ],
  [
    'a scale without a router',
    canary({ steps: [{ setCanaryScale: { replicas: 1 } }] }),
    'spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set',
  ],
  [
    'a delay without a router',
    canary({ scaleDownDelaySeconds: 10 }),
    'spec.strategy.scaleDownDelaySeconds: Invalid value: 10: Canary scaleDownDelaySeconds can only be used with traffic routing',
  ],
  [
    'a router without Services',
    canary({ trafficRouting: { alb: { ingress: 'i', servicePort: 80 } } }),
    'spec.strategy.stableService: Invalid value: "": Canary service and Stable service must to be set to use Traffic Routing',
  ],
  [
    'a route that is not managed',
    routed({
      steps: [{ setHeaderRoute: { name: 'x', match: [{ headerName: 'h', headerValue: { exact: 'v' } }] } }],
      trafficRouting: { istio: { virtualService: { name: 'v' } }, managedRoutes: [{ name: 'y' }] },
    }),
    'spec.strategy.steps[0].setHeaderRoute.name: Invalid value: "x": Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes',
  ],
  [
    'a selector that nothing can match',
    { selector: { matchLabels: { 'a b': 'x' } } },
    "spec.selector.matchLabels: Invalid value: \"a b\": a label's name must consist of alphanumeric characters, '-', '_' or '.', start and end with an alphanumeric character, and have at most 63 characters; a prefix before '/' must be a DNS name",
  ],
  [
    'an expression without values',
    { selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } },
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    'several things: the template comes before the times, as the peer looks',
    {
      minReadySeconds: -1,
      template: { metadata: { labels: { app: 'shop' } }, spec: { containers: [] } },
    },
    'spec.template.spec.containers: Required value',
  ],
  [
    'a mirror of more than everything',
    routed({
      steps: [{ setMirrorRoute: { name: 'm', percentage: 101 } }],
      trafficRouting: { istio: { virtualService: { name: 'v' } }, managedRoutes: [{ name: 'm' }] },
    }),
    'spec.strategy.steps[0].setMirrorRoute.percentage: Invalid value: 101: must be between 0 and 100',
  ],
  [
    'a prefix for a router that knows only whole values',
    routed({
      steps: [{ setHeaderRoute: { name: 'x', match: [{ headerName: 'h', headerValue: { prefix: 'v' } }] } }],
      trafficRouting: { alb: { ingress: 'i', servicePort: 80 }, managedRoutes: [{ name: 'x' }] },
    }),
    'spec.strategy.steps[0].setHeaderRoute.match[0]: Invalid value: {"prefix":"v"}: SetHeaderRoute match value invalid. ALB supports \'exact\' value only',
  ],
  [
    'an experiment with weight and no router',
    canary({ steps: [{ experiment: { templates: [{ name: 'a', specRef: 'canary', weight: 5 }] } }] }),
    'spec.strategy.steps[0].experiment.templates[0].weight: Invalid value: 5: Experiment template weight cannot be set unless TrafficRouting is enabled',
  ],
  [
    'an experiment that leaves stable less than nothing',
    steps(
      { setWeight: 80 },
      {
        experiment: {
          templates: [
            { name: 'a', specRef: 'canary', weight: 15 },
            { name: 'b', specRef: 'stable', weight: 15 },
          ],
        },
      },
    ),
    'spec.strategy.steps[1].experiment.templates: Invalid value: 30: the weights of the experiment and of the canary (80) sum to 110, more than 100',
  ],
  [
    'an experiment of a version that is none',
    steps({ experiment: { templates: [{ name: 'a', specRef: 'old' }] } }),
    'spec.strategy.steps[0].experiment.templates[0].specRef: Unsupported value: "old": supported values: "canary", "stable"',
  ],
  [
    'an argument from a field that the downward API does not have',
    steps({
      analysis: { args: [{ name: 'a', valueFrom: { fieldRef: { fieldPath: 'metadata.generation' } } }] },
    }),
    'spec.strategy.steps[0].analyses: Invalid value: "metadata.generation": Analyses arguments must refer to valid object metadata supported by downwardAPI',
  ],
  [
    'an affinity that is none',
    canary({ antiAffinity: {} }),
    'spec.strategy.antiAffinity: Invalid value: {}: AntiAffinity must have exactly one strategy listed',
  ],
  [
    'a threshold of something else',
    canary({ replicaProgressThreshold: { type: 'percent', value: 90 } }),
    'spec.strategy.replicaProgressThreshold.type: Unsupported value: "percent": supported values: "Percent", "Pods"',
  ],
  [
    'ping-pong without a root',
    canary({
      pingPong: { pingService: 'a', pongService: 'b' },
      trafficRouting: { alb: { ingress: 'i', servicePort: 80 } },
    }),
    'spec.strategy.trafficRouting.alb.rootService: Invalid value: "": Root service field is required for the configuration with ALB and ping-pong feature enabled',
  ],
  [
    'a step plugin',
    steps({ plugin: { name: 'org/step' } }),
    'spec.strategy.steps[0].plugin: Unsupported value: "org/step": step plugins are Go programs of the peer, which Sluice does not run; use an analysis or a pause instead',
  ],
];

const context: ValidationContext = { services: {}, templateProblems: [], routers: [] };
const istio = { kind: 'istio', supported: true, capabilities: new Set(['weight'] as const), problems: [] };

describe('fields that the peer does not have, and analyses of nothing', () => {
  const templates = [{ templateName: 't' }];
  test.each<[string, RolloutSpec, string[]]>([
    ['a first analysis', { initialAnalysis: { templates } }, []],
    ['a first analysis of nothing', { initialAnalysis: {} }, ['spec.initialAnalysis.templates']],
    [
      'a policy that there is not',
      { initialAnalysis: { templates, onFailure: 'abort' as 'pause' } },
      ['spec.initialAnalysis.onFailure'],
    ],
    ['a bake', { strategy: { canary: { bake: { duration: '1h', analysis: { templates } } } } }, []],
    ['a bake of nothing', { strategy: { canary: { bake: {} } } }, ['spec.strategy.bake']],
    [
      'a bake of no length',
      { strategy: { canary: { bake: { duration: 'long' } } } },
      ['spec.strategy.bake.duration'],
    ],
    [
      'a bake without templates',
      { strategy: { canary: { bake: { analysis: {} } } } },
      ['spec.strategy.canary.bake.analysis.templates'],
    ],
    [
      'an analysis step of nothing',
      steps({ analysis: {} }),
      ['spec.strategy.canary.steps[0].analysis.templates'],
    ],
    ['a split to observe, in words of its own', routed({ observedSplit: queries }), []],
    ['a split to observe, in Istio’s', routed({ observedSplit: {} }), []],
    [
      'a split to observe without a router',
      { strategy: { canary: { observedSplit: {} } } },
      ['spec.strategy.observedSplit'],
    ],
    [
      'a split to observe, half of it',
      routed({ observedSplit: { canaryRequests: queries.canaryRequests } }),
      ['spec.strategy.observedSplit.stableRequests'],
    ],
    [
      'a split to observe over any time',
      routed({ observedSplit: { ...queries, stableRequests: 'sum(old)' } }),
      ['spec.strategy.observedSplit.stableRequests'],
    ],
    [
      'a split to observe by a query in the wrong place',
      routed({ observedSplit: { prometheus: { query: 'up' } } }),
      ['spec.strategy.observedSplit.prometheus.query'],
    ],
    [
      'a split to observe in no time, never, and as it comes',
      routed({ observedSplit: { interval: 0, patience: 'long', tolerance: 0 } }),
      ['interval', 'patience', 'tolerance'].map((name) => `spec.strategy.observedSplit.${name}`),
    ],
    ['a bake behind a router without steps', routed({ bake: { duration: 1 } }), ['spec.strategy.bake']],
  ])('%s', (_, spec, paths) => {
    expect(validateRollout(rollout(spec)).map(({ path }) => path)).toEqual(paths);
  });
});

describe('a Rollout that is wrong is told what is wrong', () => {
  test.each(rows)('%s', (_, spec, message) => {
    const [first] = validateRollout(rollout(spec));
    expect(first && formatFieldError(first)).toBe(message);
  });

  test('a router that Sluice does not drive is refused by name', () => {
    const spec = routed({ trafficRouting: { traefik: { weightedTraefikServiceName: 't' } } });
    const [first] = validateRollout(rollout(spec), {
      ...context,
      routers: [{ ...istio, kind: 'traefik', supported: false }],
      supported: { routers: ['istio', 'alb'], providers: [], steps: [] },
    });
    expect(first && formatFieldError(first)).toBe(
      'spec.strategy.trafficRouting.traefik: Unsupported value: "traefik": this version of Sluice does not drive this router; it drives istio, alb',
    );
  });

  test('a metric source that nothing here can ask is refused by name, with those that can', () => {
    const metrics = [{ name: 'm', provider: { wavefront: { query: 'q' } } }];
    const template = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'AnalysisTemplate' as const,
      metadata: { name: 't' },
      spec: { metrics },
    };
    const [first] = validateRollout(rollout({}), {
      ...context,
      templates: { 'AnalysisTemplate/t': template },
      supported: { routers: ['istio'], providers: ['prometheus', 'web'], steps: [] },
    });
    expect(first && formatFieldError(first)).toBe(
      "spec.metrics[0].provider.wavefront: Unsupported value: \"wavefront\": AnalysisTemplate 't': metric provider 'wavefront' is not supported; supported are: prometheus, web",
    );
  });

  test('the root Service of an ALB may select what it likes', () => {
    const root = {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'root' },
      spec: { selector: { app: 'x' } },
    };
    const spec = routed({ trafficRouting: { alb: { ingress: 'i', servicePort: 80, rootService: 'root' } } });
    expect(
      validateRollout(rollout(spec), {
        ...context,
        services: { root },
        routers: [{ ...istio, kind: 'alb' }],
      }),
    ).toEqual([]);
  });

  test('a step that nothing carries out is refused by name', () => {
    const spec = steps({ experiment: { templates: [] } });
    const [first] = validateRollout(rollout(spec), {
      ...context,
      routers: [istio],
      supported: { routers: ['istio'], providers: [], steps: ['setWeight'] },
    });
    expect(first && formatFieldError(first)).toMatch(
      /^spec\.strategy\.steps\[0\]\.experiment: Unsupported value: "experiment"/,
    );
  });

  test('a step that a router cannot take is refused, even when another router can', () => {
    const mirror = { setMirrorRoute: { name: 'm', match: [{ method: { exact: 'GET' } }] } };
    const spec = routed({
      steps: [mirror],
      trafficRouting: { istio: {}, alb: { servicePort: 1 }, managedRoutes: [{ name: 'm' }] },
    });
    const routers = [
      { ...istio, capabilities: new Set(['weight', 'mirrorRoute'] as const) },
      { ...istio, kind: 'alb' },
    ];
    expect(validateRollout(rollout(spec), { ...context, routers }).map(({ path }) => path)).toEqual([
      'spec.strategy.steps[0].setMirrorRoute',
    ]);
  });

  test.each<[string, Partial<ValidationContext>, string]>([
    [
      'a Service that is not there',
      { services: { a: undefined } },
      'spec.strategy.canary.stableService: Invalid value: "a": service "a" not found',
    ],
    [
      'a Service for other pods',
      {
        services: {
          a: {
            apiVersion: 'v1',
            kind: 'Service',
            metadata: { name: 'a' },
            spec: { selector: { app: 'other' } },
          },
        },
      },
      'spec.strategy.canary.stableService: Invalid value: "a": Service "a" has unmatch label "app" in rollout',
    ],
    [
      'a template that is not there',
      {
        templateProblems: [
          {
            field: 'spec.strategy.canary.analysis.templates',
            value: 't',
            detail: "AnalysisTemplate 't' not found",
          },
        ],
      },
      'spec.strategy.canary.analysis.templates: Invalid value: "t": AnalysisTemplate \'t\' not found',
    ],
    [
      'a route that does not fit',
      { routers: [{ ...istio, problems: [{ path: 'spec.p', value: 'v', detail: 'no' }] }] },
      'spec.p: Invalid value: "v": no',
    ],
  ])('%s', (_, more, message) => {
    const errors = validateRollout(rollout(routed({})), { ...context, routers: [istio], ...more });
    expect(errors.map(formatFieldError)).toEqual([message]);
  });

  test('a good Rollout has nothing to be told', () => {
    expect(
      validateRollout(rollout(steps({ setWeight: 10 }, { pause: { duration: '1h30m' } }, { pause: {} })), {
        ...context,
        routers: [istio],
      }),
    ).toEqual([]);
  });

  test('the condition names the Rollout', () => {
    const [first] = validateRollout(rollout({ replicas: -1 }));
    expect(first && invalidSpecMessage('shop', first)).toBe(
      'The Rollout "shop" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0',
    );
  });
});
