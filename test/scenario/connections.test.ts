import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import {
  everyDefinition,
  namespace,
  type Shop,
  type ShopName,
  servicesOf,
  shopRollout,
  shops,
} from '../support/shops.ts';

const ref = { type: resources.rollouts, namespace, name: 'shop' };
const byConnection = [
  'Gateway API over TCP',
  'Gateway API over TLS',
  'Istio over TLS',
  'Istio over TCP',
] as const satisfies readonly ShopName[];

describe('a release over connections', () => {
  test.each(byConnection)('%s: its share follows the weights, up and after an abort', async (name) => {
    const shop: Shop = shops[name];
    const simulation = await createSimulation({ crds: everyDefinition() });
    const rollout = shopRollout(shop, { steps: [{ setWeight: 30 }, { pause: {} }] });
    await simulation.apply(...servicesOf(shop), ...shop.objects, rollout);
    await simulation.advance(60);
    const status = () => (simulation.get(ref) as Rollout | undefined)?.status ?? {};
    const shares = () =>
      Object.fromEntries(
        simulation.world.traffic
          .effectiveSplit({ namespace, host: 'shop' })
          .map(({ podTemplateHash, share }) => [podTemplateHash, Number(share.toFixed(6))]),
      );
    const stable = status().stableRS ?? '';
    expect([status().phase, shares()]).toEqual(['Healthy', { [stable]: 1 }]);

    const body = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'shop:v2' }];
    await simulation.user.patch(ref, { kind: 'json', body });
    await simulation.advance(60);
    const canary = status().currentPodHash ?? '';
    expect([status().phase, shares()]).toEqual(['Paused', { [stable]: 0.7, [canary]: 0.3 }]);

    const abort = { status: { abort: true } };
    await simulation.user.patch(ref, { kind: 'merge', body: abort }, { subresource: 'status' });
    await simulation.advance(60);
    expect([status().phase, shares()]).toEqual(['Degraded', { [stable]: 1 }]);
  });
});
