import type { KubeObject } from '../../src/api/meta.ts';
import type { ObjectRef } from '../../src/api/resources.ts';
import { namedRouters, type RouterKind, type Split } from '../../src/api/split.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { ObjectSource } from '../../src/ports/object-source.ts';
import type { TrafficRouter } from '../../src/ports/traffic-router.ts';
import { routers } from '../../src/routers/registry.ts';
import { asYaml, expectGolden, goldenCases, goldenDocuments } from '../support/golden.ts';
import { stagesOf } from './stages.ts';
import { kinds } from './support.ts';

/** `input.yaml`: a Rollout, the objects that are there, a split. `output.yaml`: the objects and the events of those that changed. */
const folder = 'routers';

interface Case {
  readonly rollout: Rollout;
  readonly router: TrafficRouter;
  readonly current: readonly (KubeObject | undefined)[];
  readonly split: Split;
}

function read(name: string): Case {
  const [rollout, ...rest] = goldenDocuments(`${folder}/${name}/input.yaml`) as [Rollout, ...KubeObject[]];
  const { split } = rest.pop() as unknown as {
    split: Partial<Split> & Pick<Split, 'total' | 'stable' | 'canary'>;
  };
  const routing = rollout.spec.strategy?.canary?.trafficRouting ?? {};
  const kind = namedRouters(routing)[0] as RouterKind;
  const router = routers[kind] as TrafficRouter;
  const known: ObjectSource = {
    get: <T extends KubeObject>({ type, name: wanted }: ObjectRef) =>
      rest.find(({ kind: found, metadata }) => found === type.kind && metadata.name === wanted) as
        | T
        | undefined,
    list: () => [],
  };
  const current = router.objects(rollout, known).map(({ type, name: wanted, namespace }) =>
    rest.find(({ kind: found, metadata }) => {
      return found === type.kind && metadata.name === wanted && metadata.namespace === namespace;
    }),
  );
  return {
    rollout,
    router,
    current,
    split: { additional: [], headerRoutes: [], mirrorRoutes: [], ...split },
  };
}

describe('what the routers make of whole manifests', () => {
  test.each(goldenCases(folder))('%s', (name) => {
    const { rollout, router, current, split } = read(name);
    expect(router.validate(rollout, current)).toEqual([]);
    const rendered = router.render(rollout, current, split);
    const events = rendered.flatMap((object, index) => {
      const told = object ?? current[index];
      return told === undefined || object === current[index]
        ? []
        : [router.describeChange(told, split, rollout)];
    });
    expectGolden(
      `${folder}/${name}/output.yaml`,
      asYaml([...rendered.filter((object) => object !== undefined), { events }]),
    );
    expect(router.render(rollout, rendered, split).every((object, index) => object === rendered[index])).toBe(
      true,
    );
  });
});

/** One file a router: its objects at every stage of a release, so that a change of any of them is seen in review. */
describe('what stands in the cluster from stage to stage', () => {
  test.each(kinds)('%s', (kind) => {
    const name = kind.split('/').at(-1);
    const stages = stagesOf(kind).flatMap(({ title, objects }) => [{ stage: title }, ...objects]);
    expectGolden(`router-stages/${name}.yaml`, asYaml(stages));
  });
});
