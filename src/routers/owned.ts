import { controllerOf, type KubeObject } from '../api/meta.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { SluiceError } from '../kernel/errors.ts';

export function isOwnedBy({ metadata }: Rollout, object: KubeObject): boolean {
  const owner = controllerOf(object);
  return owner !== undefined && owner.uid === (metadata.uid ?? '');
}

/** Somebody else's object of the name that ours would have is never written. */
export function assertOwned(rollout: Rollout, object: KubeObject | undefined, message: string): void {
  if (object === undefined || isOwnedBy(rollout, object)) return;
  throw new SluiceError('ROUTE_NOT_OWNED', message, {
    kind: object.kind,
    name: object.metadata.name,
    owner: controllerOf(object)?.name ?? '',
  });
}
