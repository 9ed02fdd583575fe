import type { KubeObject } from '../api/meta.ts';
import type { ObjectRef } from '../api/resources.ts';
import { SluiceError } from '../kernel/errors.ts';

/** The user's object, which must be there: validation has seen it, and has refused the Rollout otherwise. */
export function required<Kind extends KubeObject>(object: KubeObject | undefined, ref: ObjectRef): Kind {
  if (object !== undefined) return object as Kind;
  const { group, plural } = ref.type;
  throw new SluiceError('NOT_FOUND', `${plural}.${group} "${ref.name}" not found`, {
    kind: ref.type.kind,
    name: ref.name,
  });
}
