import fc from 'fast-check';
import type { CanaryStep, CanaryStrategy } from '../../../src/api/v1alpha1/rollout.ts';
import type { RolloutOptions } from '../../support/builders.ts';
import type { Deed, PlainDeed, Turn } from './deed.ts';
import type { Sequence } from './sequence.ts';

/** Any Rollout that is valid, with any strategy, and any sequence of deeds. */
export function anySequence(): fc.Arbitrary<Sequence> {
  return fc.record({
    spec: anySpec,
    workload: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, fc.constant(true)),
    turns: fc.array(anyTurn, { minLength: 1, maxLength: 12, size: 'max' }),
  });
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const analysis = { templates: [{ templateName: 'error-rate' }] };
const headers = [{ headerName: 'x-tester', headerValue: { exact: 'yes' } }];

const anyPause: fc.Arbitrary<CanaryStep> = fc.constantFrom<CanaryStep>(
  { pause: {} },
  { pause: { duration: 30 } },
  { pause: { duration: '2m' } },
);
const anyWeight: fc.Arbitrary<CanaryStep> = fc
  .constantFrom(0, 1, 10, 20, 25, 33, 50, 75, 90, 100)
  .map((setWeight) => ({ setWeight }));
const anyJudgement: fc.Arbitrary<CanaryStep> = fc.constantFrom<CanaryStep>(
  { analysis },
  { experiment: { templates: [{ name: 'baseline', specRef: 'stable', replicas: 1 }] } },
);
const anyRouteStep: fc.Arbitrary<CanaryStep> = fc.oneof(
  fc.constantFrom<CanaryStep>(
    { setHeaderRoute: { name: 'testers', match: headers } },
    { setHeaderRoute: { name: 'testers' } },
    { setMirrorRoute: { name: 'copies', percentage: 50, match: [{ method: { exact: 'GET' } }] } },
    { setCanaryScale: { matchTrafficWeight: true } },
  ),
  fc.nat({ max: 6 }).map((replicas) => ({ setCanaryScale: { replicas } })),
  fc.constantFrom(10, 50, 100).map((weight) => ({ setCanaryScale: { weight } })),
);

const plainSteps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: anyWeight },
    { weight: 3, arbitrary: anyPause },
    { weight: 1, arbitrary: anyJudgement },
  ),
  { maxLength: 6, size: 'max' },
);
const routedSteps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: anyWeight },
    { weight: 3, arbitrary: anyPause },
    { weight: 1, arbitrary: anyJudgement },
    { weight: 2, arbitrary: anyRouteStep },
  ),
  { maxLength: 6, size: 'max' },
);

const anyFence = fc.constantFrom<number | string>(1, 2, '25%', '50%', '100%');
const anyThreshold = fc.constantFrom(
  { type: 'Percent' as const, value: 60 },
  { type: 'Pods' as const, value: 1 },
);
const anyDelay = fc.constantFrom(0, 5, 30, 1000);
const anyBackground = fc.constantFrom(
  analysis,
  { ...analysis, startingStep: 1 },
  { ...analysis, startingStep: 2 },
);

const anySplit = { canaryRequests: 'new[{{window}}]', stableRequests: 'old[{{window}}]' };

const plainCanary: fc.Arbitrary<CanaryStrategy> = fc
  .record({
    steps: plainSteps,
    fences: fc.oneof(
      fc.record({ maxSurge: maybe(anyFence), maxUnavailable: maybe(fc.oneof(anyFence, fc.constant(0))) }),
      fc.record({ maxSurge: fc.constant(0), maxUnavailable: anyFence }),
    ),
    services: fc.constantFrom({}, { stableService: 'shop-stable', canaryService: 'shop-canary' }),
    analysis: rarely(anyBackground),
    replicaProgressThreshold: rarely(anyThreshold),
  })
  .map(({ fences, services, ...rest }) => withoutUndefined({ ...rest, ...fences, ...services }));

const routedCanary: fc.Arbitrary<CanaryStrategy> = fc
  .record({
    steps: routedSteps,
    services: fc.constantFrom(
      { stableService: 'shop-stable', canaryService: 'shop-canary' },
      { stableService: 'shop-stable', canaryService: 'shop-canary' },
      { pingPong: { pingService: 'shop-ping', pongService: 'shop-pong' } },
    ),
    isDynamic: fc.constantFrom(false, false, true),
    scaleDownDelaySeconds: maybe(anyDelay),
    abortScaleDownDelaySeconds: maybe(anyDelay),
    scaleDownDelayRevisionLimit: rarely(fc.constantFrom(0, 1)),
    minPodsPerReplicaSet: rarely(fc.constantFrom(1, 2)),
    replicaProgressThreshold: rarely(anyThreshold),
    maxUnavailable: rarely(anyFence),
    analysis: rarely(anyBackground),
    observes: fc.constantFrom(false, false, true),
  })
  .map(({ services, isDynamic, scaleDownDelaySeconds, observes, ...rest }) =>
    withoutUndefined({
      ...rest,
      ...services,
      ...(observes && { observedSplit: anySplit }),
      trafficRouting: {
        managedRoutes: [{ name: 'testers' }, { name: 'copies' }],
        istio: { virtualService: { name: 'shop' } },
      },
      ...(isDynamic ? { dynamicStableScale: true } : { scaleDownDelaySeconds }),
    }),
  );

const anyBlueGreen = fc
  .record({
    activeService: fc.constant('shop-active'),
    previewService: maybe(fc.constant('shop-preview')),
    previewReplicaCount: rarely(fc.constantFrom(0, 1, 2)),
    autoPromotionEnabled: rarely(fc.constant(false)),
    autoPromotionSeconds: rarely(fc.constantFrom(0, 20)),
    scaleDownDelaySeconds: rarely(anyDelay),
    abortScaleDownDelaySeconds: rarely(anyDelay),
    scaleDownDelayRevisionLimit: rarely(fc.constantFrom(0, 1)),
    prePromotionAnalysis: rarely(fc.constant(analysis)),
    postPromotionAnalysis: rarely(fc.constant(analysis)),
  })
  .map(withoutUndefined);

const anySpec: fc.Arbitrary<RolloutOptions> = fc
  .record({
    replicas: fc.oneof({ weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) }, fc.constantFrom(0, 10)),
    progressDeadlineSeconds: fc.constantFrom(60, 300, 600),
    progressDeadlineAbort: rarely(fc.constant(true)),
    revisionHistoryLimit: rarely(fc.constantFrom(1, 2)),
    rollbackWindow: rarely(fc.constant({ revisions: 1 })),
    strategy: fc.oneof(
      { weight: 5, arbitrary: routedCanary.map((canary) => ({ canary })) },
      { weight: 3, arbitrary: plainCanary.map((canary) => ({ canary })) },
      { weight: 3, arbitrary: anyBlueGreen.map((blueGreen) => ({ blueGreen })) },
    ),
  })
  .map(({ strategy, ...rest }) => withoutUndefined({ ...rest, ...strategy }));

const anyImage = fc.constantFrom('shop:v1', 'shop:v2', 'shop:v3', 'shop:v4');
const which = fc.nat({ max: 3 });

const plainDeed: fc.Arbitrary<PlainDeed> = fc.oneof(
  { weight: 6, arbitrary: anyImage.map((image) => ({ do: 'image' as const, image })) },
  { weight: 2, arbitrary: anyImage.map((image) => ({ do: 'break' as const, image })) },
  { weight: 1, arbitrary: anyImage.map((image) => ({ do: 'heal' as const, image })) },
  {
    weight: 9,
    arbitrary: fc.constantFrom<PlainDeed>(
      { do: 'abort' },
      { do: 'abort' },
      { do: 'retry' },
      { do: 'promote' },
      { do: 'promote' },
      { do: 'promoteFull' },
      { do: 'skip' },
      { do: 'pause' },
      { do: 'unpause' },
      { do: 'undo' },
      { do: 'experimentStarts' },
    ),
  },
  { weight: 2, arbitrary: fc.nat({ max: 7 }).map((replicas) => ({ do: 'scale' as const, replicas })) },
  { weight: 1, arbitrary: plainSteps.map((steps) => ({ do: 'steps' as const, steps })) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('losePods' as const), which, left: fc.nat({ max: 3 }) }),
  },
  { weight: 1, arbitrary: which.map((index) => ({ do: 'deleteReplicaSet' as const, which: index })) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('editService' as const),
      which: fc.nat({ max: 1 }),
      how: fc.constantFrom('points nowhere', 'points to another revision', 'is deleted', 'is back'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('judge' as const),
      which: fc.nat({ max: 1 }),
      phase: fc.constantFrom('Running', 'Successful', 'Successful', 'Failed', 'Inconclusive', 'Error'),
    }),
  },
);

const surroundings: fc.Arbitrary<PlainDeed> = fc.constantFrom<PlainDeed>(
  { do: 'requests', are: 'as weighted' },
  { do: 'requests', are: 'all to stable' },
  { do: 'requests', are: 'too few' },
  { do: 'requests', are: 'not to be counted' },
  { do: 'targets', areKnown: true },
  { do: 'targets', areKnown: false },
);

const anyDeed: fc.Arbitrary<Deed> = fc.oneof(
  { weight: 8, arbitrary: plainDeed },
  { weight: 1, arbitrary: surroundings },
  {
    weight: 1,
    arbitrary: fc.nat({ max: 6 }).map((afterWrites) => ({ do: 'cutOff' as const, afterWrites })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('meanwhile' as const),
      afterWrites: fc.nat({ max: 5 }),
      deed: plainDeed,
    }),
  },
);

const anyTurn: fc.Arbitrary<Turn> = fc.record({
  deed: anyDeed,
  next: fc.oneof(
    { weight: 5, arbitrary: fc.constant('rest' as const) },
    { weight: 2, arbitrary: fc.constant('one decision' as const) },
    { weight: 1, arbitrary: fc.constant('nothing' as const) },
    { weight: 3, arbitrary: fc.constantFrom(3, 30, 130, 700) },
  ),
});

function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as T;
}
