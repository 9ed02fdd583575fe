import type { TraefikService } from '../../api/routes.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { byWeight, type Destination, mergedDestinations, type Route, serviceKey } from './route.ts';

/** Of `spec.weighted.services` and of `spec.mirroring`. Source: traefik.io/v1alpha1, Traefik 3. */
interface Reference {
  readonly name?: string;
  /** Default `Service`. */
  readonly kind?: string;
  readonly namespace?: string;
  /** Default 1; at 0 it gets nothing. Source: `Balancer.Add` of Traefik's weighted round robin. */
  readonly weight?: number;
}

interface Mirroring extends Reference {
  readonly mirrors?: readonly (Reference & { readonly percent?: number })[];
}

/**
 * A TraefikService as Traefik carries it out. The rules of IngressRoutes are not read: whatever no other TraefikService leads to is
 * asked for by its name.
 */
export function traefikRoute(
  service: TraefikService,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const namespace = service.metadata.namespace ?? '';
  const { name } = service.metadata;
  const all = objects.list<TraefikService>(trafficResources.traefikServices);
  const isInner = all.some(
    (other) =>
      other.metadata.namespace === namespace && referencesOf(other).some((one) => isSameObject(one, name)),
  );
  if (isInner) return undefined;
  const destinations = mergedDestinations(reached({ name, kind: 'TraefikService' }, 1, namespace, objects));
  const mirrors = (mirroringOf(service)?.mirrors ?? []).flatMap((mirror) =>
    reached(mirror, (mirror.percent ?? 0) / 100, namespace, objects),
  );
  const named = referencesOf(service).flatMap((one) => reached(one, 0, namespace, objects));
  return {
    kind: 'traefik',
    namespace,
    name,
    hosts: [name],
    requestsPerSecond: requestsPerSecond(destinations),
    destinations,
    mirrors: mergedDestinations(mirrors),
    named: named.map(serviceKey),
  };
}

function mirroringOf({ spec }: TraefikService): Mirroring | undefined {
  return spec['mirroring'] as Mirroring | undefined;
}

function referencesOf(service: TraefikService): readonly Reference[] {
  const mirroring = mirroringOf(service);
  return [
    ...(service.spec.weighted?.services ?? []),
    ...(mirroring === undefined ? [] : [mirroring, ...(mirroring.mirrors ?? [])]),
  ];
}

function isSameObject(reference: Reference, name: string): boolean {
  return reference.kind === 'TraefikService' && reference.name === name;
}

/** The Services that a reference comes down to, through other TraefikServices. One that leads back to itself reaches nobody. */
function reached(
  { name = '', kind = 'Service', namespace: asked }: Reference,
  share: number,
  namespace: string,
  objects: KnownObjects,
  above: readonly string[] = [],
): Destination[] {
  if (asked !== undefined && asked !== namespace) {
    const refused = 'Traefik reads no other namespace unless it is told to';
    return [{ namespace: asked, service: name, share, refused }];
  }
  if (kind === 'Service') return [{ namespace, service: name, share }];
  const inner = objects.get<TraefikService>(trafficResources.traefikServices, namespace, name);
  const isKnown = kind === 'TraefikService' && inner !== undefined && !above.includes(name);
  if (!isKnown) return [{ namespace, service: name, share, refused: `no ${kind} ${name}` }];
  const mirroring = mirroringOf(inner);
  const parts: readonly Reference[] =
    mirroring === undefined ? (inner.spec.weighted?.services ?? []) : [{ ...mirroring, weight: 1 }];
  const serving = parts.filter(({ weight }) => weight !== 0);
  return byWeight(serving, ({ weight }) => weight ?? 1).flatMap(([part, portion]) =>
    reached(part, share * portion, namespace, objects, [...above, name]),
  );
}
