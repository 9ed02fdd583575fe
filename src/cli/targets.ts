import type { KubeObject } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { SluiceError } from '../kernel/errors.ts';
import { isApiError } from '../ports/cluster.ts';
import type { OpenCluster, Reach } from './verb.ts';

/** How kubectl names an object in its messages: `rollout.argoproj.io/shop`, `pod/shop-1`. */
export function fullName({ group, kind }: ResourceType, name: string): string {
  return `${typeName({ group, kind })}/${name}`;
}

function typeName({ group, kind }: Pick<ResourceType, 'group' | 'kind'>): string {
  return group === '' ? kind.toLowerCase() : `${kind.toLowerCase()}.${group}`;
}

export function refOf(type: ResourceType, { namespace }: OpenCluster, name: string): ObjectRef {
  return { type, namespace: type.namespaced ? namespace : undefined, name };
}

/**
 * Does the same to each object, and goes on with the rest when one of them fails: a wrong name must not keep the others from an
 * abort. Throws what failed, all of it, when the last is done.
 */
export async function forEachName(
  names: readonly string[],
  act: (name: string) => Promise<void>,
): Promise<void> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      await act(name);
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new AggregateError(failures);
}

export function notFound(type: ResourceType, name: string): SluiceError {
  return new SluiceError('NOT_FOUND', `${typeName(type)} "${name}" not found`, {
    name,
    isNamespaced: type.namespaced,
    kind: type.kind,
  });
}

/** The object, or an error that names it: the same words for every command. */
export async function getObject<T extends KubeObject>(
  session: Reach,
  type: ResourceType,
  name: string,
): Promise<T> {
  const open = await session.open();
  const object = await open.cluster.get(refOf(type, open, name), session.signal);
  if (object === undefined) throw notFound(type, name);
  return object as T;
}

export function getRollout(session: Reach, name: string): Promise<Rollout> {
  return getObject(session, resources.rollouts, name);
}

/** Merges `spec` members, or anything else of the main resource. Throws NOT_FOUND as `getObject` does. */
export async function mergeInto(
  session: Reach,
  type: ResourceType,
  name: string,
  body: object,
): Promise<void> {
  const open = await session.open();
  try {
    await open.cluster.patch(refOf(type, open, name), { kind: 'merge', body }, { signal: session.signal });
  } catch (error) {
    throw isApiError(error, 404) ? notFound(type, name) : error;
  }
}

/**
 * Merges into the status of a Rollout. A CRD without the status subresource answers 404, as those of the peer's
 * 0.9 do: then the same goes to the main resource.
 */
export async function mergeIntoStatus(session: Reach, name: string, status: object): Promise<void> {
  const open = await session.open();
  const ref = refOf(resources.rollouts, open, name);
  const patch = { kind: 'merge', body: { status } } as const;
  try {
    await open.cluster.patch(ref, patch, { subresource: 'status', signal: session.signal });
  } catch (error) {
    if (!isApiError(error, 404)) throw error;
    await mergeInto(session, resources.rollouts, name, { status });
  }
}
