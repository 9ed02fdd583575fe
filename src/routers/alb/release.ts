import type { Ingress } from '../../api/routes.ts';
import { goJson, parseAction, weightOf } from './action.ts';
import { groupsOfAws } from './kept-groups.ts';
import { managedAnnotation, readManaged, writeManaged } from './managed-annotation.ts';

/**
 * The Ingress when the Rollout has no more say in it. A backend with `use-annotation` needs its action, or the load balancer
 * controller stops at the Ingress: the action stays, with all traffic to one Service. Header routes go.
 */
export function releaseIngress(rolloutName: string, ingress: Ingress): Ingress {
  const { [rolloutName]: keys, ...others } = readManaged(ingress);
  if (keys === undefined) return ingress;
  const annotations = releasedAnnotations(ingress.metadata.annotations ?? {}, keys);
  if (Object.keys(others).length === 0) delete annotations[managedAnnotation];
  else annotations[managedAnnotation] = writeManaged(others);
  const released = { ...ingress, metadata: { ...ingress.metadata, annotations } };
  return withoutPathsTo(released, headerRoutesAmong(keys));
}

/** The annotations without what these keys say of a release. */
export function releasedAnnotations(
  annotations: Readonly<Record<string, string>>,
  keys: readonly string[],
): Record<string, string> {
  const headerRoutes = headerRoutesAmong(keys);
  const released = { ...annotations };
  for (const key of keys) {
    const name = nameIn(key);
    const action = released[key];
    if (name === undefined || headerRoutes.includes(name)) delete released[key];
    else if (action !== undefined) released[key] = toOneService(action, name);
  }
  return released;
}

/** Routes by header have conditions beside their action; the weighted action has none. */
export function headerRoutesAmong(keys: readonly string[]): readonly string[] {
  return keys.flatMap((key) => /\/conditions\.(.+)$/.exec(key)?.[1] ?? []);
}

function nameIn(key: string): string | undefined {
  return /\/actions\.(.+)$/.exec(key)?.[1];
}

/**
 * All traffic to the Service that the action is named after; when that is a root Service, which receives nothing itself,
 * to the last one, which is stable. Target groups that are no Services are somebody else's, and stay.
 */
function toOneService(text: string, service: string): string {
  const action = parseAction(text);
  const groups = action?.ForwardConfig?.TargetGroups ?? [];
  const kept = groups.find(({ ServiceName }) => ServiceName === service) ?? groups.at(-1);
  if (action === undefined || kept === undefined) return text;
  const others = groupsOfAws(groups);
  const TargetGroups = [
    ...others.map(({ group }) => group),
    { ...kept, Weight: Math.max(0, 100 - weightOf(others)) },
  ];
  const ForwardConfig = { ...action.ForwardConfig, TargetGroups };
  return goJson({ ...action, ForwardConfig });
}

function withoutPathsTo(ingress: Ingress, names: readonly string[]): Ingress {
  if (names.length === 0) return ingress;
  const rules = ingress.spec.rules?.map((rule) => {
    if (rule.http === undefined) return rule;
    const paths = rule.http.paths.filter(({ backend }) => !names.includes(backend.service?.name ?? ''));
    return { ...rule, http: { ...rule.http, paths } };
  });
  return { ...ingress, spec: { ...ingress.spec, ...(rules && { rules }) } };
}
