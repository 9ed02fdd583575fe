import { type ObjectRef, type ResourceType, resources } from '../../api/resources.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { RouteProblem } from '../../ports/traffic-router.ts';

/** Where the peer's plugin has its settings; manifests written for it run unchanged. */
export const gatewayApiKey = 'argoproj-labs/gatewayAPI';
export const gatewayApiPath = `spec.strategy.canary.trafficRouting.plugins[${gatewayApiKey}]`;

export type Protocol = 'HTTP' | 'GRPC' | 'TCP' | 'TLS';

/** One route object that the Rollout names. */
export interface NamedRoute {
  readonly protocol: Protocol;
  readonly ref: ObjectRef;
  /** Path of the name in the Rollout. */
  readonly path: string;
  /** May steps add routes by header to it? */
  readonly takesHeaderRoutes: boolean;
}

/** The label that tells a GitOps tool to leave the weights alone while a release is on. */
export interface InProgressLabel {
  readonly key: string;
  readonly value: string;
}

export const protocols: readonly { protocol: Protocol; one: string; several: string; type: ResourceType }[] =
  [
    { protocol: 'HTTP', one: 'httpRoute', several: 'httpRoutes', type: resources.httpRoutes },
    { protocol: 'GRPC', one: 'grpcRoute', several: 'grpcRoutes', type: resources.grpcRoutes },
    { protocol: 'TCP', one: 'tcpRoute', several: 'tcpRoutes', type: resources.tcpRoutes },
    { protocol: 'TLS', one: 'tlsRoute', several: 'tlsRoutes', type: resources.tlsRoutes },
  ];

export function settingsOf(rollout: Rollout): Readonly<Record<string, unknown>> {
  const settings = rollout.spec.strategy?.canary?.trafficRouting?.plugins?.[gatewayApiKey];
  return isRecord(settings) ? settings : {};
}

/** Every route that the settings name, in the order HTTP, GRPC, TCP, TLS. What is no name is left to `settingsProblems`. */
export function namedRoutes(rollout: Rollout): readonly NamedRoute[] {
  const settings = settingsOf(rollout);
  const namespace = namespaceOf(rollout);
  return protocols.flatMap(({ protocol, one, several, type }) => {
    const route = (name: string, path: string, takesHeaderRoutes: boolean): NamedRoute => ({
      protocol,
      ref: { type, namespace, name },
      path: `${gatewayApiPath}.${path}`,
      takesHeaderRoutes: takesHeaderRoutes && (protocol === 'HTTP' || protocol === 'GRPC'),
    });
    const single = textOf(settings[one]);
    const list = settings[several];
    return [
      ...(single === undefined ? [] : [route(single, one, true)]),
      ...(Array.isArray(list) ? list : []).flatMap((entry: unknown, index) => {
        const name = isRecord(entry) ? textOf(entry['name']) : undefined;
        const path = `${several}[${index}].name`;
        return name === undefined
          ? []
          : [route(name, path, isRecord(entry) && entry['useHeaderRoutes'] === true)];
      }),
    ];
  });
}

/** Where the routes are: that of the Rollout unless the settings name another one. */
export function namespaceOf(rollout: Rollout): string | undefined {
  return textOf(settingsOf(rollout)['namespace']) ?? rollout.metadata.namespace;
}

/** Undefined when the Rollout switches it off. */
export function inProgressLabel(rollout: Rollout): InProgressLabel | undefined {
  const settings = settingsOf(rollout);
  if (settings['disableInProgressLabel'] === true) return undefined;
  return {
    key: textOf(settings['inProgressLabelKey']) ?? 'rollouts.argoproj.io/gatewayapi-canary',
    value: textOf(settings['inProgressLabelValue']) ?? 'in-progress',
  };
}

/**
 * In `configMap` the peer's plugin once kept which rules are its own; here the route tells. Its `mirrorMode` is `filter` or
 * `rule`; here a mirror is a rule of its own in either, since a filter in the user's rule would copy what the step does not match.
 */
const textFields = [
  'configMap',
  'namespace',
  'inProgressLabelKey',
  'inProgressLabelValue',
  'mirrorMode',
  ...protocols.map(({ one }) => one),
];
const selectorFields = protocols.map(({ one }) => `${one}Selector`);

/**
 * What is wrong with the settings, which no CRD describes.
 * @param count of the routes that they name, or that were found by labels.
 */
export function settingsProblems(rollout: Rollout, count: number): readonly RouteProblem[] {
  const settings = rollout.spec.strategy?.canary?.trafficRouting?.plugins?.[gatewayApiKey];
  if (!isRecord(settings)) return [problem('', settings, 'must be an object with the names of routes')];
  const found = Object.entries(settings).flatMap(([field, value]) => fieldProblems(field, value));
  const { canary } = rollout.spec.strategy ?? {};
  const hasServices = (canary?.stableService ?? '') !== '' && (canary?.canaryService ?? '') !== '';
  if (!hasServices && canary?.pingPong === undefined) {
    const detail = 'Canary service and Stable service must to be set to use Traffic Routing';
    found.push({ path: 'spec.strategy.canary', value: '', detail });
  }
  if (found.length > 0 || count > 0) return found;
  return [
    problem(
      '',
      {},
      "No routes configured. At least one of 'httpRoutes', 'grpcRoutes', 'tcpRoutes', 'tlsRoutes', 'httpRoute', 'grpcRoute', 'tcpRoute' or 'tlsRoute' must be set",
    ),
  ];
}

function fieldProblems(field: string, value: unknown): RouteProblem[] {
  if (field === 'mirrorMode' && !['filter', 'rule', ''].includes(String(value))) {
    return [problem(field, value, 'must be filter or rule')];
  }
  if (textFields.includes(field)) {
    return typeof value === 'string' ? [] : [problem(field, value, 'must be a text')];
  }
  if (field === 'disableInProgressLabel') {
    return typeof value === 'boolean' ? [] : [problem(field, value, 'must be true or false')];
  }
  if (protocols.some(({ several }) => several === field)) return listProblems(field, value);
  if (selectorFields.includes(field)) return selectorProblems(field, value);
  const lists = protocols.map(({ several }) => several);
  const known = [...textFields, 'disableInProgressLabel', ...lists, ...selectorFields];
  return [problem(field, value, `unknown field; there are ${known.toSorted().join(', ')}`)];
}

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function selectorProblems(field: string, value: unknown): RouteProblem[] {
  const { matchLabels = {}, matchExpressions = [], ...others } = isRecord(value) ? value : { none: value };
  const unknown = Object.keys(others)[0];
  if (
    !isRecord(value) ||
    unknown !== undefined ||
    !isRecord(matchLabels) ||
    !Array.isArray(matchExpressions)
  ) {
    return [problem(field, value, 'must be a label selector: matchLabels, matchExpressions, or both')];
  }
  const isEmpty = Object.keys(matchLabels).length + matchExpressions.length === 0;
  if (isEmpty) return [problem(field, value, 'must select by at least one label: else every route is meant')];
  const labels = Object.entries(matchLabels)
    .filter(([, label]) => typeof label !== 'string')
    .map(([key, label]) => problem(`${field}.matchLabels.${key}`, label, 'must be a text'));
  const expressions = matchExpressions.flatMap((each: unknown, index) => {
    const at = `${field}.matchExpressions[${index}]`;
    if (!isRecord(each) || typeof each['key'] !== 'string') return [problem(at, each, 'must have a key')];
    const { operator, values = [] } = each;
    if (!operators.includes(String(operator)))
      return [problem(`${at}.operator`, operator, `must be one of ${operators.join(', ')}`)];
    return Array.isArray(values) ? [] : [problem(`${at}.values`, values, 'must be a list')];
  });
  return [...labels, ...expressions];
}

function listProblems(field: string, value: unknown): RouteProblem[] {
  if (!Array.isArray(value)) return [problem(field, value, 'must be a list of routes, each with a name')];
  return value.flatMap((entry: unknown, index) => {
    if (isRecord(entry) && textOf(entry['name']) !== undefined) return [];
    return [problem(`${field}[${index}].name`, entry, 'must be the name of a route')];
  });
}

function problem(field: string, value: unknown, detail: string): RouteProblem {
  const path = field === '' ? gatewayApiPath : `${gatewayApiPath}.${field}`;
  return { path, value: typeof value === 'string' ? value : (JSON.stringify(value) ?? ''), detail };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
