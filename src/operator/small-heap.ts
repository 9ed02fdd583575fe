import { setFlagsFromString } from 'node:v8';

/**
 * Keeps the young generation at the size it starts with. An operator's garbage comes in bursts (a watch event, a decision, a write);
 * left to itself V8 answers each burst by doubling that space up to 16 MiB three times over and keeps it, which is more than all the
 * objects of 200 Rollouts. The old generation may grow by a third, not double, until it is collected. Measured in
 * `docs/performance.md`. Before the rest of the program is loaded, which is a burst as well.
 */
export function keepHeapSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=30');
}
