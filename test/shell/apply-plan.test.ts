import { podTemplateHashLabel } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { controlledBy } from '../../src/api/owner.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import type { Action, Plan } from '../../src/core/plan.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import type { FakeCluster } from './fake-cluster.ts';
import {
  aReplicaSet,
  aRollout,
  aService,
  aSplit,
  noPlan,
  refOf,
  rolloutRef,
  routed,
  type StageOptions,
  stage,
} from './stage.ts';

/** Carries out one plan for the Rollout `shop`, once. */
async function applied(
  plan: (rollout: Rollout) => Partial<Plan<RolloutStatus>>,
  prepare: (server: FakeCluster, owner: Rollout) => void = () => {},
  options: StageOptions = {},
) {
  let plans = 1;
  const played = await stage({
    prepare: (server) => {
      const owner = server.put(resources.rollouts, aRollout('shop', routed, { phase: 'Healthy' }));
      prepare(server, owner as Rollout);
    },
    decide: ({ rollout }) => (plans-- > 0 ? { ...noPlan, ...plan(rollout) } : noPlan),
    ...options,
  });
  return { ...played, again: () => (plans = 1) };
}

function events({ bodies }: FakeCluster): string[] {
  return bodies.flatMap((body) => {
    const { kind, reason, message } = body as { kind?: string; reason?: string; message?: string };
    return kind === 'Event' ? [`${reason}: ${message}`] : [];
  });
}

const run = (name: string, owner: Rollout, spec: object = { metrics: [] }): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisRun',
  metadata: {
    name,
    namespace: 'web',
    ownerReferences: [
      {
        apiVersion: owner.apiVersion,
        kind: 'Rollout',
        name: 'shop',
        uid: owner.metadata.uid ?? '',
        controller: true,
      },
    ],
  },
  spec,
});

describe('each action', () => {
  const cases: [string, (owner: Rollout) => Action, string, unknown][] = [
    [
      'scales a ReplicaSet and sets its annotations in one write',
      () => ({ do: 'scaleReplicaSet', name: 'shop-aaa', replicas: 3, annotations: { a: '1', gone: null } }),
      'patch replicasets web/shop-aaa',
      { metadata: { annotations: { a: '1' } }, spec: { replicas: 3 } },
    ],
    [
      'switches a Service to one revision in one write and marks it',
      () => ({ do: 'switchService', name: 'shop-stable', podTemplateHash: 'aaa' }),
      'patch services web/shop-stable',
      {
        metadata: {
          resourceVersion: '103',
          annotations: { 'argo-rollouts.argoproj.io/managed-by-rollouts': 'shop' },
        },
        spec: { selector: { [podTemplateHashLabel]: 'aaa' } },
      },
    ],
    [
      'shows a split in the route, under the version that was observed',
      () => ({ do: 'route', split: aSplit(20) }),
      'patch virtualservices web/shop',
      { metadata: { resourceVersion: '105' }, spec: { canary: 20 } },
    ],
    [
      'patches the Rollout itself under the version that was observed',
      () => ({ do: 'mergePatch', ref: rolloutRef, body: { metadata: { annotations: { a: '1' } } } }),
      'patch rollouts web/shop',
      { metadata: { annotations: { a: '1' }, resourceVersion: '101' } },
    ],
    [
      'ends an analysis run',
      () => ({ do: 'terminateAnalysisRun', name: 'shop-run' }),
      'patch analysisruns web/shop-run',
      { spec: { terminate: true } },
    ],
    [
      'deletes what is still the same object',
      () => ({ do: 'delete', ref: refOf(resources.replicaSets, 'shop-aaa'), uid: 'uid-2' }),
      'delete replicasets web/shop-aaa',
      undefined,
    ],
  ];
  const prepare = (server: FakeCluster, owner: Rollout) => {
    server.put(resources.replicaSets, aReplicaSet(owner, 'aaa', 1));
    server.put(resources.services, aService('shop-stable'));
    server.put(resources.services, aService('shop-canary'));
    server.put(resources.virtualServices, {
      ...aService('shop'),
      kind: 'VirtualService',
      spec: { canary: 0 },
    });
    server.put(resources.analysisRuns, run('shop-run', owner));
  };

  test.each(cases)('%s', async (_, action, call, body) => {
    const { writes, cluster } = await applied((owner) => ({ actions: [action(owner)] }), prepare);
    expect(writes()).toEqual([call]);
    if (body !== undefined)
      expect(cluster.bodies.find((sent) => (sent as KubeObject).kind !== 'Event')).toEqual(body);
  });

  test.each(cases)('is not repeated when the world is so already: %s', async (_, action) => {
    const { writes, clock, cluster, again } = await applied(
      (owner) => ({ actions: [action(owner)] }),
      prepare,
    );
    again();
    cluster.put(resources.services, aService('shop-canary', { other: 'change' }));
    await clock.advanceBy(0);
    const repeated = writes().length;
    expect(repeated).toBe(action(aRollout()).do === 'delete' ? 2 : 1);
  });

  test('a pod that a disruption budget protects stays for now', async () => {
    const { lines, cluster } = await applied(
      () => ({ actions: [{ do: 'evictPod', name: 'shop-1' }], status: { phase: 'Progressing' } }),
      (server) => {
        server.onCall = (call) => {
          if (call === 'create pods web/shop-1') throw new ApiError(429, 'TooManyRequests', 'budget');
        };
      },
    );
    expect(lines.filter(({ level }) => level === 'warn')).toEqual([]);
    expect(cluster.object(rolloutRef)?.status).toEqual({ phase: 'Progressing' });
  });
});

describe('a plan', () => {
  test('writes actions first, the status once after them, then the events', async () => {
    const { cluster, clock } = await applied((owner) => ({
      actions: [{ do: 'createReplicaSet', replicaSet: aReplicaSet(owner, 'aaa') }],
      status: { phase: 'Progressing', currentPodHash: 'aaa' },
      events: [{ type: 'Normal', reason: 'NewReplicaSetCreated', message: 'Created ReplicaSet shop-aaa' }],
    }));
    await clock.advanceBy(0);
    expect(
      cluster.calls.filter((call) => /^(create|patch)/.test(call)).map((call) => call.split('.')[0]),
    ).toEqual([
      'create events web/shop', // it was new to us
      'create replicasets web/shop-aaa',
      'patch rollouts/status web/shop',
      'create events web/shop',
    ]);
  });

  test('tells of what it did before a write failed, which the next plan finds done, and of nothing else', async () => {
    const { cluster, clock } = await applied(
      (owner) => ({
        actions: [
          { do: 'createReplicaSet', replicaSet: aReplicaSet(owner, 'aaa') },
          { do: 'scaleReplicaSet', name: 'shop-bbb', replicas: 0 },
        ],
        status: { phase: 'Progressing' },
        events: [
          {
            type: 'Normal',
            reason: 'NewReplicaSetCreated',
            message: 'Created ReplicaSet shop-aaa (revision 2)',
          },
          {
            type: 'Normal',
            reason: 'ScalingReplicaSet',
            message: 'Scaled down ReplicaSet shop-bbb (revision 1)',
          },
          {
            type: 'Normal',
            reason: 'RolloutStepCompleted',
            message: 'Rollout step 1/2 completed (setWeight: 5)',
          },
        ],
      }),
      (server, owner) => {
        server.put(resources.replicaSets, aReplicaSet(owner, 'bbb', 3));
        server.onCall = (call) => {
          if (call === 'patch replicasets web/shop-bbb') throw new ApiError(409, 'Conflict', 'changed');
        };
      },
    );
    await clock.advanceBy(0);
    expect(events(cluster).slice(1)).toEqual([
      'NewReplicaSetCreated: Created ReplicaSet shop-aaa (revision 2)',
    ]);
  });

  test('writes only what differs of the status, and nothing when nothing does', async () => {
    const status: RolloutStatus = {
      phase: 'Progressing',
      replicas: 3,
      pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T00:00:00Z' }],
      canary: { weights: { canary: { weight: 20 }, stable: { weight: 80 } } },
    };
    const { cluster, again, clock, writes } = await applied(() => ({ status }));
    expect(cluster.bodies.find((body) => (body as { status?: unknown }).status !== undefined)).toEqual({
      metadata: { resourceVersion: '101' },
      status,
    });
    again();
    cluster.put(resources.services, aService('shop-canary'));
    await clock.advanceBy(0);
    expect(writes()).toHaveLength(1);
  });

  test('removes members of the status that are gone', async () => {
    const { cluster } = await applied(() => ({ status: { message: 'waiting' } }));
    expect(cluster.bodies.find((body) => (body as { status?: unknown }).status !== undefined)).toMatchObject({
      status: { phase: null, message: 'waiting' },
    });
    expect(cluster.object(rolloutRef)?.status).toEqual({ message: 'waiting' });
  });

  test('stops at the first write that fails', async () => {
    const { writes } = await applied(
      () => ({
        actions: [
          { do: 'switchService', name: 'missing', podTemplateHash: 'aaa' },
          { do: 'terminateAnalysisRun', name: 'shop-run' },
        ],
        status: { phase: 'Degraded' },
      }),
      (server, owner) => server.put(resources.analysisRuns, run('shop-run', owner)),
    );
    expect(writes()).toEqual(['patch services web/missing']);
  });
});

describe('a route', () => {
  const withRoute = (server: FakeCluster) =>
    void server.put(resources.virtualServices, { ...aService('shop'), spec: { canary: 0 } });

  test('says what it changed, in the words of its router', async () => {
    const { events, clock } = await applied(
      () => ({ actions: [{ do: 'route', split: aSplit(20) }] }),
      withRoute,
    );
    await clock.advanceBy(0);
    expect(events()).toContain(
      "Normal Updated VirtualService: VirtualService `shop` set to desiredWeight '20'",
    );
  });

  test.each([
    ['weights that do not sum to the whole', { ...aSplit(20), total: 1000 }],
    ['a weight below 0', { ...aSplit(20), canary: { ...aSplit(20).canary, weight: -5 }, total: 75 }],
    ['a weight for nobody', { ...aSplit(20), canary: { service: '', podTemplateHash: '', weight: 20 } }],
  ])('refuses to write %s', async (_, split) => {
    const { writes, cluster } = await applied(() => ({ actions: [{ do: 'route', split }] }), withRoute);
    expect(writes()).toEqual(['patch rollouts/status web/shop']);
    expect(cluster.object(rolloutRef)?.status).toMatchObject({ phase: 'Degraded' });
  });

  test('is not written over what somebody else wrote in between', async () => {
    const { cluster, writes } = await applied(
      () => ({ actions: [{ do: 'route', split: aSplit(20) }] }),
      (server) => {
        withRoute(server);
        server.onCall = (call) => {
          if (call !== 'patch virtualservices web/shop') return;
          server.onCall = () => {};
          server.put(resources.virtualServices, { ...aService('shop'), spec: { canary: 0, theirs: true } });
        };
      },
    );
    expect(writes()).toEqual(['patch virtualservices web/shop']);
    expect(cluster.object(refOf(resources.virtualServices, 'shop'))?.spec).toEqual({
      canary: 0,
      theirs: true,
    });
  });
});

describe('a ReplicaSet that the server refuses', () => {
  test('shows in conditions, in what is waited for, and once as an event; the plan is given up', async () => {
    const { cluster, writes, seen, clock } = await applied(
      (owner) => ({
        actions: [{ do: 'createReplicaSet', replicaSet: aReplicaSet(owner, 'aaa') }],
        status: { phase: 'Healthy', stableRS: 'aaa' },
      }),
      (server) => {
        server.onCall = (call) => {
          if (call === 'create replicasets web/shop-aaa')
            throw new ApiError(403, 'Forbidden', 'exceeded quota: pods');
        };
      },
    );
    await clock.advanceBy(1);
    const status = (cluster.object(rolloutRef) as Rollout).status;
    const message = 'Failed to create new replica set "shop-aaa": exceeded quota: pods';
    expect(status).toMatchObject({
      phase: 'Progressing',
      conditions: [{ type: 'Progressing', status: 'False', reason: 'ReplicaSetCreateError', message }],
      waiting: { for: 'the API server to accept the ReplicaSet: exceeded quota: pods' },
    });
    expect(status?.stableRS).toBeUndefined();
    expect(writes()).toEqual(['create replicasets web/shop-aaa', 'patch rollouts/status web/shop']);
    expect(events(cluster)).toContain(`ReplicaSetCreateError: ${message}`);
    expect(seen.length).toBeGreaterThan(1);
  });
});

describe('an orphan', () => {
  const orphan = (server: FakeCluster, owner: Rollout) => {
    const found = aReplicaSet(owner, 'aaa');
    server.put(resources.replicaSets, { ...found, metadata: { ...found.metadata, ownerReferences: [] } });
  };
  const adopt = (owner: Rollout): Partial<Plan<RolloutStatus>> => ({
    actions: [{ do: 'adoptReplicaSet', name: 'shop-aaa', ownerReferences: [controlledBy(owner)] }],
  });
  const ownersOf = (server: FakeCluster) =>
    server.object(refOf(resources.replicaSets, 'shop-aaa'))?.metadata.ownerReferences?.map(({ uid }) => uid);

  test('is adopted by a Rollout that lives', async () => {
    const { cluster } = await applied(adopt, orphan);
    expect(ownersOf(cluster)).toEqual([cluster.object(rolloutRef)?.metadata.uid]);
  });

  test('is not adopted by one that was deleted meanwhile: garbage collection would take its pods', async () => {
    const { cluster } = await applied(adopt, (server, owner) => {
      orphan(server, owner);
      server.onCall = (call) => {
        if (call !== 'get rollouts web/shop') return;
        server.onCall = () => {};
        server.holdWatches(true);
        server.remove(rolloutRef);
      };
    });
    expect(ownersOf(cluster)).toEqual([]);
  });
});

describe('a name that is taken', () => {
  const create = (owner: Rollout) => ({
    actions: [{ do: 'createReplicaSet', replicaSet: aReplicaSet(owner, 'aaa') } as const],
    status: { phase: 'Progressing' } as RolloutStatus,
  });
  /** The watch is held, so that the ReplicaSet is there and we do not know. */
  const hidden = (change: (replicaSet: ReturnType<typeof aReplicaSet>) => void) => ({
    prepare: (server: FakeCluster, owner: Rollout) => {
      server.onCall = (call) => {
        if (call !== 'create replicasets web/shop-aaa') return;
        server.onCall = () => {};
        server.holdWatches(true);
        const replicaSet = aReplicaSet(owner, 'aaa');
        change(replicaSet);
        server.put(resources.replicaSets, replicaSet);
      };
    },
  });

  test('by our own ReplicaSet of the same template: a crash came in between, and we go on', async () => {
    const { cluster } = await applied(
      create,
      hidden((replicaSet) => {
        // what a server adds by default does not make it another template
        Object.assign(replicaSet.spec.template.spec ?? {}, { dnsPolicy: 'ClusterFirst' });
      }).prepare,
    );
    expect(cluster.object(rolloutRef)?.status).toEqual({ phase: 'Progressing' });
  });

  test.each<[string, (replicaSet: ReturnType<typeof aReplicaSet>) => void]>([
    ['a foreign ReplicaSet', (replicaSet) => (replicaSet.metadata.ownerReferences = [])],
    [
      'our own of another template',
      (replicaSet) => {
        const container = replicaSet.spec.template.spec?.containers[0];
        if (container !== undefined) container.image = 'other:v9';
      },
    ],
  ])('by %s: the collision count goes up, and the decision is made anew', async (_, change) => {
    const { cluster, clock, seen } = await applied(create, hidden(change).prepare);
    await clock.advanceBy(1);
    expect(cluster.object(rolloutRef)?.status).toEqual({ phase: 'Healthy', collisionCount: 1 });
    expect(seen.at(-1)?.observed.rollout.status?.collisionCount).toBe(1);
  });

  test('by a finished run of ours: the new one gets a number', async () => {
    const { cluster } = await applied(
      (owner) => ({
        actions: [
          { do: 'create', object: run('shop-1', owner), ref: refOf(resources.analysisRuns, 'shop-1') },
        ],
      }),
      (server, owner) =>
        server.put(resources.analysisRuns, { ...run('shop-1', owner), status: { phase: 'Successful' } }),
    );
    expect(cluster.object(refOf(resources.analysisRuns, 'shop-1.1'))).toBeDefined();
  });

  test('by an unfinished equal run of ours: it is the one', async () => {
    const { writes, cluster } = await applied(
      (owner) => ({
        actions: [
          { do: 'create', object: run('shop-1', owner), ref: refOf(resources.analysisRuns, 'shop-1') },
        ],
      }),
      (server, owner) =>
        server.put(resources.analysisRuns, { ...run('shop-1', owner), status: { phase: 'Running' } }),
    );
    expect(writes()).toEqual(['create analysisruns web/shop-1']);
    expect(cluster.object(refOf(resources.analysisRuns, 'shop-1.1'))).toBeUndefined();
  });
});
