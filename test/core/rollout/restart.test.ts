import { controlledBy } from '../../../src/api/owner.ts';
import { resources } from '../../../src/api/resources.ts';
import type { Pod } from '../../../src/api/workloads.ts';
import { decideRollout } from '../../../src/core/rollout/decide.ts';
import { addSeconds, formatInstant } from '../../../src/kernel/instant.ts';
import {
  hashOfImage,
  noon,
  observed,
  type RolloutOptions,
  replicaSet,
  rollout,
  service,
} from '../../support/builders.ts';

const hash = hashOfImage('shop:v1');
const pod = (name: string, createdAt: string, isReady = true): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'default',
    creationTimestamp: createdAt,
    ownerReferences: [controlledBy(replicaSet(), resources.replicaSets)],
  },
  spec: { containers: [] },
  status: { conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }] },
});
const old = (ready = 4) =>
  ['d', 'b', 'a', 'c'].map((name, index) => pod(name, '2026-01-01T11:00:00Z', index < ready));

/** What a Rollout of four pods evicts, with so many of them available. */
function restarted(spec: RolloutOptions, available = 4, pods: readonly Pod[] = old(available)) {
  const plan = decideRollout(
    observed({
      rollout: rollout({
        restartAt: '2026-01-01T11:30:00Z',
        status: { stableRS: hash, currentPodHash: hash, currentStepHash: '5ffbfbbd64' },
        ...spec,
      }),
      replicaSets: [replicaSet({ available })],
      services: { 'shop-active': service('shop-active', hash) },
      pods,
    }),
    noon,
  );
  const evicted = plan.actions.flatMap((action) => (action.do === 'evictPod' ? [action.name] : []));
  return { evicted, plan };
}

describe('a restart', () => {
  const blueGreen = { activeService: 'shop-active' };
  test.each<[string, RolloutOptions, number, string[]]>([
    ['takes a quarter at a time, by name', {}, 4, ['a']],
    ['takes as many as may be unavailable', { canary: { maxUnavailable: 3 } }, 4, ['a', 'b', 'c']],
    ['takes a share', { canary: { maxUnavailable: '50%' } }, 4, ['a', 'b']],
    ['takes one when none may be unavailable', { canary: { maxUnavailable: 0, maxSurge: 1 } }, 4, ['a']],
    ['counts the pods that are missing already', { canary: { maxUnavailable: 2 } }, 3, ['c', 'a']],
    ['takes none that serves while too many are missing, and those that do not', {}, 3, ['c']],
    ['takes all when none is ready', {}, 0, ['a', 'b', 'c', 'd']],
    ['takes a quarter of a blue-green', { blueGreen }, 4, ['a']],
    [
      'takes as many of a blue-green as it says',
      { blueGreen: { ...blueGreen, maxUnavailable: 2 } },
      4,
      ['a', 'b'],
    ],
  ])('%s', (_, spec, available, names) => {
    const { evicted, plan } = restarted(spec, available);
    expect(evicted).toEqual(names);
    expect(plan.status?.message).toBe('rollout is restarting');
    expect(plan.wakeAt).toBe(addSeconds(noon, 30));
  });

  test('does not count pods that it has just evicted, though their ReplicaSet still does', () => {
    const [d, b, ...rest] = old();
    const leaving = [d, b].flatMap((each) =>
      each === undefined
        ? []
        : [{ ...each, metadata: { ...each.metadata, deletionTimestamp: '2026-01-01T12:00:00Z' } }],
    );
    const coming = pod('e', '2026-01-01T12:00:01Z', false);
    const spec = { canary: { maxUnavailable: 2 } };
    expect(restarted(spec, 4, [...leaving, ...rest, coming]).evicted).toEqual([]);
  });

  test('is over when every pod is younger', () => {
    const { evicted, plan } = restarted({}, 4, [pod('a', '2026-01-01T11:30:00Z')]);
    expect([evicted, plan.status?.restartedAt]).toEqual([[], '2026-01-01T11:30:00Z']);
  });

  test('waits for its time', () => {
    const restartAt = formatInstant(addSeconds(noon, 60));
    const { evicted, plan } = restarted({ restartAt });
    expect([evicted, plan.wakeAt, plan.status?.restartedAt]).toEqual([[], addSeconds(noon, 60), undefined]);
  });
});
