import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { stories } from '../scenario/stories/index.ts';
import { embeddedStage } from './embedded-stage.ts';
import { everyDefinition, namespace, type Shop, servicesOf, shopRollout, shops, tester } from './shops.ts';
import { storyOn } from './story.ts';

/** Plays something with what stands between operator and cluster, and tells what went wrong: nothing, when all rights are there. */
export type Play = (between: (cluster: Cluster) => Cluster) => Promise<readonly string[]>;

/** Every story, and one release that is promoted and one that is aborted behind each router. */
export const plays: Readonly<Record<string, Play>> = {
  ...Object.fromEntries(Object.entries(stories).map(([title, tell]) => [title, playOfStory(tell)])),
  ...Object.fromEntries(
    Object.entries(shops).map(([name, shop]) => [`a shop behind ${name}`, playOfShop(shop)]),
  ),
};

function playOfStory(tell: (typeof stories)[string]): Play {
  return async (between) => {
    const stage = await embeddedStage({ between });
    try {
      await tell(storyOn(stage));
    } catch (error) {
      await stage.simulation.stop();
      return [(error as Error).message];
    }
    return stage.end();
  };
}

const byHeader: readonly CanaryStep[] = [
  { setCanaryScale: { replicas: 1 } },
  { setHeaderRoute: { name: 'testers', match: tester } },
  { setCanaryScale: { matchTrafficWeight: true } },
];

function playOfShop(shop: Shop): Play {
  const ref = { type: resources.rollouts, namespace, name: 'shop' };
  return async (between) => {
    const simulation = await createSimulation({ crds: everyDefinition(), between });
    const complaints: string[] = [];
    const reaches = async (phase: string) => {
      const status = () => (simulation.get(ref) as Rollout | undefined)?.status;
      for (let waited = 0; waited < 600 && status()?.phase !== phase; waited += 5)
        await simulation.advance(5);
      if (status()?.phase !== phase) complaints.push(`${phase} was not reached: ${status()?.message}`);
    };
    const image = async (name: string) => {
      const body = [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: name }];
      await simulation.user.patch(ref, { kind: 'json', body });
      await simulation.advance(0.5);
    };
    const tell = (status: object) =>
      simulation.user.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });
    await simulation.apply(
      ...servicesOf(shop),
      ...shop.objects,
      shopRollout(shop, { steps: [...(shop.byHeader ? byHeader : []), { setWeight: 50 }, { pause: {} }] }),
    );
    await reaches('Healthy');
    await image('shop:v2');
    await reaches('Paused');
    await tell({ promoteFull: true });
    await reaches('Healthy');
    await image('shop:v3');
    await reaches('Paused');
    await tell({ abort: true });
    await reaches('Degraded');
    await simulation.stop();
    return [
      ...complaints,
      ...simulation.violations.map(({ invariant, detail }) => `${invariant}: ${detail}`),
    ];
  };
}
