import { bounds } from './bounds.ts';
import { problem } from './problem.ts';

/** What one evaluation may still use. */
export interface Budget {
  /** One more node is visited. */
  step(): void;
  /** So many elements or characters are created. */
  grow(size: number): void;
}

export function newBudget(): Budget {
  let steps = 0;
  let memory = 0;
  return {
    step() {
      steps += 1;
      if (steps > bounds.steps) throw problem(`evaluation takes more than ${bounds.steps} steps`);
    },
    grow(size) {
      memory += size;
      if (memory >= bounds.memory) throw problem('memory budget exceeded');
    },
  };
}
