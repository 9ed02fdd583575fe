/**
 * Expressions come from users, and run in the process that moves traffic. Each bound is far above what a condition needs.
 * Nodes and elements are the language's own bounds; it has none for time, depth and length.
 */
export const bounds = {
  /** Characters of an expression. */
  length: 100_000,
  /** Nodes of its tree. */
  nodes: 10_000,
  /** Levels of nesting, so that no recursion can exhaust the stack. */
  depth: 400,
  /** Visits of nodes during one evaluation: less than half a second. */
  steps: 5_000_000,
  /** Elements, or characters, that an evaluation may create. */
  memory: 1_000_000,
} as const;
