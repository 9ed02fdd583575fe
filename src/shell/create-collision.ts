import { controllerOf, type KubeObject } from '../api/meta.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { ReplicaSet } from '../api/workloads.ts';
import { equalTemplates } from '../core/rollout/pod-template-hash.ts';
import { isPartOf } from '../kernel/same-json.ts';
import { ApiError } from '../ports/cluster.ts';
import { type ApplyContext, patchRollout, writeOptionsOf } from './apply-context.ts';

export function isAlreadyThere(error: unknown): boolean {
  return error instanceof ApiError && error.status === 409 && error.reason === 'AlreadyExists';
}

/**
 * An object of that name is there already. Is it ours and the same, then a crash came between our creating it and our
 * noting so: go on. Otherwise the name is taken: a ReplicaSet gets another hash by a higher collision count, anything
 * else a number after its name, and the decision is made anew.
 */
export async function adoptOrCount(wanted: KubeObject, context: ApplyContext): Promise<undefined> {
  const type = typeOf(wanted);
  const { namespace, name } = wanted.metadata;
  const found = await context.caches.cluster.get({ type, namespace, name }, context.signal);
  if (found === undefined) throw outdated(`${type.kind} "${name}" went away`);
  const isOurs = controllerOf(found)?.uid === context.rollout.metadata.uid;
  if (isOurs && isSame(wanted, found, type)) {
    context.caches.of(type).cache.noteWrite(found);
    return undefined;
  }
  if (type === resources.replicaSets) await raiseCollisionCount(context);
  else await createNumbered(wanted, type, context);
  throw outdated(`the name "${name}" is taken`);
}

function typeOf({ kind }: KubeObject): ResourceType {
  const type = Object.values(resources).find((each) => each.kind === kind);
  if (type === undefined) throw outdated(`nothing is known of the kind ${kind}`);
  return type;
}

/** A conflict like any other: forget the plan and look again. */
function outdated(message: string): ApiError {
  return new ApiError(409, 'Conflict', message);
}

function isSame(wanted: KubeObject, found: KubeObject, type: ResourceType): boolean {
  if (type === resources.replicaSets) {
    return equalTemplates((wanted as ReplicaSet).spec.template, (found as ReplicaSet).spec.template);
  }
  // a finished run of that name is another run
  const { phase } = (found.status ?? {}) as { phase?: string };
  const isUnfinished = phase === undefined || phase === '' || phase === 'Pending' || phase === 'Running';
  return isUnfinished && isPartOf(wanted.spec, found.spec);
}

async function raiseCollisionCount(context: ApplyContext): Promise<void> {
  const count = context.rollout.status?.collisionCount ?? 0;
  await patchRollout({ status: { collisionCount: count + 1 } }, context, 'status');
}

/** Names of one purpose that are tried before we give up and wait for a change. */
const mostNames = 100;

/** `shop-5d8c7f9b64-2-1.1`, `.2`, …: the decision finds the new run by its owner and labels. */
async function createNumbered(wanted: KubeObject, type: ResourceType, context: ApplyContext): Promise<void> {
  for (let number = 1; number <= mostNames; number += 1) {
    const separator = type === resources.experiments ? '-' : '.';
    const name = `${wanted.metadata.name}${separator}${number}`;
    try {
      const numbered = { ...wanted, metadata: { ...wanted.metadata, name } };
      await context.caches.cluster.create(numbered, type, writeOptionsOf(context));
      return;
    } catch (error) {
      if (!isAlreadyThere(error)) throw error;
    }
  }
}
