/** What a path that the server does not know means to somebody who asked for a Rollout. */
export const notServed =
  'The API server does not know Rollouts: the definitions (CRDs) of Sluice are not installed in this cluster, or it is another one than was meant.';
