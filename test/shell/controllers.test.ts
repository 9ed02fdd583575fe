import { resources } from '../../src/api/resources.ts';
import type { RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { addSeconds } from '../../src/kernel/instant.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { aReplicaSet, aRollout, aService, noPlan, routed, stage } from './stage.ts';

describe('the controllers', () => {
  test('decide nothing before they know what a decision looks at', async () => {
    let isAway = true;
    const { clock, seen } = await stage({
      prepare: (server) => {
        const owner = server.put(resources.rollouts, aRollout());
        server.put(resources.replicaSets, aReplicaSet(owner as ReturnType<typeof aRollout>, 'aaa'));
        server.onCall = (call) => {
          if (call === 'list replicasets' && isAway) throw new ApiError(503, '', 'starting');
        };
      },
    });
    await clock.advanceBy(30);
    expect(seen).toEqual([]);
    isAway = false;
    await clock.advanceBy(31);
    expect(seen[0]?.observed.replicaSets).toHaveLength(1);
  });

  test('follow a type from the first Rollout on that needs it', async () => {
    const { clock, cluster } = await stage({
      prepare: (server) => server.put(resources.rollouts, aRollout()),
    });
    const followed = () =>
      cluster.calls.filter((call) => call.startsWith('list')).map((call) => call.slice(5));
    expect(followed()).toEqual(['rollouts', 'replicasets', 'analysisruns', 'experiments']);
    cluster.put(resources.rollouts, aRollout('shop', routed));
    await clock.advanceBy(0);
    expect(followed().slice(4)).toEqual(['services', 'virtualservices']);
  });

  test('work without Istio on a cluster that has none', async () => {
    const { seen } = await stage({
      prepare: (server) => {
        server.unknownTypes.add('virtualservices');
        server.put(resources.rollouts, aRollout('shop', routed));
      },
    });
    expect(seen[0]?.observed.routers).toMatchObject([
      { kind: 'istio', supported: true, problems: [{ detail: 'missing' }], weight: undefined },
    ]);
  });

  test('look at one namespace only when told, and then at nothing of the whole cluster', async () => {
    const elsewhere = aRollout('elsewhere');
    elsewhere.metadata.namespace = 'other';
    const analysis = { templates: [{ templateName: 'errors', clusterScope: true }] };
    const { seen, cluster } = await stage({
      share: { namespaces: ['web'] },
      onlyNamespaced: true,
      prepare: (server) => {
        server.put(resources.rollouts, elsewhere);
        server.put(resources.rollouts, aRollout('shop', { strategy: { canary: { analysis } } }));
      },
    });
    expect(seen.map(({ observed }) => observed.rollout.metadata.name)).toEqual(['shop']);
    expect(seen[0]?.observed.templates).toEqual({ 'ClusterAnalysisTemplate/errors': undefined });
    expect(cluster.calls).not.toContain('list clusteranalysistemplates');
  });

  test('say when there is nothing to do until time passes', async () => {
    const { clock, cluster, controllers, writes } = await stage({
      decide: ({ rollout }, now) => ({
        ...noPlan,
        status: { observedGeneration: String(rollout.metadata.generation) },
        wakeAt: addSeconds(now, 60),
      }),
    });
    cluster.put(resources.rollouts, aRollout());
    await clock.advanceBy(0);
    await controllers.idle();
    expect(writes()).toEqual(['patch rollouts/status web/shop']);
  });

  test('end with their watches closed, no timer left and the events written', async () => {
    const { clock, cluster, controllers, events } = await stage({
      prepare: (server) => server.put(resources.rollouts, aRollout()),
      decide: (_, now) => ({ ...noPlan, wakeAt: addSeconds(now, 60) }),
    });
    await controllers.stop();
    await clock.advanceBy(0);
    expect(cluster.openWatches).toBe(0);
    expect(clock.pending).toBe(0);
    expect(events()).toHaveLength(1);
  });

  test('when killed they wait for nothing and write nothing more', async () => {
    const { clock, cluster, controllers, lines } = await stage({
      prepare: (server) => server.put(resources.rollouts, aRollout()),
      decide: () => ({ ...noPlan, status: { phase: 'Healthy' } as RolloutStatus }),
    });
    cluster.put(resources.rollouts, aRollout('shop', { paused: true }));
    controllers.kill();
    const calls = cluster.calls.length;
    await clock.advanceBy(3600);
    expect(cluster.calls).toHaveLength(calls);
    expect(cluster.openWatches).toBe(0);
    expect(lines.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
  });

  test('an abort is looked at before everything else that waits', async () => {
    const order: string[] = [];
    const { clock, cluster } = await stage({
      workers: 1,
      prepare: (server) => {
        for (const name of ['a', 'b', 'c', 'd']) server.put(resources.rollouts, aRollout(name));
      },
      decide: ({ rollout }) => {
        order.push(rollout.metadata.name);
        return noPlan;
      },
    });
    order.length = 0;
    for (const name of ['a', 'b', 'c']) cluster.put(resources.rollouts, aRollout(name, { paused: true }));
    cluster.put(resources.rollouts, aRollout('d', {}, { abort: true }));
    await clock.advanceBy(0);
    expect(order[0]).toBe('a'); // it was under way when the abort came
    expect(order[1]).toBe('d');
  });

  test('a Rollout sees its Services by name, those that are missing too', async () => {
    const { seen } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout('shop', routed));
        server.put(resources.services, aService('shop-stable'));
      },
    });
    expect(Object.keys(seen[0]?.observed.services ?? {})).toEqual(['shop-stable', 'shop-canary']);
    expect(seen[0]?.observed.services['shop-canary']).toBeUndefined();
  });
});
