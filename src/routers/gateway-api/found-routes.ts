import { type KubeObject, type LabelSelector, matchesSelector } from '../../api/meta.ts';
import type { ResourceType } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { ObjectSource } from '../../ports/object-source.ts';
import {
  gatewayApiPath,
  type NamedRoute,
  namedRoutes,
  namespaceOf,
  protocols,
  selectorProblems,
  settingsOf,
} from './settings.ts';

/** `httpRouteSelector` and its kin: every route with these labels is weighed, and takes no header routes. */
export interface RouteSelector {
  readonly type: ResourceType;
  readonly namespace: string | undefined;
  readonly labels: LabelSelector;
}

/** Without those that `settingsProblems` refuses. */
export function selectors(rollout: Rollout): readonly RouteSelector[] {
  const settings = settingsOf(rollout);
  return protocols.flatMap(({ one, type }) => {
    const field = `${one}Selector`;
    if (settings[field] === undefined || selectorProblems(field, settings[field]).length > 0) return [];
    return [{ type, namespace: namespaceOf(rollout), labels: settings[field] as LabelSelector }];
  });
}

/** The routes that are named, then those that are found, by name. One that is both is a named one. */
export function allRoutes(rollout: Rollout, known: ObjectSource | undefined): readonly NamedRoute[] {
  const named = namedRoutes(rollout);
  const found = selectors(rollout).flatMap(({ type, namespace, labels }) =>
    (known?.list(type, namespace) ?? [])
      .filter(({ metadata }) => matchesSelector(labels, metadata.labels))
      .filter(({ metadata }) => !named.some(({ ref }) => ref.type === type && ref.name === metadata.name))
      .toSorted((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
      .map((object) => foundRoute(object)),
  );
  return [...named, ...found.filter((route) => route !== undefined)];
}

/** The same routes, of the objects that were observed for them: first one for each that is named. */
export function observedRoutes(
  rollout: Rollout,
  current: readonly (KubeObject | undefined)[],
): readonly NamedRoute[] {
  const named = namedRoutes(rollout);
  const isSearching = selectors(rollout).length > 0;
  const found = (isSearching ? current.slice(named.length) : []).map(
    (object) => object && foundRoute(object),
  );
  return [...named, ...found.filter((route) => route !== undefined)];
}

function foundRoute({ kind, metadata }: KubeObject): NamedRoute | undefined {
  const of = protocols.find(({ type }) => type.kind === kind);
  return (
    of && {
      protocol: of.protocol,
      ref: { type: of.type, namespace: metadata.namespace, name: metadata.name },
      path: `${gatewayApiPath}.${of.one}Selector`,
      takesHeaderRoutes: false,
    }
  );
}
