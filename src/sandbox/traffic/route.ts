/** What lets requests in. */
export type EntryKind =
  | 'mesh'
  | 'meshConnections'
  | 'gateway'
  | 'grpc'
  | 'tcp'
  | 'tls'
  | 'alb'
  | 'nginx'
  | 'ingress'
  | 'traefik'
  | 'apisix'
  | 'ambassador'
  | 'appMesh'
  | 'service';

/** Where requests of one kind enter, and who gets which share of them. What every kind of route object comes down to. */
export interface Route {
  readonly kind: EntryKind;
  readonly namespace: string;
  /** Name of the object that lets requests in. */
  readonly name: string;
  /** All names under which callers ask for it. */
  readonly hosts: readonly string[];
  readonly requestsPerSecond: number;
  /** The shares sum to 1, unless some requests match nothing. */
  readonly destinations: readonly Destination[];
  /** Copies: they load the pods behind them, and nobody waits for the answers. */
  readonly mirrors: readonly Destination[];
  /** All Services that the object names, by `namespace/name`, also those that no request reaches now. */
  readonly named: readonly string[];
}

export function serviceKey({ namespace, service }: Pick<Destination, 'namespace' | 'service'>): string {
  return `${namespace}/${service}`;
}

export interface Destination {
  readonly namespace: string;
  readonly service: string;
  /** Labels that narrow the Service's pods down, as a DestinationRule's subset does. */
  readonly subset?: Readonly<Record<string, string>>;
  /** Why requests to here are refused, whoever may be there: an undefined subset, say. */
  readonly refused?: string;
  /** Of an nginx canary: the Service that it takes requests from, and the name that the controller has for it. */
  readonly canary?: { readonly of: string; readonly upstream: string };
  /** 0 to 1, of the entry's requests. */
  readonly share: number;
}

/** Requests of one entry that are alike: the data plane decides once for all of them. */
export interface RequestClass {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** 0 to 1, of the entry's requests. */
  readonly share: number;
}

/** Shares by weight. Weights that sum to nothing send nothing anywhere. */
export function byWeight<T>(parts: readonly T[], weightOf: (part: T) => number): (readonly [T, number])[] {
  if (parts.length === 1) return parts.map((part) => [part, 1]);
  const total = parts.reduce((sum, part) => sum + weightOf(part), 0);
  return total === 0 ? [] : parts.map((part) => [part, weightOf(part) / total]);
}

/** One entry for each destination, with the shares of all classes added up. Destinations without any share stay listed. */
export function mergedDestinations(destinations: readonly Destination[]): Destination[] {
  const merged = new Map<string, Destination>();
  for (const destination of destinations) {
    const { namespace, service, subset, refused, canary } = destination;
    const key = JSON.stringify([namespace, service, subset, refused, canary]);
    const before = merged.get(key);
    merged.set(key, { ...destination, share: (before?.share ?? 0) + destination.share });
  }
  return [...merged.values()];
}
