import type { KubeObject } from '../../api/meta.ts';
import { cloneJson, type MutableJson } from '../json.ts';
import { typeFaults } from '../managed/type-faults.ts';
import type { Target } from '../request.ts';
import type { Resource } from '../resource.ts';
import { prune } from '../schema/prune.ts';

/** The members of a custom resource that the door of a request does not let through. */
export function droppedParts(
  { resource, subresource }: Target,
  { metadata: _, ...object }: KubeObject,
): MutableJson {
  if (resource.builtin || !resource.subresources.has('status')) return {};
  const { status, ...rest } = object;
  if (subresource === undefined) return status === undefined ? {} : { status };
  return subresource === 'status' ? { ...rest } : {};
}

/**
 * Whether dropped members fit their types. The real server looks at them before it drops them, and gives up on the owners of
 * the whole object when they do not.
 */
export function areReadable({ schema }: Resource, dropped: MutableJson, live?: KubeObject): boolean {
  if (schema === undefined) return true;
  const before = live as unknown as MutableJson | undefined;
  const changed = Object.fromEntries(
    Object.entries(dropped).filter(([name, value]) => value !== before?.[name]),
  );
  if (Object.keys(changed).length === 0) return true;
  const known = cloneJson(changed);
  prune(known, schema);
  return typeFaults(known, schema, { allowsDuplicates: true }).length === 0;
}
