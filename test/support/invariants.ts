import type { Action } from '../../src/core/plan.ts';
import { checkers } from '../../src/sim/checkers/index.ts';
import type { Scene } from '../../src/sim/scene.ts';

/** Stops the story when the write has broken an invariant. To be given to `Play` as its `check`. */
export function holdInvariants(scene: Scene, before: Scene, action: Action): void {
  for (const { name, onWrite } of checkers) {
    const broken = onWrite?.(scene, before);
    if (broken !== undefined) throw new Error(`${name} after ${action.do}: ${broken}`);
  }
}

/** What an invariant says once nothing is left to do at this instant. */
export function brokenAtRest(scene: Scene): string | undefined {
  for (const { name, whenSettled } of checkers) {
    const broken = whenSettled?.(scene);
    if (broken !== undefined) return `${name} at rest: ${broken}`;
  }
  return undefined;
}
