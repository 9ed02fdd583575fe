import type { Ingress } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { actionKey, annotationKey, canaryAction, forwardAction, prefixOf } from './action.ts';
import { headerConditions, withHeaderPaths } from './header-routes.ts';
import { keptGroups } from './kept-groups.ts';
import { type ManagedKeys, managedAnnotation, readManaged, writeManaged } from './managed-annotation.ts';
import { headerRoutesAmong, releasedAnnotations } from './release.ts';

/** The same Ingress for this split; the very same object when nothing differs. */
export function renderIngress(rollout: Rollout, current: Ingress, split: Split): Ingress {
  const managed = readManaged(current);
  const annotations = renderAnnotations(rollout, current, split, managed);
  const { [rollout.metadata.name]: before = [], ...others } = managed;
  const spec = withHeaderPaths(rollout, current.spec, split, {
    own: headerRoutesAmong(before),
    others: headerRoutesAmong(Object.values(others).flat()),
  });
  const isSame = sameJson(annotations, current.metadata.annotations ?? {}) && sameJson(spec, current.spec);
  return isSame ? current : { ...current, metadata: { ...current.metadata, annotations }, spec };
}

/** What we wrote before and do not need now is released, whether a header route has ended or the root Service has changed. */
function renderAnnotations(
  rollout: Rollout,
  current: Ingress,
  split: Split,
  managed: ManagedKeys,
): Record<string, string> {
  const prefix = prefixOf(rollout);
  const key = annotationKey(rollout, split);
  const kept = keptGroups(rollout, current.metadata.annotations?.[key], split);
  const written: Record<string, string> = { [key]: forwardAction(rollout, split, kept) };
  for (const route of split.headerRoutes) {
    written[actionKey(rollout, route.name)] = canaryAction(rollout, split);
    written[`${prefix}/conditions.${route.name}`] = headerConditions(route);
  }
  const before = managed[rollout.metadata.name] ?? [];
  const annotations = releasedAnnotations(
    current.metadata.annotations ?? {},
    before.filter((key) => !(key in written)),
  );
  const keys = Object.keys(written);
  annotations[managedAnnotation] = writeManaged({ ...managed, [rollout.metadata.name]: keys });
  return { ...annotations, ...written };
}
