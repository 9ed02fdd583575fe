import type { RolloutInfo } from '../../src/cli/dashboard/info-types.ts';
import type { MetricChart } from '../../src/cli/dashboard/metric-chart.ts';
import { actionsOf, imageChange } from '../../src/cli/dashboard/page/actions.ts';
import { drawn } from '../../src/cli/dashboard/page/chart-scale.ts';
import { everything, type Filter, filtered } from '../../src/cli/dashboard/page/filter.ts';
import { pathTo, placeOf } from '../../src/cli/dashboard/page/place.ts';
import { rolloutInfo } from '../../src/cli/dashboard/rollout-info.ts';
import { noon, pauseFor, type RolloutOptions, rollout, setWeight } from '../support/builders.ts';

function infoOf(options: RolloutOptions, labels: Record<string, string> = {}): RolloutInfo {
  const object = rollout(options);
  object.metadata.labels = labels;
  const nothing = { replicaSets: [], pods: [], analysisRuns: [], experiments: [], events: undefined };
  return rolloutInfo({ ...nothing, rollout: object, now: noon }, 'list');
}

const observed = { observedGeneration: '1' };
const infos = [
  infoOf({ name: 'shop', status: { phase: 'Healthy', ...observed } }, { team: 'web' }),
  infoOf({ name: 'shop-api', status: { phase: 'Degraded', ...observed } }, { team: 'core' }),
  infoOf({
    name: 'cart',
    status: { phase: 'Paused', message: 'CanaryPauseStep', ...observed },
  }),
  infoOf({
    name: 'mail',
    status: { phase: 'Paused', message: 'InconclusiveAnalysisRun', ...observed },
  }),
];
const names = (filter: Partial<Filter>, favourites: string[] = []) =>
  filtered(infos, { ...everything, ...filter }, new Set(favourites)).map(({ objectMeta }) => objectMeta.name);

describe('the list', () => {
  const searches: [string, string[]][] = [
    ['', ['cart', 'mail', 'shop', 'shop-api']],
    ['SHOP', ['shop', 'shop-api']],
    ['"shop"', ['shop']],
    ['!shop', ['cart', 'mail']],
    ['team:web', ['shop']],
    ['team:', ['shop', 'shop-api']],
    ['!team:web', ['cart', 'mail', 'shop-api']],
    ['shop !api', ['shop']],
  ];
  test.each(searches)('searched for %p', (search, expected) => {
    expect(names({ search })).toEqual(expected);
  });

  test('shows chosen phases, what needs attention, and favourites', () => {
    expect(names({ phases: ['Healthy', 'Degraded'] })).toEqual(['shop', 'shop-api']);
    expect(names({ onlyNeedingAttention: true })).toEqual(['mail', 'shop-api']);
    expect(names({ onlyFavourites: true }, ['default/mail'])).toEqual(['mail']);
  });

  test('favourites come first', () => {
    expect(names({}, ['default/shop'])).toEqual(['shop', 'cart', 'mail', 'shop-api']);
  });
});

describe('the buttons', () => {
  const canary = { canary: { steps: [setWeight(10), pauseFor()] } };
  const possible = (options: RolloutOptions) =>
    actionsOf(infoOf(options))
      .filter(({ isPossible }) => isPossible)
      .map(({ key }) => key);
  test.each<[string, RolloutOptions, string[]]>([
    [
      'of a release that is paused',
      { ...canary, status: { phase: 'Paused', currentPodHash: 'b', stableRS: 'a', ...observed } },
      ['promote', 'promoteFull', 'abort', 'restart'],
    ],
    [
      'of a release that was aborted',
      {
        ...canary,
        status: { phase: 'Degraded', abort: true, currentPodHash: 'b', stableRS: 'a', ...observed },
      },
      ['retry', 'restart'],
    ],
    [
      'of a rollout at rest',
      { ...canary, status: { phase: 'Healthy', currentPodHash: 'a', stableRS: 'a', ...observed } },
      ['restart'],
    ],
  ])('%s', (_, options, expected) => {
    expect(possible(options)).toEqual(expected);
  });

  test.each([
    ['shop:v2', 'set/main/shop/v2'],
    ['registry:5000/a/shop:v2', 'set/main/registry%3A5000%2Fa%2Fshop/v2'],
    [`shop@sha256:${'0'.repeat(64)}`, `set/main/shop/sha256%3A${'0'.repeat(64)}`],
    ['shop', undefined],
    ['registry:5000/shop', undefined],
    ['shop:', undefined],
    ['shop: v2', undefined],
    ['', undefined],
  ])('the image %p', (image, path) => {
    expect(imageChange('shop', 'main', image)?.path).toBe(path);
  });
});

describe('addresses', () => {
  test.each([
    ['/rollouts/', { kind: 'list', namespace: undefined }],
    ['/rollouts/web', { kind: 'list', namespace: 'web' }],
    ['/rollouts/rollout/web/shop', { kind: 'rollout', namespace: 'web', name: 'shop' }],
  ] as const)('%s', (path, place) => {
    expect(placeOf(path, '/rollouts/')).toEqual(place);
    expect(pathTo(place, '/rollouts/')).toBe(path);
  });
});

describe('a chart', () => {
  const point = (at: number, value?: number) => ({
    at,
    ...(value !== undefined && { value }),
    text: String(value),
    status: 'Successful',
    mark: 'healthy' as const,
    message: '',
  });
  const chart = (points: MetricChart['points'], limit?: number): MetricChart => ({
    name: 'errors',
    status: 'Running',
    mark: 'progressing',
    message: '',
    successCondition: '',
    failureCondition: '',
    isDryRun: false,
    thresholds: limit === undefined ? [] : [{ operator: '<=', value: limit, of: 'good' }],
    points,
  });
  const frame = { width: 120, height: 120, margin: 10 };

  test('has its limits in the picture, and measurements from left to right', () => {
    const picture = drawn(chart([point(0, 0), point(10, 1)], 2), frame);
    expect(picture?.points.map(({ x, y }) => [x, y])).toEqual([
      [10, 110],
      [110, 64.5],
    ]);
    expect(picture?.lines).toEqual([{ y: 19.1, label: 'good <= 2', of: 'good' }]);
    expect([picture?.bottom, picture?.top]).toEqual(['0', '2.2']);
  });

  test('of one value stands in the middle; of none there is no picture', () => {
    expect(drawn(chart([point(0, 4)]), frame)?.points.map(({ x, y }) => [x, y])).toEqual([[60, 60]]);
    expect(drawn(chart([point(0)]), frame)).toBeUndefined();
  });
});
