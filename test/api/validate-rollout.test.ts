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
    'a step plugin',
    steps({ plugin: { name: 'org/step' } }),
    'spec.strategy.steps[0].plugin: Unsupported value: "org/step": step plugins are Go programs of the peer, which Sluice does not run; use an analysis or a pause instead',
  ],
];

const context: ValidationContext = { services: {}, templateProblems: [], routers: [] };
const istio = { kind: 'istio', supported: true, capabilities: new Set(['weight'] as const), problems: [] };

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
    });
    expect(first && formatFieldError(first)).toMatch(
      /^spec\.strategy\.trafficRouting\.traefik: Unsupported value: "traefik"/,
    );
  });

  test('a step that nothing carries out is refused by name', () => {
    const spec = steps({ experiment: { templates: [] } });
    const [first] = validateRollout(rollout(spec), {
      ...context,
      routers: [istio],
      unsupportedSteps: ['experiment'],
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
      'spec.strategy.canary.stableService: Invalid value: "a": services "a" not found',
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
