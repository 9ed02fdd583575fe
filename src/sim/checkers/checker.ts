import type { Scene } from '../scene.ts';

/**
 * One invariant, judged over one Rollout after a write. Says what is wrong, or nothing.
 * @param before the scene before the write; absent when the Rollout is new.
 */
export interface Checker {
  /** The invariant's name in `docs/architecture.md`, such as `I1 capacity`. */
  readonly name: string;
  /** After every committed write, also in the middle of a plan. */
  onWrite?(scene: Scene, before: Scene | undefined): string | undefined;
  /** When nothing is left to do at this instant: every plan is carried out. */
  whenSettled?(scene: Scene): string | undefined;
}
