import type { ReplicaSet } from '../../../src/api/workloads.ts';
import { replicaSet, rollout } from '../../support/builders.ts';
import { Play } from '../../support/play.ts';

const uids = (set: ReplicaSet | undefined) => set?.metadata.ownerReferences?.map(({ uid }) => uid);

/** A Rollout that finds this ReplicaSet of its own template. */
function playWith(change: (set: ReplicaSet) => Partial<ReplicaSet['metadata']>): Play {
  const play = new Play(rollout());
  const set = replicaSet();
  const metadata = { ...set.metadata, ...change(set) };
  play.replicaSets.set(metadata.name, { ...set, metadata });
  return play.settle();
}

describe('ReplicaSets and their owner', () => {
  test('an orphan that the selector matches is adopted with its pods, and none is created beside it', () => {
    const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'x', uid: 'uid-x' };
    const play = playWith(() => ({ ownerReferences: [other] }));
    expect(uids(play.setOf('shop:v1'))).toEqual(['uid-x', 'uid-shop']);
    expect([play.replicaSets.size, play.sizeOf('shop:v1'), play.status.phase]).toEqual([1, 4, 'Healthy']);
  });

  test('one that the selector does not match any more is let go, and replaced', () => {
    const play = new Play(rollout()).settle();
    const set = play.setOf('shop:v1') as ReplicaSet;
    const labels = { ...set.metadata.labels, app: 'quarantine' };
    play.replicaSets.set(`${set.metadata.name}`, { ...set, metadata: { ...set.metadata, labels } });
    play.decide();
    expect(play.lastPlan?.actions.map((action) => action.do)).toContain('releaseReplicaSet');
    expect(uids(play.setOf('shop:v1'))).toEqual([]);
  });

  test('one of another owner, or without the hash label, is never touched', () => {
    const foreign = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd', uid: 'uid-d', controller: true };
    const play = playWith(() => ({ name: 'foreign', ownerReferences: [foreign] }));
    expect(uids(play.replicaSets.get('foreign'))).toEqual(['uid-d']);
    expect(play.actions.every((action) => !('name' in action) || action.name !== 'foreign')).toBe(true);
  });
});
