import type { Ingress, IngressPath } from '../../api/routes.ts';
import { containsPattern } from './patterns.ts';
import type { Destination, RequestClass } from './route.ts';

const prefix = 'nginx.ingress.kubernetes.io';
const defaultWeightTotal = 100;

/** The backend of a path and, when a canary Ingress has the same host and path, the share that it takes. */
export function nginxDestinations(
  own: Destination,
  host: string,
  path: IngressPath,
  request: RequestClass,
  canaries: readonly Ingress[],
): Destination[] {
  for (const canary of canaries) {
    const backend = (canary.spec.rules ?? [])
      .filter((rule) => (rule.host ?? '*') === host)
      .flatMap(({ http }) => http?.paths ?? [])
      .find((candidate) => (candidate.path ?? '/') === (path.path ?? '/'))?.backend.service;
    if (backend === undefined) continue;
    const { name: service, port } = backend;
    const share = canaryShare(canary.metadata.annotations ?? {}, request);
    return [
      { ...own, share: 1 - share },
      {
        ...own,
        service,
        share,
        canary: {
          of: own.service,
          upstream: `${own.namespace}-${service}-${port?.number ?? port?.name ?? ''}`,
        },
      },
    ];
  }
  return [own];
}

/** A header outranks the weight; `always` and `never` are its words when no value is asked for. */
function canaryShare(annotations: Readonly<Record<string, string>>, request: RequestClass): number {
  const header = annotations[`${prefix}/canary-by-header`];
  const value = header === undefined ? undefined : request.headers[header.toLowerCase()];
  const wanted = annotations[`${prefix}/canary-by-header-value`];
  if (value !== undefined) {
    const pattern = annotations[`${prefix}/canary-by-header-pattern`];
    if (wanted === undefined && pattern !== undefined) return containsPattern(pattern, value) ? 1 : 0;
    if (wanted === undefined ? value === 'always' : value === wanted) return 1;
    if (wanted === undefined && value === 'never') return 0;
  }
  const weight = Number(annotations[`${prefix}/canary-weight`] ?? 0);
  const total = Number(annotations[`${prefix}/canary-weight-total`] ?? defaultWeightTotal);
  return total > 0 ? Math.min(1, Math.max(0, weight / total)) : 0;
}
