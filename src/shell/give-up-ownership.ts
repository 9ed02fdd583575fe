import type { KubeObject } from '../api/meta.ts';
import type { ObjectRef } from '../api/resources.ts';
import { fieldManager, isApiError } from '../ports/cluster.ts';
import { type ApplyContext, writeOptionsOf } from './apply-context.ts';

/** Others may write in between; they do so a few times at most. */
const mostAttempts = 3;

/**
 * Takes our name out of an object's managedFields (invariant I7): at the end of a release nothing of ours is in the way of
 * whoever applies it from git. The fields keep their values, and are anybody's.
 * @param object as the server answered to our last write of it.
 */
export async function giveUpOwnership(
  ref: ObjectRef,
  object: KubeObject,
  context: ApplyContext,
): Promise<KubeObject> {
  let current: KubeObject | undefined = object;
  for (let attempt = 0; attempt < mostAttempts && current !== undefined; attempt += 1) {
    const { managedFields = [], resourceVersion } = current.metadata;
    const others = managedFields.filter((entry) => (entry as { manager?: string }).manager !== fieldManager);
    if (others.length === managedFields.length) return current;
    // an empty list means no change; one empty entry means none
    const metadata = { resourceVersion, managedFields: others.length === 0 ? [{}] : others };
    try {
      return await context.caches.cluster.patch(
        ref,
        { kind: 'merge', body: { metadata } },
        writeOptionsOf(context),
      );
    } catch (error) {
      if (!isApiError(error, 409)) throw error;
      current = await context.caches.cluster.get(ref, context.signal);
    }
  }
  return current ?? object;
}
