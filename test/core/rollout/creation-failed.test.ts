import { creationFailed } from '../../../src/core/rollout/creation-failed.ts';
import { addSeconds, formatInstant } from '../../../src/kernel/instant.ts';
import { noon, rollout } from '../../support/builders.ts';

const later = addSeconds(noon, 601);

describe('a ReplicaSet that the server refuses', () => {
  const first = creationFailed(rollout({ status: { phase: 'Healthy' } }), 'shop-x', 'quota 1', noon);
  const again = creationFailed(rollout({ status: first.status }), 'shop-x', 'quota 2', addSeconds(noon, 60));

  test('is told once, and waited for until the progress deadline', () => {
    expect(first.event?.message).toBe('Failed to create new replica set "shop-x": quota 1');
    expect(first.status).toMatchObject({
      phase: 'Progressing',
      waiting: { since: formatInstant(noon), until: formatInstant(addSeconds(noon, 600)) },
    });
    expect(again.event).toBeUndefined();
    expect(again.status.conditions).toEqual(first.status.conditions);
    expect(again.status.waiting?.until).toBe(first.status.waiting?.until);
  });

  test('ends as degraded when the deadline passes, and stays so', () => {
    const late = creationFailed(rollout({ status: again.status }), 'shop-x', 'quota', later);
    const message = 'ProgressDeadlineExceeded: ReplicaSet "shop-x" has timed out progressing.';
    expect(late.status).toMatchObject({ phase: 'Degraded', message });
    expect(late.status.waiting?.until).toBeUndefined();
    const next = creationFailed(rollout({ status: late.status }), 'shop-x', 'quota', addSeconds(later, 1));
    expect(next.status).toEqual(late.status);
  });

  test('that comes after another one starts the clock anew', () => {
    const late = creationFailed(rollout({ status: again.status }), 'shop-x', 'quota', later);
    const other = creationFailed(rollout({ status: late.status }), 'shop-y', 'quota', later);
    expect(other.event?.reason).toBe('ReplicaSetCreateError');
    expect(other.status.waiting?.until).toBe(formatInstant(addSeconds(later, 600)));
  });
});
