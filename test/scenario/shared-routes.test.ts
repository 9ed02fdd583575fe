import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { ofCart, shared } from '../support/shared-routes.ts';
import { everyDefinition, namespace, pair, service, shopRollout, tester } from '../support/shops.ts';

describe('two Rollouts that share', () => {
  test.each(Object.entries(shared))(
    '%s each move their own weights',
    async (_, { routing, type, object, byHeader, weighed, ...row }) => {
      const simulation = await createSimulation({ crds: everyDefinition() });
      const shows = (name: string) =>
        row.shows(simulation.get({ type, namespace, name: weighed?.(name) ?? 'both' }) as KubeObject, name);
      const header: CanaryStep[] =
        byHeader === undefined ? [] : [{ setHeaderRoute: { name: byHeader, match: tester } }];
      const steps = [{ setWeight: 25 }, ...header, { pause: {} }];
      const shop = (image: string) => shopRollout({ routing, objects: [] }, { image, steps });
      const tell = async (name: string, status: object) => {
        const ref = { type: resources.rollouts, namespace, name };
        await simulation.user.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });
        await simulation.advance(60);
      };
      const phases = () =>
        ['shop', 'cart'].map(
          (name) => (simulation.get({ type: resources.rollouts, namespace, name }) as Rollout).status?.phase,
        );
      const services = Object.values(pair).map(service);
      await simulation.apply(
        object,
        ...services,
        ...services.map(ofCart),
        shop('shop:v1'),
        ofCart(shop('shop:v1')),
      );
      await simulation.advance(60);
      const atRest = (name: string) => [[`to-${name}`, 100, 0]];
      const testers = (name: string) => [byHeader?.replace('shop', name), 100];
      const moved = (name: string) => [
        ...(byHeader === undefined ? [] : [testers(name)]),
        [`to-${name}`, 75, 25],
      ];

      await simulation.apply(shop('shop:v2'));
      await simulation.advance(60);
      expect([shows('shop'), shows('cart')]).toEqual([moved('shop'), atRest('cart')]);
      await simulation.apply(ofCart(shop('shop:v2')));
      await simulation.advance(60);
      expect([shows('shop'), shows('cart')]).toEqual([moved('shop'), moved('cart')]);
      expect(phases()).toEqual(['Paused', 'Paused']);
      await tell('shop', { abort: true });
      expect([shows('shop'), shows('cart')]).toEqual([atRest('shop'), moved('cart')]);
      await tell('cart', { pauseConditions: null });
      expect([shows('shop'), shows('cart')]).toEqual([atRest('shop'), atRest('cart')]);
      expect(phases()).toEqual(['Degraded', 'Healthy']);
      const writes = [...simulation.requests.values()].reduce((sum, count) => sum + count, 0);
      await simulation.advance(600);
      expect([...simulation.requests.values()].reduce((sum, count) => sum + count, 0)).toBe(writes); // nobody fights
      expect(simulation.violations).toEqual([]);
      await simulation.stop();
    },
  );
});
