import type { Ingress, IngressPath } from '../../api/routes.ts';
import type { HeaderRoute, Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { goJson, weightedService } from './action.ts';

/** Values of one header are alternatives, different headers must all match: so the load balancer reads it. */
export function headerConditions({ name, match }: HeaderRoute): string {
  const values = new Map<string, string[]>();
  for (const { headerName, headerValue } of match) {
    if (headerValue.exact === undefined) {
      throw new SluiceError(
        'NOT_SUPPORTED',
        `header route ${name}: SetHeaderRoute match value invalid. ALB supports 'exact' value only`,
        { headerName },
      );
    }
    values.set(headerName, [...(values.get(headerName) ?? []), headerValue.exact]);
  }
  return goJson(
    [...values].map(([httpHeaderName, found]) => ({
      field: 'http-header',
      httpHeaderConfig: { httpHeaderName, values: found },
    })),
  );
}

/** Names of header routes that stand in the Ingress now. */
export interface PresentHeaderRoutes {
  /** The Rollout's, also those that its spec does not name any more. */
  readonly own: readonly string[];
  /** Those of Rollouts that share the Ingress. */
  readonly others: readonly string[];
}

/**
 * A header route needs a path of its own, in front of the others of each rule, in the order of `managedRoutes`. A path of
 * that name that is there already keeps what the user made of it, and its place if nothing but header routes is in front of
 * it: two Rollouts that share the Ingress would take the first place from each other for ever.
 */
export function withHeaderPaths(
  rollout: Rollout,
  spec: Ingress['spec'],
  split: Split,
  { own, others: shared }: PresentHeaderRoutes,
): Ingress['spec'] {
  const managed = [...managedNames(rollout, split), ...own];
  if (managed.length === 0 || spec.rules === undefined) return spec;
  const wanted = split.headerRoutes
    .map(({ name }) => name)
    .toSorted((one, other) => managed.indexOf(one) - managed.indexOf(other));
  const rules = spec.rules.map((rule) => {
    if (rule.http === undefined) return rule;
    const present = rule.http.paths;
    const ours = wanted.map((name) => present.find((path) => nameOf(path) === name) ?? headerPath(name));
    const others = present.filter((path) => !managed.includes(nameOf(path)));
    const isWhole = present.length === ours.length + others.length;
    if (isWhole && isAhead(present, ours, (path) => shared.includes(nameOf(path)))) return rule;
    return { ...rule, http: { ...rule.http, paths: [...ours, ...others] } };
  });
  return { ...spec, rules };
}

/** Are all wanted paths there in their order, with nobody but other header routes in front of them? */
function isAhead(
  present: readonly IngressPath[],
  wanted: readonly IngressPath[],
  isShared: (path: IngressPath) => boolean,
): boolean {
  const front = present.slice(0, present.findLastIndex((path) => wanted.includes(path)) + 1);
  const found = front.filter((path) => !isShared(path));
  return found.length === wanted.length && found.every((path, index) => path === wanted[index]);
}

/** Names of the routes that Sluice adds and removes itself; never that of the backend whose traffic is divided. */
function managedNames(rollout: Rollout, split: Split): readonly string[] {
  const { trafficRouting, steps = [] } = rollout.spec.strategy?.canary ?? {};
  return [
    ...(trafficRouting?.managedRoutes ?? []).map(({ name }) => name),
    ...steps.flatMap(({ setHeaderRoute }) => setHeaderRoute?.name ?? []),
    ...split.headerRoutes.map(({ name }) => name),
  ].filter((name) => name !== weightedService(rollout, split));
}

function nameOf({ backend }: IngressPath): string {
  return backend.service?.name ?? '';
}

function headerPath(name: string): IngressPath {
  return {
    path: '/*',
    pathType: 'ImplementationSpecific',
    backend: { service: { name, port: { name: 'use-annotation' } } },
  };
}
