import type {
  AppMeshTarget,
  AppMeshVirtualNode,
  AppMeshVirtualRouter,
  AppMeshVirtualService,
} from '../../api/routes.ts';
import { serviceOfHost } from './istio-routes.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { fitsPattern, pathFitting } from './patterns.ts';
import { requestClasses } from './request-classes.ts';
import {
  byWeight,
  type Destination,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

type NodeRef = NonNullable<AppMeshTarget['virtualNodeRef']>;

/** Source: appmesh.k8s.aws/v1beta2, where a target must have a weight, from 0 to 100. A route has one protocol; TCP asks for nothing that a request could lack. */
const protocols = ['httpRoute', 'http2Route', 'grpcRoute', 'tcpRoute'] as const;

interface Rule {
  readonly match?: Match;
  readonly action?: { readonly weightedTargets?: readonly AppMeshTarget[] };
}

interface Match {
  readonly prefix?: string;
  readonly path?: { readonly exact?: string; readonly regex?: string };
  readonly method?: string;
  readonly headers?: readonly HeaderMatch[];
}

interface HeaderMatch {
  readonly name: string;
  /** Without it the header only has to be there. */
  readonly match?: {
    readonly exact?: string;
    readonly prefix?: string;
    readonly suffix?: string;
    readonly regex?: string;
  };
  readonly invert?: boolean;
}

/** A VirtualService as the proxies carry it out: by the routes of its VirtualRouter, or with a single VirtualNode behind it. */
export function appMeshRoute(
  service: AppMeshVirtualService,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route {
  const { metadata, spec } = service;
  const namespace = metadata.namespace ?? '';
  const full = String(spec['awsName'] ?? `${metadata.name}.${namespace}`);
  const rules = rulesOf(service, objects);
  const destinations = requestClasses(metadata.annotations ?? {}, pathsOf(rules)).flatMap((request) => {
    const rule = rules.find(({ match }) => accepts(match ?? {}, request));
    return targetsOf(rule, request.share, namespace, objects);
  });
  const merged = mergedDestinations(destinations);
  return {
    kind: 'appMesh',
    namespace,
    name: metadata.name,
    hosts: [metadata.name, full],
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: [],
    named: rules.flatMap(({ action }) =>
      (action?.weightedTargets ?? []).map((target) =>
        serviceKey(destinationOf(target.virtualNodeRef, 0, namespace, objects)),
      ),
    ),
  };
}

/** By priority, 0 first; those without one come last, as written. */
function rulesOf({ metadata, spec }: AppMeshVirtualService, objects: KnownObjects): readonly Rule[] {
  const { virtualRouter, virtualNode } = (spec.provider ?? {}) as {
    virtualRouter?: { virtualRouterRef?: NodeRef };
    virtualNode?: { virtualNodeRef?: NodeRef };
  };
  if (virtualNode?.virtualNodeRef !== undefined) {
    return [{ action: { weightedTargets: [{ virtualNodeRef: virtualNode.virtualNodeRef, weight: 1 }] } }];
  }
  const ref = virtualRouter?.virtualRouterRef;
  if (ref === undefined) return [];
  const namespace = ref.namespace ?? metadata.namespace;
  const router = objects.get<AppMeshVirtualRouter>(
    trafficResources.appMeshVirtualRouters,
    namespace,
    ref.name,
  );
  const priority = (route: Readonly<Record<string, unknown>>) =>
    Number(route['priority'] ?? Number.MAX_SAFE_INTEGER);
  return [...(router?.spec.routes ?? [])]
    .sort((one, other) => priority(one) - priority(other))
    .flatMap((route) => {
      const protocol = protocols.find((each) => route[each] !== undefined);
      return protocol === undefined ? [] : [route[protocol] as Rule];
    });
}

/** A path for each rule that plain requests can reach. */
function pathsOf(rules: readonly Rule[]): string[] {
  const plain = rules.filter(({ match }) => !match?.headers?.some(({ invert }) => invert !== true));
  return [...new Set(plain.map(({ match }) => pathFor(match ?? {})))];
}

function pathFor({ prefix, path }: Match): string {
  return path?.exact ?? (path?.regex === undefined ? (prefix ?? '/') : pathFitting(path.regex));
}

function accepts({ prefix = '/', path, method = 'GET', headers = [] }: Match, request: RequestClass) {
  const fitsPath =
    path?.exact !== undefined
      ? request.path === path.exact
      : path?.regex !== undefined
        ? fitsPattern(path.regex, request.path)
        : request.path.startsWith(prefix);
  return (
    fitsPath &&
    method === 'GET' &&
    headers.every((header) => {
      const value = request.headers[header.name.toLowerCase()];
      return (value !== undefined && holds(header.match, value)) !== (header.invert ?? false);
    })
  );
}

function holds(wanted: HeaderMatch['match'] = {}, value: string): boolean {
  const { exact = value, prefix = '', suffix = '', regex } = wanted;
  const fits = value === exact && value.startsWith(prefix) && value.endsWith(suffix);
  return fits && (regex === undefined || fitsPattern(regex, value));
}

function targetsOf(
  rule: Rule | undefined,
  share: number,
  namespace: string,
  objects: KnownObjects,
): Destination[] {
  const targets = (rule?.action?.weightedTargets ?? []).filter(({ weight }) => weight !== 0);
  return byWeight(targets, ({ weight }) => weight ?? 0).map(([{ virtualNodeRef }, portion]) =>
    destinationOf(virtualNodeRef, share * portion, namespace, objects),
  );
}

/** Proxies find a node by the name that it has in DNS, whatever pods it selects: those pods only get the node's settings. */
function destinationOf(
  ref: NodeRef | undefined,
  share: number,
  own: string,
  objects: KnownObjects,
): Destination {
  const { name = '', namespace = own } = ref ?? {};
  const node = objects.get<AppMeshVirtualNode>(trafficResources.appMeshVirtualNodes, namespace, name);
  const target = { namespace, service: name, share };
  if (node === undefined) return { ...target, refused: `no VirtualNode ${name}` };
  const discovery = node.spec['serviceDiscovery'] as { dns?: { hostname?: string } } | undefined;
  const hostname = discovery?.dns?.hostname;
  if (hostname === undefined) return { ...target, refused: `VirtualNode ${name} has no name in DNS` };
  return { ...serviceOfHost(hostname, namespace), share };
}
