import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { everyDefinition, namespace, pair, service, shopRollout, typeOf } from '../support/shops.ts';
import { differences, unusual } from '../support/unusual-routes.ts';

const refOf = (object: KubeObject): ObjectRef => ({
  type: typeOf(object),
  namespace: object.metadata.namespace,
  name: object.metadata.name,
});

describe('a release changes nothing but the weights of', () => {
  test.each(Object.entries(unusual))('%s', async (_, { routing, objects, differs, stays = [] }) => {
    const simulation = await createSimulation({ crds: everyDefinition() });
    await simulation.apply(
      ...['infra'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
    );
    await simulation.apply(...Object.values(pair).map(service));
    for (const object of objects) await simulation.user.create(object, typeOf(object));
    const ref = { type: resources.rollouts, namespace, name: 'shop' };
    const status = () => (simulation.get(ref) as Rollout | undefined)?.status;
    const read = () => objects.map((object) => simulation.get(refOf(object)) as KubeObject);
    const original = read();
    const told = () =>
      original.flatMap((object, index) => differences(object, read()[index] as KubeObject)).sort();
    const release = (image: string) =>
      shopRollout({ routing, objects }, { image, steps: [{ setWeight: 25 }, { pause: {} }] });
    await simulation.apply(release('shop:v1'));
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Healthy' });
    await simulation.apply(release('shop:v2'));
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Paused' });
    expect(told()).toEqual([...differs].sort());
    await simulation.user.patch(
      ref,
      { kind: 'merge', body: { status: { pauseConditions: null } } },
      { subresource: 'status' },
    );
    await simulation.advance(120);
    expect(status()).toMatchObject({ phase: 'Healthy' });
    expect(told()).toEqual([...stays].sort());
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });
});
