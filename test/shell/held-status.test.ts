import type { Plan } from '../../src/core/plan.ts';
import { addSeconds, instant } from '../../src/kernel/instant.ts';
import { heldStatuses } from '../../src/shell/held-status.ts';

const start = instant(0);
const later = (seconds: number) => addSeconds(start, seconds);
const counts: Plan = { actions: [], events: [], reason: 'pods', statusMayWait: 5 };
const progress: Plan = { actions: [], events: [], reason: 'a step' };

describe('a status that is kept back', () => {
  test('waits 5 s from the first difference on, however often it differs', () => {
    const held = heldStatuses();
    expect(held.until('a/b', counts, start)).toBe(later(5));
    expect(held.until('a/b', counts, later(4))).toBe(later(5));
    expect(held.until('a/b', counts, later(5))).toBeUndefined();
    expect(held.until('a/b', counts, later(6))).toBe(later(11));
  });

  test('waits no longer than the latest decision lets it', () => {
    const held = heldStatuses();
    held.until('a/b', counts, start);
    expect(held.until('a/b', { ...counts, statusMayWait: 0.5 }, later(1))).toBe(later(1.5));
  });

  test('goes with whatever else changes, and the time begins anew', () => {
    const held = heldStatuses();
    held.until('a/b', counts, start);
    expect(held.until('a/b', progress, later(1))).toBeUndefined();
    expect(held.until('a/b', counts, later(2))).toBe(later(7));
  });

  test('of one Rollout says nothing of another, nor of a later one of its name', () => {
    const held = heldStatuses();
    held.until('a/b', counts, start);
    expect(held.until('a/c', counts, later(4))).toBe(later(9));
    held.forget('a/b');
    expect(held.until('a/b', counts, later(4))).toBe(later(9));
  });
});
