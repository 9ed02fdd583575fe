import type { TrafficSplit } from '../../src/api/routes.ts';
import { additional, experimentService, problems, render, rollout, routerOf, split } from './support.ts';

const specOf = (objects: readonly unknown[]) => (objects[0] as TrafficSplit).spec;
const inVersion = (version: string): TrafficSplit => ({
  ...(render('smi', split(0))[0] as TrafficSplit),
  apiVersion: `split.smi-spec.io/${version}`,
});

describe('the TrafficSplit of the SMI router', () => {
  test('weighs canary, experiments and stable under the stable Service', () => {
    expect(specOf(render('smi', split(30, { additional })))).toEqual({
      service: 'stable',
      backends: [
        { service: 'canary', weight: '30' },
        { service: experimentService, weight: '5' },
        { service: 'stable', weight: '65' },
      ],
    });
  });

  test('has the name and the root Service that the Rollout gives', () => {
    const owner = rollout('smi', { smi: { rootService: 'root', trafficSplitName: 'traffic' } });
    const [rendered] = render('smi', split(30), undefined, owner);
    expect(rendered?.metadata.name).toBe('traffic');
    expect(specOf([rendered]).service).toBe('root');
  });

  test.each([
    ['v1alpha1', '30'],
    ['v1alpha2', 30],
    ['v1alpha3', 30],
  ])('has weights of %s', (version, weight) => {
    expect(specOf(render('smi', split(30), [inVersion(version)])).backends?.[0]?.weight).toBe(weight);
  });

  test.each([
    ['v1alpha1', '30'],
    ['v1alpha4', 30],
  ])('is made in the version that is served, %s', (version, weight) => {
    const apiVersion = `split.smi-spec.io/${version}`;
    const [made] = render('smi', split(30));
    const served = routerOf('smi').inApiVersion?.(made as TrafficSplit, apiVersion) as TrafficSplit;
    expect(served).toMatchObject({ apiVersion, spec: { backends: [{ weight }, {}] } });
    expect(render('smi', split(30), [served])).toEqual([served]);
  });

  test('a version that nobody knows is refused', () => {
    expect(() => render('smi', split(30), [inVersion('v1')])).toThrow(
      'Unsupported TrafficSplit API version `v1`',
    );
  });

  test.each([
    ['0.03k', 30],
    ['30000m', 30],
    [30, 30],
    ['much', undefined],
  ])('a weight of %p is read as %p', (weight, expected) => {
    const current = inVersion('v1alpha1');
    const backends = [
      { service: 'canary', weight },
      { service: 'stable', weight: '70' },
    ];
    const object = { ...current, spec: { ...current.spec, backends } };
    expect(routerOf('smi').readWeight(rollout('smi'), [object])).toBe(expected);
    expect(render('smi', split(30), [object])[0] === object).toBe(expected === 30);
  });

  test('of somebody else is refused, and not written', () => {
    const others = inVersion('v1alpha1');
    others.metadata = { name: 'shop', namespace: 'web' };
    expect(problems('smi', [others])).toEqual([
      'smi.trafficSplitName: Rollout does not own TrafficSplit `shop`',
    ]);
    expect(() => render('smi', split(30), [others])).toThrow('does not own');
  });

  test('the event says whether it was created or changed', () => {
    const current = inVersion('v1alpha1');
    const say = () => routerOf('smi').describeChange(current, split(10), rollout('smi')).reason;
    expect(say()).toBe('TrafficSplitCreated');
    current.metadata = { ...current.metadata, resourceVersion: '1' };
    expect(say()).toBe('TrafficSplitModified');
  });
});
