import { resources } from '../../src/api/resources.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { hashOfImage, noon, pauseFor, replicaSet, rollout, setWeight } from '../support/builders.ts';
import { expectGolden } from '../support/golden.ts';
import { podOf, runOf } from './facts.ts';
import { terminal } from './terminal.ts';

const releasing: RolloutStatus = {
  phase: 'Paused',
  message: 'CanaryPauseStep',
  currentStepIndex: 1,
  stableRS: hashOfImage('shop:v1'),
  currentPodHash: hashOfImage('shop:v2'),
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T11:55:00Z' }],
};

const invalidSpec = [{ type: 'InvalidSpec', status: 'True', message: 'no' }] as never;

const event = (rolloutSeen: Rollout, minute: number, message: string, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `shop.${minute}`, namespace: 'default' },
  involvedObject: { kind: 'Rollout', name: 'shop', uid: rolloutSeen.metadata.uid },
  reason: 'Any',
  message,
  lastTimestamp: `2026-01-01T11:${minute}:00Z`,
  ...more,
});

function told(status: RolloutStatus, spec: Parameters<typeof rollout>[0] = {}) {
  const cluster = fakeCluster();
  const shop = rollout({
    image: 'shop:v2',
    canary: { steps: [setWeight(25), pauseFor(), setWeight(50)] },
    ...spec,
    status,
  });
  cluster.put(resources.rollouts, shop);
  for (const image of ['shop:v1', 'shop:v2']) {
    const owner = replicaSet({ image, revision: image === 'shop:v1' ? 1 : 2 });
    cluster.put(resources.replicaSets, {
      ...owner,
      status: { replicas: 1, availableReplicas: image === 'shop:v1' ? 3 : 1 },
    } as never);
    cluster.put(resources.pods, podOf(owner, 'a1b2c'));
  }
  const put = (one: object) => cluster.put(resources.events, one as never);
  put(event(shop, 50, 'Rollout updated to revision 2'));
  put(event(shop, 54, 'Rollout step 1/3 completed (setWeight: 25)'));
  put(event(shop, 53, 'Scaled up', { count: 3 }));
  put(event(shop, 40, 'of an earlier object of the name', { involvedObject: { uid: 'gone' } }));
  const run = () => terminal({ cluster, clock: virtualClock(noon) }).run('explain shop');
  return { cluster, shop, run };
}

describe('explain', () => {
  test('tells of a pause: where, who is served by what, what led there, what a person can do', async () => {
    const ended = await told(releasing).run();
    expect(ended).toMatchObject({ code: 0, err: '' });
    expectGolden('cli/explain/paused.txt', ended.out);
  });

  test('tells of an abort with the measurements that caused it', async () => {
    const { cluster, shop, run } = told({
      ...releasing,
      phase: 'Degraded',
      message: 'RolloutAborted: metric "error-rate" assessed Failed',
      abort: true,
      abortedAt: '2026-01-01T11:58:00Z',
      pauseConditions: [],
      waiting: { for: 'a retry or a new version', since: '2026-01-01T11:58:00Z' },
    });
    const failed = runOf({
      name: 'shop-2',
      owner: shop,
      revision: 2,
      phase: 'Failed',
      metrics: [{ successful: 1, failed: 3, measurements: [{ phase: 'Failed', value: '[0.2]' }] }],
    });
    cluster.put(resources.analysisRuns, {
      ...failed,
      spec: {
        metrics: [{ name: 'error-rate', provider: {}, successCondition: 'result[0] < {{args.limit}}' }],
        args: [{ name: 'limit', value: '0.05' }],
      },
    } as never);
    expectGolden('cli/explain/aborted.txt', (await run()).out);
  });

  test.each<[string, RolloutStatus, string]>([
    [
      'a finished release',
      { phase: 'Healthy', stableRS: hashOfImage('shop:v2'), currentPodHash: hashOfImage('shop:v2') },
      'No release is under way: all users are on the stable version (shop:v2).',
    ],
    [
      'a first version',
      { phase: 'Progressing', currentPodHash: hashOfImage('shop:v2') },
      'It is the first version: ',
    ],
    [
      'a release that nobody got yet',
      { ...releasing, currentStepIndex: 0, abort: true },
      'The release was aborted',
    ],
    [
      'what is waited for',
      { ...releasing, waiting: { for: 'pods', until: '2026-01-01T12:01:00Z' } },
      'It waits for pods (at most 60s more).',
    ],
  ])('%s', async (_, status, sentence) => {
    expect((await told(status).run()).out).toContain(sentence);
  });

  describe('says of users only what is so', () => {
    const first: RolloutStatus = {
      phase: 'Degraded',
      message: 'ProgressDeadlineExceeded: timed out.',
      stableRS: hashOfImage('shop:v2'),
      currentPodHash: hashOfImage('shop:v2'),
    };

    test.each<[string, RolloutStatus, Parameters<typeof rollout>[0], string]>([
      [
        'a spec that was never valid',
        { phase: 'Degraded', message: 'InvalidSpec: no', conditions: invalidSpec },
        {},
        'Nothing of it has been released yet: it serves nobody.',
      ],
      [
        'a version none of whose pods came up',
        first,
        { replicas: 2 },
        'No release is under way, but none of the 2 pods of the stable version (shop:v2) is available: it serves nobody.',
      ],
      [
        'a version that is short of pods',
        { ...first, availableReplicas: 1 },
        { replicas: 2 },
        'No release is under way: all users are on the stable version (shop:v2), of which 1 of 2 pods is available.',
      ],
      [
        'no pods wanted, in a release',
        releasing,
        { replicas: 0 },
        'It has no pods, because spec.replicas is 0: it serves nobody.',
      ],
    ])('%s', async (_, status, spec, sentence) => {
      expect((await told(status, spec).run()).out).toContain(`\n${sentence}\n`);
    });
  });

  test('an invalid spec in the middle of a release may be called off, and is on its way back then', async () => {
    const invalid: RolloutStatus = { ...releasing, message: 'InvalidSpec: no', conditions: invalidSpec };
    const held = await told(invalid).run();
    expect(held.out).toMatch(/What you can do:\n.* lint FILE .*\n.* abort shop .*returns all users/);
    const { out } = await told({ ...invalid, abort: true }).run();
    expect(out).toContain(
      '\nIt goes back to the stable version; nothing else is done until its spec is mended.\n',
    );
    expect(out).not.toContain('abort shop');
  });

  test('an invalid spec stays as it is until somebody mends it', async () => {
    const status: RolloutStatus = {
      phase: 'Degraded',
      message: 'InvalidSpec: no.',
      conditions: invalidSpec,
      waiting: { for: 'the pause to end' },
    };
    const { out } = await told(status).run();
    expect(out).toContain('shop is Degraded: InvalidSpec: no.\n');
    expect(out).toContain('\nIt stays as it is until its spec is mended: no pod and no weight is changed.\n');
    expect(out).not.toContain('It waits');
  });

  test('says that nobody acts on the last change, where the controller may be away', async () => {
    const status = { ...releasing, observedGeneration: '0' };
    const { cluster, shop, run } = told(status);
    cluster.put(resources.rollouts, { ...shop, metadata: { ...shop.metadata, generation: 9 } });
    expect((await run()).out).toContain(
      'The controller has not acted on the last change yet. If that lasts, it is not running, or it does not look after this rollout.',
    );
  });

  test('says that what it waits for is overdue', async () => {
    const waiting = { for: 'the pause to end', since: '2026-01-01T11:00:00Z', until: '2026-01-01T11:50:00Z' };
    expect((await told({ ...releasing, waiting }).run()).out).toContain(
      'It waits for the pause to end (for 60m), which is overdue by 10m: is the controller running?',
    );
  });

  test('a pause without a duration waits for a person', async () => {
    const waiting = { for: 'the pause to end', since: '2026-01-01T11:55:00Z' };
    expect((await told({ ...releasing, waiting }).run()).out).toContain(
      'It waits for somebody to promote or abort it: this pause has no duration (for 5m).',
    );
  });

  test('tells of a restart that is to come, and of one that goes on', async () => {
    const status: RolloutStatus = {
      phase: 'Progressing',
      message: 'rollout is restarting',
      stableRS: hashOfImage('shop:v2'),
      currentPodHash: hashOfImage('shop:v2'),
      availableReplicas: 5,
    };
    const at = async (restartAt: string, restartedAt?: string) => {
      const { cluster, shop, run } = told({ ...status, ...(restartedAt && { restartedAt }) });
      cluster.put(resources.rollouts, { ...shop, spec: { ...shop.spec, restartAt } });
      return (await run()).out;
    };
    expect(await at('2026-01-01T13:00:00Z')).toContain(
      '\nIts pods are to be restarted in 60m (spec.restartAt).\n',
    );
    expect(await at('2026-01-01T11:59:00Z')).toContain('\nIts pods are being restarted since 60s.\n');
    expect(await at('2026-01-01T11:59:00Z', '2026-01-01T11:59:00Z')).not.toContain('Its pods');
  });

  test('an abort is not placed at the step that it was reset to, and its reason is told once', async () => {
    const why = 'Metric "error-rate" assessed Failed';
    const { cluster, shop, run } = told({
      ...releasing,
      phase: 'Degraded',
      message: `RolloutAborted: Rollout aborted update to revision 2: ${why}`,
      currentStepIndex: 0,
      abort: true,
    });
    const failed = runOf({ name: 'shop-2', owner: shop, revision: 2, phase: 'Failed' });
    cluster.put(resources.analysisRuns, { ...failed, status: { ...failed.status, message: why } } as never);
    const { out } = await run();
    expect(out).toContain('shop is Degraded: RolloutAborted: ');
    expect(out).toContain('\nAnalysis run shop-2 ended Failed.\n');
    expect(out.split(why)).toHaveLength(2);
  });

  describe('what a person can do', () => {
    const movesOf = async (ended: Promise<{ out: string }>) =>
      (await ended).out
        .split('What you can do:\n')[1]
        ?.trimEnd()
        .split('\n')
        .map((line) => line.trim()) ?? [];
    const undoStable = 'sluice undo shop --to-revision 1  releases the stable version (revision 1) again';
    const deadline = {
      ...releasing,
      phase: 'Degraded',
      message: 'ProgressDeadlineExceeded',
      pauseConditions: [],
    };

    test('undo names the stable revision, even when a bad one lies in between', async () => {
      const { cluster, run } = told({ ...releasing, phase: 'Degraded', abort: true });
      cluster.put(resources.replicaSets, replicaSet({ image: 'shop:v1b', revision: 3 }));
      expect((await movesOf(run())).map((line) => line.replace(/ +/g, ' '))).toEqual([
        'sluice retry rollout shop tries the same version again from the first step',
        undoStable.replace('  ', ' '),
      ]);
    });

    test('a release that misses its deadline can be aborted', async () => {
      expect(await movesOf(told(deadline as RolloutStatus).run())).toEqual([
        'sluice abort shop                 returns all users to the stable version',
        undoStable,
      ]);
    });

    test('so can one whose pods are in trouble', async () => {
      const { cluster, run } = told({ ...deadline, phase: 'Progressing', message: 'more replicas' });
      expect(await movesOf(run())).toEqual([]);
      const state = { waiting: { reason: 'CrashLoopBackOff' } };
      const containerStatuses = [{ name: 'shop', ready: false, restartCount: 4, state }];
      const owner = replicaSet({ image: 'shop:v2', revision: 2 });
      cluster.put(resources.pods, podOf(owner, 'x', { containerStatuses } as never));
      expect(await movesOf(run())).toEqual(['sluice abort shop  returns all users to the stable version']);
    });

    test('a first version that does not come up cannot be undone', async () => {
      const { cluster, shop, run } = told({
        phase: 'Degraded',
        message: 'ProgressDeadlineExceeded',
        stableRS: hashOfImage('shop:v2'),
        currentPodHash: hashOfImage('shop:v2'),
      });
      const { name, namespace } = replicaSet({ image: 'shop:v1' }).metadata;
      cluster.remove({ type: resources.replicaSets, namespace, name });
      expect(shop.spec.replicas).toBeDefined();
      expect(await movesOf(run())).toEqual([
        'sluice set image shop CONTAINER=IMAGE  releases another version',
      ]);
    });

    test('a promotion that skips a step says so', async () => {
      const held = { ...releasing, currentStepIndex: 0, pauseConditions: [] };
      const { out } = await told(held, { paused: true }).run();
      expect(out).toContain('sluice promote shop  lets it go on behind step 1 (setWeight: 25)');
    });

    test.each([
      [{ activeService: 'a' }, 'sluice promote shop  switches all users to the new version'],
      [
        { activeService: 'a', autoPromotionSeconds: 60 },
        'sluice promote shop --full  switches all users to the new version at once',
      ],
    ])('a preview is promoted: %p', async (blueGreen, move) => {
      const status = { ...releasing, message: 'BlueGreenPause', currentStepIndex: undefined } as never;
      const { cluster, shop, run } = told(status);
      cluster.put(resources.rollouts, { ...shop, spec: { ...shop.spec, strategy: { blueGreen } } });
      expect(await movesOf(run())).toContainEqual(move);
    });

    test('is said with the flags that led here, so that it can be pasted', async () => {
      const { cluster } = told(releasing);
      const flags = ['-n', 'default', '--context', 'a b', '--token', 'secret', '--as', 'ann'];
      const ended = await terminal({ cluster, clock: virtualClock(noon) }).run(['explain', 'shop', ...flags]);
      expect(ended.out).toContain("  sluice promote shop -n default --context 'a b' --as ann  lets");
      expect(ended.out).not.toContain('secret');
    });
  });

  test('tells of a split that users do not see, and who ends it', async () => {
    const message = 'the canary has had 0 % of 412 requests; istio was told 25 %';
    const observedSplit = { state: 'SplitDiffers' as const, message, since: '2026-01-01T11:55:15Z' };
    const { out } = await told({ ...releasing, message: 'SplitDiffers', canary: { observedSplit } }).run();
    expect(out).toContain('The canary has had 0 % of 412 requests; istio was told 25 %.');
    expect(out).toContain('It goes on by itself when the routers carry out the weight');
    expect(out).toContain('promote shop --full');
  });

  test('names pods in trouble', async () => {
    const { cluster, run } = told({ ...releasing, phase: 'Progressing' });
    const owner = replicaSet({ image: 'shop:v2', revision: 2 });
    const state = { waiting: { reason: 'ImagePullBackOff' } };
    for (const suffix of ['x', 'y']) {
      const containerStatuses = [{ name: 'shop', ready: false, restartCount: 0, state }];
      cluster.put(resources.pods, podOf(owner, suffix, { containerStatuses } as never));
    }
    expect((await run()).out).toMatch(
      /^Pod shop-\S+-x of the new version is in ImagePullBackOff, as is one more\.$/m,
    );
  });

  test.each<[string, object, RegExp]>([
    [
      'that finds no node',
      {
        phase: 'Pending',
        containerStatuses: [],
        conditions: [
          { type: 'PodScheduled', status: 'False', message: '0/3 nodes are available: 3 Insufficient cpu.' },
        ],
      },
      /^Pod shop-\S+-x of the new version finds no node: 0\/3 nodes are available: 3 Insufficient cpu\.$/m,
    ],
    [
      'that runs and is not ready',
      { containerStatuses: [{ name: 'shop', ready: false, restartCount: 0, state: { running: {} } }] },
      /^Pod shop-\S+-x of the new version runs, but is not ready \(0 of 1 containers\)\.$/m,
    ],
  ])('names a pod %s', async (_, more, sentence) => {
    const outOf = async (creationTimestamp: string) => {
      const { cluster, run } = told({ ...releasing, phase: 'Progressing' });
      const pod = podOf(replicaSet({ image: 'shop:v2', revision: 2 }), 'x', more as never);
      cluster.put(resources.pods, { ...pod, metadata: { ...pod.metadata, creationTimestamp } });
      return (await run()).out;
    };
    expect(await outOf('2026-01-01T11:58:00Z')).toMatch(sentence);
    expect(await outOf('2026-01-01T11:59:50Z')).not.toMatch(/^Pod .*not ready/m);
  });

  test('tells why a ReplicaSet cannot make its pods', async () => {
    const { cluster, run } = told({ ...releasing, phase: 'Progressing' });
    const owner = replicaSet({ image: 'shop:v2', revision: 2 });
    const condition = { type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: small' };
    cluster.put(resources.replicaSets, {
      ...owner,
      status: { replicas: 0, conditions: [condition] },
    } as never);
    expect((await run()).out).toMatch(
      /^ReplicaSet shop-\S+ of the new version cannot make its pods: exceeded quota: small\.$/m,
    );
  });

  test('does without the events when it may not read them, and says so', async () => {
    const { cluster, run } = told(releasing);
    cluster.onCall = (call) => {
      if (call.includes('events')) throw new ApiError(403, 'Forbidden', 'no');
    };
    const ended = await run();
    expect(ended.code).toBe(0);
    expect(ended.out).toContain('its events cannot be read');
  });

  test('tells what happened within one second in the order in which it was written', async () => {
    const { cluster, shop, run } = told(releasing);
    const at = (second: string, name: string, message: string) =>
      event(shop, 55, message, {
        metadata: { name, namespace: 'default' },
        lastTimestamp: `2026-01-01T11:55:${second}Z`,
      });
    const put = (one: object) => cluster.put(resources.events, one as never);
    put(at('30', 'shop.2', 'second of the second'));
    put({ ...at('30', 'shop.1', 'third'), lastTimestamp: null, eventTime: '2026-01-01T11:55:30.250000Z' });
    put(at('29', 'shop.9', 'earlier, though written late'));
    // counted up after the others of its second, under the name that it was created with
    put(at('30', 'shop.0', 'first again, and last'));
    const { out } = await run();
    const order = ['earlier, though written late', 'second of the second', 'third', 'first again, and last'];
    expect(out.match(new RegExp(order.join('|'), 'g'))).toEqual(order);
  });

  test('says that a rollout is not there', async () => {
    const ended = await terminal({ cluster: fakeCluster() }).run('explain nope');
    expect(ended).toEqual({
      code: 1,
      out: '',
      err: 'Error: rollout.argoproj.io "nope" not found\nIt is looked for in namespace "default"; -n NAME looks elsewhere.\n',
    });
  });
});
