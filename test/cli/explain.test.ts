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
      spec: { metrics: [{ name: 'error-rate', provider: {}, successCondition: 'result[0] < 0.05' }] },
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
    expect((await run()).out).toMatch(/^Pod shop-\S+-x is in ImagePullBackOff, as is one more\.$/m);
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
