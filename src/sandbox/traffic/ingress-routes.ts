import type { Ingress, IngressPath } from '../../api/routes.ts';
import { albConditionsHold, albDestinations } from './alb.ts';
import { nginxDestinations } from './nginx.ts';
import { type KnownObjects, trafficResources } from './objects.ts';
import { requestClasses } from './request-classes.ts';
import {
  type Destination,
  type EntryKind,
  mergedDestinations,
  type RequestClass,
  type Route,
  serviceKey,
} from './route.ts';

/**
 * The rules of an Ingress as its controller carries them out: an ALB follows the forward actions of annotations, nginx
 * blends in the canary Ingress for the same host and path. A canary Ingress lets nothing in by itself.
 */
export function ingressRoute(
  ingress: Ingress,
  objects: KnownObjects,
  requestsPerSecond: (destinations: readonly Destination[]) => number,
): Route | undefined {
  const kind = kindOf(ingress);
  if (isNginxCanary(ingress)) return undefined;
  const namespace = ingress.metadata.namespace ?? '';
  const rules = (ingress.spec.rules ?? []).map(({ host, http }) => ({
    host: host ?? '*',
    paths: http?.paths ?? [],
  }));
  const destinations = rules.flatMap(({ host, paths }) =>
    requestClasses(ingress.metadata.annotations ?? {}, plainPaths(ingress, paths)).flatMap((request) => {
      const path = paths.find((candidate) => accepts(ingress, candidate, request));
      if (path === undefined) return [];
      const share = request.share / rules.length;
      return backendsOf(ingress, kind, host, path, request, objects).map((backend) => ({
        ...backend,
        share: backend.share * share,
      }));
    }),
  );
  const merged = mergedDestinations(destinations);
  return {
    kind,
    namespace,
    name: ingress.metadata.name,
    hosts: rules.map(({ host }) => host),
    requestsPerSecond: requestsPerSecond(merged),
    destinations: merged,
    mirrors: [],
    named: rules.flatMap(({ host, paths }) =>
      paths.flatMap((path) => backendsOf(ingress, kind, host, path, nobody, objects).map(serviceKey)),
    ),
  };
}

/** A request that is not made, to ask for the backends of a path all the same. */
const nobody: RequestClass = { path: '', headers: {}, share: 0 };

/** From the class that is named; without one, from the annotations that only one of them reads. */
export function kindOf({ metadata, spec }: Ingress): EntryKind {
  const annotations = metadata.annotations ?? {};
  const className = annotations['kubernetes.io/ingress.class'] ?? spec.ingressClassName ?? '';
  const prefixes = Object.keys(annotations).map((key) => key.split('/')[0]);
  if (className.includes('alb') || prefixes.includes('alb.ingress.kubernetes.io')) return 'alb';
  if (className.includes('nginx') || prefixes.includes('nginx.ingress.kubernetes.io')) return 'nginx';
  return 'ingress';
}

export function isNginxCanary({ metadata }: Ingress): boolean {
  return metadata.annotations?.['nginx.ingress.kubernetes.io/canary'] === 'true';
}

function plainPaths(ingress: Ingress, paths: readonly IngressPath[]): string[] {
  const plain = paths.filter((path) => albConditionsHold(ingress, path, { path: '', headers: {}, share: 1 }));
  return [...new Set(plain.map(({ path }) => (path ?? '/').replace(/\*$/, '') || '/'))];
}

function accepts(ingress: Ingress, candidate: IngressPath, request: RequestClass): boolean {
  const pattern = candidate.path ?? '/';
  const fits = pattern.endsWith('*')
    ? request.path.startsWith(pattern.slice(0, -1))
    : candidate.pathType === 'Exact'
      ? request.path === pattern
      : request.path.startsWith(pattern);
  return fits && albConditionsHold(ingress, candidate, request);
}

function backendsOf(
  ingress: Ingress,
  kind: EntryKind,
  host: string,
  path: IngressPath,
  request: RequestClass,
  objects: KnownObjects,
): Destination[] {
  const service = path.backend.service?.name;
  if (service === undefined) return [];
  const own: Destination = { namespace: ingress.metadata.namespace ?? '', service, share: 1 };
  if (kind === 'alb') return albDestinations(ingress, path) ?? [own];
  if (kind !== 'nginx') return [own];
  const canaries = objects
    .list<Ingress>(trafficResources.ingresses)
    .filter((other) => isNginxCanary(other) && other.metadata.namespace === ingress.metadata.namespace);
  return nginxDestinations(own, host, path, request, canaries);
}
