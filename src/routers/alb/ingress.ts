import type { Ingress, IngressPath } from '../../api/routes.ts';
import type { HeaderRoute, Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { albOf, annotationKey, canaryAction, forwardAction, goJson, prefixOf } from './action.ts';
import { managedAnnotation, readManaged } from './managed-annotation.ts';

/** The same Ingress for this split; the very same object when nothing differs. */
export function renderIngress(rollout: Rollout, current: Ingress, split: Split): Ingress {
  const annotations = renderAnnotations(rollout, current, split);
  const spec = renderPaths(rollout, current, split);
  const same =
    JSON.stringify(annotations) === JSON.stringify(current.metadata.annotations ?? {}) &&
    JSON.stringify(spec) === JSON.stringify(current.spec);
  return same ? current : { ...current, metadata: { ...current.metadata, annotations }, spec };
}

function renderAnnotations(rollout: Rollout, current: Ingress, split: Split): Record<string, string> {
  const prefix = prefixOf(rollout);
  const managed = readManaged(current);
  const annotations = { ...current.metadata.annotations };
  const keys = [annotationKey(rollout)];
  for (const key of managed[rollout.metadata.name] ?? []) if (key !== keys[0]) delete annotations[key];
  annotations[annotationKey(rollout)] = forwardAction(rollout, split);
  for (const route of split.headerRoutes) {
    const [action, conditions] = [`${prefix}/actions.${route.name}`, `${prefix}/conditions.${route.name}`];
    annotations[action] = canaryAction(rollout, split);
    annotations[conditions] = headerConditions(route);
    keys.push(action, conditions);
  }
  annotations[managedAnnotation] = JSON.stringify({ ...managed, [rollout.metadata.name]: keys });
  return annotations;
}

/** Values of one header are alternatives, different headers must all match: so the load balancer reads it. */
function headerConditions({ match }: HeaderRoute): string {
  const values = new Map<string, string[]>();
  for (const { headerName, headerValue } of match) {
    values.set(headerName, [...(values.get(headerName) ?? []), headerValue.exact ?? '']);
  }
  return goJson(
    [...values].map(([httpHeaderName, found]) => ({
      field: 'http-header',
      httpHeaderConfig: { httpHeaderName, values: found },
    })),
  );
}

/** A header route needs a path of its own, in front of the others of each rule. */
function renderPaths(rollout: Rollout, current: Ingress, split: Split): Ingress['spec'] {
  const managed = (rollout.spec.strategy?.canary?.trafficRouting?.managedRoutes ?? []).map(
    ({ name }) => name,
  );
  if (managed.length === 0) return current.spec;
  const wanted = split.headerRoutes
    .map(({ name }) => name)
    .toSorted((one, other) => managed.indexOf(one) - managed.indexOf(other));
  const isOurs = (path: IngressPath) => {
    const name = path.backend.service?.name ?? '';
    return managed.includes(name) && name !== albOf(rollout).rootService;
  };
  const rules = (current.spec.rules ?? []).map((rule) => {
    if (rule.http === undefined) return rule;
    const present = new Map(
      rule.http.paths.filter(isOurs).map((path) => [path.backend.service?.name ?? '', path]),
    );
    const ours = wanted.map((name) => present.get(name) ?? headerPath(name));
    const paths = [...ours, ...rule.http.paths.filter((path) => !isOurs(path))];
    return { ...rule, http: { ...rule.http, paths } };
  });
  return { ...current.spec, rules };
}

function headerPath(name: string): IngressPath {
  return {
    path: '/*',
    pathType: 'ImplementationSpecific',
    backend: { service: { name, port: { name: 'use-annotation' } } },
  };
}
