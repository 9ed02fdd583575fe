import { resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { addSeconds } from '../../src/kernel/instant.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import type { TrafficRouter } from '../../src/ports/traffic-router.ts';
import type { FakeCluster } from './fake-cluster.ts';
import {
  aReplicaSet,
  aRollout,
  aService,
  noPlan,
  refOf,
  rolloutRef,
  routed,
  stage,
  start,
  toyRouter,
} from './stage.ts';

const analysisTemplate = (name: string, templates?: { templateName: string }[]) => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name, namespace: 'web' },
  spec: { metrics: [], ...(templates && { templates }) },
});

/** A Rollout whose first generation was observed. */
function putObserved(server: FakeCluster, name: string, status: RolloutStatus): void {
  server.put(resources.rollouts, aRollout(name, {}, { ...status, observedGeneration: '1' }));
}

/** A second generation of it. */
function change(server: FakeCluster, name: string): void {
  const { status } = server.object<Rollout>(refOf(resources.rollouts, name)) ?? {};
  server.put(resources.rollouts, aRollout(name, { replicas: 3 }, status));
}

describe('the rollout controller', () => {
  test('decides about every Rollout there is, and again when one changes', async () => {
    const { clock, cluster, seen } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout('shop'));
        server.put(resources.rollouts, aRollout('cart'));
      },
    });
    cluster.put(resources.rollouts, aRollout('shop', { paused: true }));
    await clock.advanceBy(0);
    expect(seen.map(({ observed }) => observed.rollout.metadata.name)).toEqual(['shop', 'cart', 'shop']);
    expect(seen.at(-1)?.observed.rollout.spec.paused).toBe(true);
  });

  test('after a start looks at what is being released before what is at rest', async () => {
    const { seen } = await stage({
      workers: 1,
      prepare: (server) => {
        putObserved(server, 'at-rest', { phase: 'Healthy' });
        putObserved(server, 'changed-meanwhile', { phase: 'Healthy' });
        change(server, 'changed-meanwhile');
        putObserved(server, 'aborted', { phase: 'Degraded' });
        putObserved(server, 'also-at-rest', { phase: 'Healthy' });
        putObserved(server, 'paused', { phase: 'Paused' });
      },
    });
    expect(seen.map(({ observed }) => observed.rollout.metadata.name)).toEqual([
      'changed-meanwhile',
      'aborted',
      'paused',
      'at-rest',
      'also-at-rest',
    ]);
  });

  test('looks at once at one of them that is changed, not after all the others', async () => {
    const names = Array.from({ length: 100 }, (_, index) => `shop-${index}`);
    let isChanged = true;
    let server: FakeCluster;
    const { clock, seen } = await stage({
      workers: 1,
      decide: () => {
        // while all wait for the look that they get every 15 minutes somebody changes the last one
        if (!isChanged) change(server, 'shop-99');
        isChanged = true;
        return noPlan;
      },
      prepare: (cluster) => {
        server = cluster;
        for (const name of names) putObserved(server, name, { phase: 'Healthy' });
      },
    });
    seen.length = 0;
    isChanged = false;
    await clock.advanceBy(900);
    const looked = seen.map(({ observed }) => observed.rollout.metadata.name);
    expect(new Set(looked)).toEqual(new Set(names));
    expect(looked.indexOf('shop-99')).toBeLessThan(5);
  });

  test('decides again when a data plane has answered, with the answer', async () => {
    let answer: { verified: boolean; news: [] } = { verified: false, news: [] };
    let answered = () => {};
    const istio: TrafficRouter = {
      ...toyRouter,
      verify: (_, __, heard) => {
        answered = heard;
        return answer;
      },
    };
    const { clock, seen } = await stage({
      routers: { istio },
      prepare: (server) => {
        server.put(resources.virtualServices, { ...aService('shop'), kind: 'VirtualService' });
        server.put(resources.rollouts, aRollout('shop', routed));
      },
    });
    const answers = () => seen.map(({ observed }) => observed.routers[0]?.verified);
    expect(answers()).toEqual([false]);
    answer = { verified: true, news: [] };
    answered();
    await clock.advanceBy(0);
    expect(answers()).toEqual([false, true]);
  });

  const wakers: [
    string,
    (server: Parameters<NonNullable<Parameters<typeof stage>[0]>['prepare'] & object>[0]) => void,
  ][] = [
    [
      'a ReplicaSet of it',
      (server) => {
        const owner = server.object(rolloutRef);
        server.put(resources.replicaSets, aReplicaSet(owner as ReturnType<typeof aRollout>, 'aaa'));
      },
    ],
    [
      'an orphan that its selector matches',
      (server) => {
        const orphan = aReplicaSet(aRollout(), 'aaa');
        server.put(resources.replicaSets, {
          ...orphan,
          metadata: { ...orphan.metadata, ownerReferences: [] },
        });
      },
    ],
    [
      'a Service that it names and that did not exist',
      (server) => server.put(resources.services, aService('shop-canary')),
    ],
    [
      'its route object',
      (server) => server.put(resources.virtualServices, { ...aService('shop'), kind: 'VirtualService' }),
    ],
    [
      'a template that it names',
      (server) => server.put(resources.analysisTemplates, analysisTemplate('errors')),
    ],
  ];
  test.each(wakers)('wakes up for %s', async (_, happen) => {
    const { clock, cluster, seen } = await stage({
      prepare: (server) =>
        server.put(
          resources.rollouts,
          aRollout('shop', {
            strategy: {
              canary: { ...routed.strategy?.canary, analysis: { templates: [{ templateName: 'errors' }] } },
            },
          }),
        ),
    });
    expect(seen).toHaveLength(1);
    happen(cluster);
    await clock.advanceBy(0);
    expect(seen).toHaveLength(2);
  });

  test('does not wake up for what does not concern it', async () => {
    const { clock, cluster, seen } = await stage({
      prepare: (server) => server.put(resources.rollouts, aRollout('shop', routed)),
    });
    cluster.put(resources.services, aService('other'));
    cluster.put(resources.replicaSets, aReplicaSet(aRollout('foreign'), 'aaa'));
    await clock.advanceBy(0);
    expect(seen).toHaveLength(1);
  });

  test('follows a template that another template names, and sees it by its kind and name', async () => {
    const { clock, cluster, seen } = await stage({
      prepare: (server) => {
        server.put(resources.analysisTemplates, analysisTemplate('outer', [{ templateName: 'inner' }]));
        const canary = { analysis: { templates: [{ templateName: 'outer' }] } };
        server.put(resources.rollouts, aRollout('shop', { strategy: { canary } }));
      },
    });
    expect(Object.keys(seen[0]?.observed.templates ?? {})).toEqual([
      'AnalysisTemplate/outer',
      'AnalysisTemplate/inner',
    ]);
    expect(seen[0]?.observed.templates['AnalysisTemplate/inner']).toBeUndefined();
    cluster.put(resources.analysisTemplates, analysisTemplate('inner'));
    await clock.advanceBy(0);
    expect(seen.at(-1)?.observed.templates['AnalysisTemplate/inner']).toBeDefined();
  });

  test('looks again when the plan asks for it, and every 15 minutes', async () => {
    const { clock, seen } = await stage({
      decide: (_, now) =>
        now < addSeconds(start, 100) ? { ...noPlan, wakeAt: addSeconds(now, 60) } : noPlan,
      prepare: (server) => server.put(resources.rollouts, aRollout()),
    });
    await clock.advanceBy(1000);
    expect(seen.map(({ at }) => at)).toEqual([0, 60, 120, 900]);
  });

  test.each([
    ['a PodTemplate, which is followed, at once', 'v1', 'PodTemplate', 'podtemplates', '', 0],
    ['a ReplicaSet, which is not, within a minute', 'apps/v1', 'ReplicaSet', 'replicasets', 'apps', 60],
  ] as const)('sees a change of %s', async (_, apiVersion, kind, plural, group, seconds) => {
    const type = { group, version: 'v1', kind, plural, namespaced: true };
    const workload = (version: string) => ({
      apiVersion,
      kind,
      metadata: { name: 'legacy', namespace: 'web', labels: { version } },
    });
    const { clock, cluster, seen } = await stage({
      prepare: (server) => {
        server.put(type, workload('1'));
        const workloadRef = { apiVersion, kind, name: 'legacy' };
        server.put(resources.rollouts, aRollout('shop', { workloadRef, strategy: { canary: {} } }));
      },
    });
    cluster.put(type, workload('2'));
    await clock.advanceBy(seconds * 1000);
    expect(seen.at(-1)?.observed.workload).toMatchObject({ metadata: { labels: { version: '2' } } });
  });

  test('sees what it wrote itself, although the watch is late', async () => {
    const { clock, cluster, seen, writes } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout());
      },
      decide: ({ rollout, replicaSets }) =>
        replicaSets.length > 0
          ? noPlan
          : {
              ...noPlan,
              actions: [{ do: 'createReplicaSet', replicaSet: aReplicaSet(rollout, 'aaa') }],
              status: { currentPodHash: 'aaa' },
            },
    });
    cluster.holdWatches(true);
    cluster.put(resources.rollouts, aRollout('late'));
    await clock.advanceBy(0);
    expect(writes()).toEqual(['create replicasets web/shop-aaa', 'patch rollouts/status web/shop']);
    expect(seen.at(-1)?.observed.replicaSets).toHaveLength(1);
    cluster.holdWatches(false);
    await clock.advanceBy(0);
    expect(writes().filter((call) => call.endsWith('web/shop-aaa'))).toHaveLength(1);
  });

  test('forgets a plan that somebody else overtook, and decides anew', async () => {
    let interfere = true;
    const { clock, seen, cluster, lines } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout());
        server.onCall = (call) => {
          if (call !== 'patch rollouts/status web/shop' || !interfere) return;
          interfere = false;
          server.put(resources.rollouts, aRollout('shop', {}, { abort: true }));
        };
      },
      decide: ({ rollout }) => ({
        ...noPlan,
        status: rollout.status?.abort === true ? { abort: true, phase: 'Degraded' } : { phase: 'Healthy' },
      }),
    });
    await clock.advanceBy(1);
    expect(cluster.object(rolloutRef)?.status).toMatchObject({ phase: 'Degraded' });
    expect(seen.length).toBeGreaterThan(1);
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('tries again when the server fails, and counts it as no success', async () => {
    let failures = 3;
    const { clock, cluster, lines } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout());
        server.onCall = (call) => {
          if (call.startsWith('patch rollouts') && failures-- > 0)
            throw new ApiError(500, '', 'etcd is away');
        };
      },
      decide: () => ({ ...noPlan, status: { phase: 'Healthy' } }),
    });
    await clock.advanceBy(1);
    expect(cluster.object(rolloutRef)?.status).toMatchObject({ phase: 'Healthy' });
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(3);
  });

  test.each([
    [
      'the Rollout is gone before the watch tells',
      new ApiError(404, 'NotFound', 'rollouts "shop" not found'),
      true,
    ],
    [
      'its namespace is being deleted',
      new ApiError(
        403,
        'Forbidden',
        'unable to create new content in namespace web because it is being terminated',
      ),
      false,
    ],
  ])('makes no fuss when %s', async (_, failure, isGone) => {
    const { clock, lines, seen } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout());
        server.onCall = (call) => {
          if (call.startsWith('patch rollouts')) throw failure;
          if (call.startsWith('get rollouts') && isGone) server.remove(rolloutRef);
        };
      },
      decide: () => ({ ...noPlan, status: { phase: 'Healthy' } }),
    });
    await clock.advanceBy(1);
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(seen).toHaveLength(1);
  });

  test('ends at once, also while it waits for a type that it may not read', async () => {
    const { clock, controllers, seen, lines } = await stage({
      prepare: (server) => {
        server.put(resources.rollouts, aRollout('shop', routed));
        server.onCall = (call) => {
          if (call.startsWith('list virtualservices')) throw new ApiError(403, 'Forbidden', 'may not');
        };
      },
    });
    await clock.advanceBy(60);
    expect(seen).toEqual([]);
    expect(lines.some(({ facts }) => facts['reason'] === 'may not')).toBe(true);
    let hasEnded = false;
    void controllers.stop().then(() => {
      hasEnded = true;
    });
    await clock.advanceBy(0);
    expect(hasEnded).toBe(true);
  });

  test('leaves a Rollout that is being deleted alone', async () => {
    const { seen } = await stage({
      prepare: (server) => {
        const rollout = aRollout();
        rollout.metadata.deletionTimestamp = '2026-01-01T00:00:00Z';
        server.put(resources.rollouts, rollout);
      },
    });
    expect(seen).toEqual([]);
  });

  test('with an instance id it sees only the objects that carry it', async () => {
    const labelled = aRollout('mine');
    labelled.metadata.labels = { 'argo-rollouts.argoproj.io/controller-instance-id': 'blue' };
    const prepare = (server: {
      put: (type: typeof resources.rollouts, object: typeof labelled) => unknown;
    }) => {
      server.put(resources.rollouts, labelled);
      server.put(resources.rollouts, aRollout('theirs'));
    };
    const names = async (options: object) =>
      (await stage({ prepare, ...options })).seen.map(({ observed }) => observed.rollout.metadata.name);
    expect(await names({ share: { instanceId: 'blue' } })).toEqual(['mine']);
    expect(await names({})).toEqual(['theirs']);
  });
});

describe('a mistake of ours', () => {
  const breakFor = (name: string, error: Error) => ({
    prepare: (server: Parameters<NonNullable<Parameters<typeof stage>[0]>['prepare'] & object>[0]) => {
      server.put(resources.rollouts, aRollout('shop'));
      server.put(resources.rollouts, aRollout('cart'));
    },
    decide: ({ rollout }: { rollout: { metadata: { name: string } } }) => {
      if (rollout.metadata.name === name) throw error;
      return { ...noPlan, status: { phase: 'Healthy' } as RolloutStatus };
    },
  });

  test.each([
    ['a broken invariant', new SluiceError('INVARIANT_BROKEN', 'The weights do not sum.')],
    ['an exception', new TypeError('x is undefined')],
  ])('stops one rollout visibly, and never the others: %s', async (_, error) => {
    const { clock, cluster, events, lines, seen } = await stage(breakFor('shop', error));
    await clock.advanceBy(60);
    expect(cluster.object(rolloutRef)?.status).toEqual({
      phase: 'Degraded',
      message: `INVARIANT_BROKEN: ${error.message}`,
    });
    expect(cluster.object(refOf(resources.rollouts, 'cart'))?.status).toMatchObject({ phase: 'Healthy' });
    expect(events().filter((event) => event.includes('ReconciliationError'))).toEqual([
      `Warning ReconciliationError: Reconciliation failed with error: INVARIANT_BROKEN: ${error.message}`,
    ]);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    const decisions = seen.filter(({ observed }) => observed.rollout.metadata.name === 'shop');
    expect(decisions).toHaveLength(1);
  });

  test('is given another chance when somebody changes the Rollout, and after five minutes', async () => {
    const { clock, cluster, seen } = await stage(breakFor('shop', new TypeError('broken')));
    const decisions = () => seen.filter(({ observed }) => observed.rollout.metadata.name === 'shop').length;
    cluster.put(resources.rollouts, aRollout('shop', { paused: true }));
    await clock.advanceBy(10);
    expect(decisions()).toBe(2);
    await clock.advanceBy(290);
    expect(decisions()).toBe(3);
  });
});
