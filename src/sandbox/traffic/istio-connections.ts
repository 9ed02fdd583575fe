import type { IstioWeightedRoute, VirtualService } from '../../api/routes.ts';
import { hostsOverlap } from './patterns.ts';

/** A route for whole connections, `tcp` or `tls`, as far as it decides where they go. */
export interface ConnectionRoute {
  readonly match?: readonly ConnectionMatch[];
  readonly route?: readonly IstioWeightedRoute[];
}

interface ConnectionMatch {
  readonly port?: number;
  readonly sniHosts?: readonly string[];
  readonly sourceLabels?: unknown;
  readonly sourceNamespace?: unknown;
}

const protocols = ['tls', 'tcp'] as const;

export function connectionRoutes(spec: VirtualService['spec']): ConnectionRoute[] {
  return protocols.flatMap((protocol) => (spec[protocol] ?? []) as ConnectionRoute[]);
}

/**
 * The routes that take connections, each with its share of them, 0 to 1. Callers come from outside and ask evenly for what the routes
 * wait for: a port, and a name with TLS. The first route of a protocol that accepts a connection takes it.
 */
export function connectionShares(spec: VirtualService['spec']): (readonly [ConnectionRoute, number])[] {
  const taken = protocols.flatMap((protocol) => {
    const routes = (spec[protocol] ?? []) as ConnectionRoute[];
    const asked = routes.map(askedOf).filter((match) => match !== undefined);
    const distinct = new Map(asked.map((match) => [`${match.port} ${match.sniHosts?.[0]}`, match]));
    return [...distinct.values()].map((connection) => routes.find((route) => takes(route, connection)));
  });
  return taken.flatMap((route) => (route === undefined ? [] : [[route, 1 / taken.length] as const]));
}

/** A connection that the route waits for; undefined when it waits for none from outside. */
function askedOf({ match = [] }: ConnectionRoute): ConnectionMatch | undefined {
  const wanted = match.length === 0 ? {} : match.find(isOpen);
  const names = wanted?.sniHosts?.slice(0, 1).map((pattern) => pattern.replace('*', 'any'));
  return names === undefined ? wanted : { ...wanted, sniHosts: names };
}

function takes({ match = [] }: ConnectionRoute, { port, sniHosts = [] }: ConnectionMatch): boolean {
  const [name = ''] = sniHosts;
  return (
    match.length === 0 ||
    match.some(
      (one) =>
        isOpen(one) &&
        (one.port === undefined || one.port === port) &&
        (one.sniHosts === undefined || one.sniHosts.some((pattern) => hostsOverlap(pattern, name))),
    )
  );
}

function isOpen({ sourceLabels, sourceNamespace }: ConnectionMatch): boolean {
  return sourceLabels === undefined && sourceNamespace === undefined;
}
