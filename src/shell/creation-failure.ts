import type { ReplicaSet } from '../api/workloads.ts';
import { creationFailed } from '../core/rollout/creation-failed.ts';
import { ApiError } from '../ports/cluster.ts';
import { type ApplyContext, patchRollout } from './apply-context.ts';
import { mergeDifference } from './merge-difference.ts';

/** Answers that say nothing of the object itself: gone, slow, changed meanwhile, or too much at once. */
const passing = new Set([404, 408, 409, 429]);

/** Has the server looked at the object and refused it: by quota, by admission, as wrong? */
export function isRefusal(error: unknown): error is ApiError {
  if (!(error instanceof ApiError)) return false;
  return error.status === 500 || (error.status >= 400 && error.status < 500 && !passing.has(error.status));
}

/** Shows in the Rollout that its ReplicaSet was refused. The plan is given up by whoever calls this. */
export async function showCreationFailure(
  { metadata }: ReplicaSet,
  { message }: ApiError,
  context: ApplyContext,
): Promise<void> {
  const { status, event } = creationFailed(context.rollout, metadata.name, message, context.now);
  const difference = mergeDifference(context.rollout.status, status);
  if (difference === undefined) return;
  await patchRollout({ status: difference }, context, 'status');
  if (event !== undefined) context.record(context.rollout, event);
}
