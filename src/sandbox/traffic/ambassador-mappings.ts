import type { AmbassadorMapping } from '../../api/routes.ts';
import { serviceOfHost } from './istio-routes.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { fitsPattern, hostsOverlap, pathFitting } from './patterns.ts';
import { requestClasses } from './request-classes.ts';
import {
  byWeight,
  type Destination,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

/** What a Mapping asks for. Source: getambassador.io/v2 and v3alpha1, Emissary-ingress 3. */
interface Asked {
  readonly host?: string;
  readonly hostname?: string;
  readonly prefix?: string;
  readonly prefix_exact?: boolean;
  readonly prefix_regex?: boolean;
  readonly method?: string;
  /** `true` asks only for the header to be there. */
  readonly headers?: Readonly<Record<string, string | boolean>>;
  readonly regex_headers?: Readonly<Record<string, string>>;
}

/**
 * A Mapping as Emissary carries it out. All that ask for the same are one group, of which those with a weight get that share of 100,
 * and those without share what is left. The first without a weight stands for its group: the others let nothing in by themselves.
 */
export function ambassadorRoute(
  mapping: AmbassadorMapping,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const { metadata } = mapping;
  const all = [...objects.list<AmbassadorMapping>(trafficResources.ambassadorMappings)];
  const group = all.filter((other) => groupKey(other) === groupKey(mapping)).sort(byRank);
  const asked = askedOf(mapping);
  if (group[0] !== mapping || !isPlain(asked)) return undefined;
  const candidates = all.sort((one, other) => precedence(askedOf(other)) - precedence(askedOf(one)));
  const destinations: Destination[] = [];
  for (const request of requestClasses(metadata.annotations ?? {}, [pathOf(asked)])) {
    const found = candidates.find((each) => accepts(askedOf(each), hostOf(asked), request));
    if (found === undefined) continue;
    const members = all.filter((other) => groupKey(other) === groupKey(found));
    destinations.push(...divided(members, request.share));
  }
  const merged = mergedDestinations(destinations);
  return {
    kind: 'ambassador',
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    hosts: [hostOf(asked)],
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: [],
    named: group.map((each) => serviceKey(destinationOf(each, 0))),
  };
}

function askedOf({ spec }: AmbassadorMapping): Asked {
  return spec as Asked;
}

function hostOf({ host, hostname }: Asked): string {
  return hostname ?? host ?? '*';
}

function groupKey(mapping: AmbassadorMapping): string {
  const asked = askedOf(mapping);
  const { prefix, prefix_exact, prefix_regex, method, headers, regex_headers } = asked;
  return JSON.stringify([hostOf(asked), prefix, prefix_exact, prefix_regex, method, headers, regex_headers]);
}

function byRank(one: AmbassadorMapping, other: AmbassadorMapping): number {
  const rank = ({ spec, metadata }: AmbassadorMapping) =>
    `${spec.weight === undefined ? 0 : 1}/${metadata.namespace}/${metadata.name}`;
  return rank(one) < rank(other) ? -1 : 1;
}

function isPlain({ headers = {}, regex_headers = {} }: Asked): boolean {
  return Object.keys(headers).length + Object.keys(regex_headers).length === 0;
}

/** The longer prefix first; of two alike the one that asks for more headers. */
function precedence({ prefix = '/', headers = {}, regex_headers = {} }: Asked): number {
  const mostHeaders = 100;
  return prefix.length * mostHeaders + Object.keys(headers).length + Object.keys(regex_headers).length;
}

function pathOf({ prefix = '/', prefix_regex }: Asked): string {
  return prefix_regex === true ? pathFitting(prefix) : prefix;
}

function accepts(asked: Asked, host: string, { path, headers }: RequestClass): boolean {
  const { prefix = '/', prefix_exact, prefix_regex, method = 'GET' } = asked;
  const fitsPath =
    prefix_regex === true
      ? fitsPattern(prefix, path)
      : prefix_exact === true
        ? path === prefix
        : path.startsWith(prefix);
  const found = (name: string) => headers[name.toLowerCase()];
  return (
    fitsPath &&
    method === 'GET' &&
    hostsOverlap(hostOf(asked), host) &&
    Object.entries(asked.headers ?? {}).every(([name, value]) =>
      value === true ? found(name) !== undefined : found(name) === value,
    ) &&
    Object.entries(asked.regex_headers ?? {}).every(([name, value]) => fitsPattern(value, found(name) ?? ''))
  );
}

/**
 * With weights alone, these are made to sum to 100. A weight of 0 is one too, and no share of what is left.
 * Source: emissary, irbasemappinggroup.py, normalize_weights_in_mappings.
 */
function divided(group: readonly AmbassadorMapping[], share: number): Destination[] {
  const given = group.reduce((sum, { spec }) => sum + (spec.weight ?? 0), 0);
  const without = group.filter(({ spec }) => spec.weight === undefined).length;
  const rest = Math.max(0, 100 - given) / without;
  const weighted = byWeight(group, ({ spec }) => spec.weight ?? rest);
  return weighted.map(([mapping, portion]) => destinationOf(mapping, share * portion));
}

/** `http://shop.web:80` is Service shop in namespace web; without a namespace the Mapping's own is meant. */
function destinationOf({ metadata, spec }: AmbassadorMapping, share: number): Destination {
  const host = (spec.service ?? '').replace(/^\w+:\/\//, '').replace(/[:/].*$/, '');
  return { ...serviceOfHost(host, metadata.namespace ?? ''), share };
}
