import type { Plan } from '../../src/core/plan.ts';
import { addSeconds, instant } from '../../src/kernel/instant.ts';
import { heldStatuses } from '../../src/shell/held-status.ts';

const start = instant(0);
const after = (seconds: number) => addSeconds(start, seconds);
const counts: Plan = { actions: [], events: [], reason: 'pods', statusMayWait: true };
const progress: Plan = { actions: [], events: [], reason: 'a step' };

describe('a status that is kept back', () => {
  test('waits 5 s from the first difference on, however often it differs', () => {
    const held = heldStatuses();
    expect(held.until('a/b', counts, start)).toBe(after(5));
    expect(held.until('a/b', counts, after(4))).toBe(after(5));
    expect(held.until('a/b', counts, after(5))).toBeUndefined();
    expect(held.until('a/b', counts, after(6))).toBe(after(11));
  });

  test('goes with whatever else changes, and the time begins anew', () => {
    const held = heldStatuses();
    held.until('a/b', counts, start);
    expect(held.until('a/b', progress, after(1))).toBeUndefined();
    expect(held.until('a/b', counts, after(2))).toBe(after(7));
  });

  test('of one Rollout says nothing of another, nor of a later one of its name', () => {
    const held = heldStatuses();
    held.until('a/b', counts, start);
    expect(held.until('a/c', counts, after(4))).toBe(after(9));
    held.forget('a/b');
    expect(held.until('a/b', counts, after(4))).toBe(after(9));
  });
});
