import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { GatewayRoute } from '../../src/api/routes.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { everyDefinition, namespace, pair, service, shopRollout, shops } from '../support/shops.ts';

test('routes with the labels of httpRouteSelector are weighed, also one that comes in the middle of a release', async () => {
  const simulation = await createSimulation({ crds: everyDefinition() });
  const [route] = shops['Gateway API'].objects as [KubeObject];
  const named = (name: string, app = 'shop') => ({
    ...route,
    metadata: { name, namespace, labels: { app } },
  });
  const routing = {
    plugins: { 'argoproj-labs/gatewayAPI': { httpRouteSelector: { matchLabels: { app: 'shop' } } } },
  };
  const shop = (image: string) =>
    shopRollout({ routing, objects: [] }, { image, steps: [{ setWeight: 30 }, { pause: {} }] });
  const weights = () =>
    simulation
      .list(resources.httpRoutes, namespace)
      .map((object) => (object as GatewayRoute).spec.rules?.[0]?.backendRefs?.[1]?.weight);
  const status = () =>
    (simulation.get({ type: resources.rollouts, namespace, name: 'shop' }) as Rollout).status;

  await simulation.apply(
    ...Object.values(pair).map(service),
    named('one'),
    named('other', 'help'),
    shop('shop:v1'),
  );
  await simulation.advance(60);
  await simulation.apply(shop('shop:v2'));
  await simulation.advance(60);
  expect(status()).toMatchObject({ phase: 'Paused' });
  expect(weights()).toEqual([30, 0]);

  await simulation.apply(named('two'));
  await simulation.clock.advanceBy(0);
  expect(weights()).toEqual([30, 0, 30]);
  await simulation.user.patch(
    { type: resources.rollouts, namespace, name: 'shop' },
    { kind: 'merge', body: { status: { pauseConditions: null } } },
    { subresource: 'status' },
  );
  await simulation.advance(120);
  expect(status()).toMatchObject({ phase: 'Healthy' });
  expect(weights()).toEqual([0, 0, 0]);
  expect(simulation.violations).toEqual([]);
  await simulation.stop();
});
