import type { Ingress, IngressPath } from '../../api/routes.ts';
import { byWeight, type Destination, type RequestClass } from './route.ts';

/**
 * Where a path's forward action sends requests: annotation `…/actions.BACKEND` when the backend's port is
 * `use-annotation`. Undefined when there is no such action, and the backend itself is meant.
 */
export function albDestinations(ingress: Ingress, path: IngressPath): Destination[] | undefined {
  const backend = path.backend.service;
  if (backend?.port?.name !== 'use-annotation') return undefined;
  const action = annotationJson(ingress, `actions.${backend.name}`);
  const forward = member(action, 'forwardconfig');
  const groups = member(forward, 'targetgroups');
  if (!Array.isArray(groups)) return [];
  const namespace = ingress.metadata.namespace ?? '';
  return byWeight(groups, (group) => Number(member(group, 'weight') ?? 1)).map(([group, share]) => ({
    namespace,
    service: String(member(group, 'servicename') ?? ''),
    share,
  }));
}

/** The annotation `…/conditions.BACKEND`: all of its conditions must hold, each by any of its values. */
export function albConditionsHold(ingress: Ingress, path: IngressPath, request: RequestClass): boolean {
  const backend = path.backend.service?.name;
  const conditions = backend === undefined ? undefined : annotationJson(ingress, `conditions.${backend}`);
  if (!Array.isArray(conditions)) return true;
  return conditions.every((condition) => {
    if (member(condition, 'field') !== 'http-header') return false; // no simulated request has what others look at
    const config = member(condition, 'httpheaderconfig');
    const value = request.headers[String(member(config, 'httpheadername')).toLowerCase()];
    const wanted = member(config, 'values');
    return (
      value !== undefined && Array.isArray(wanted) && wanted.some((text) => wildcard(String(text), value))
    );
  });
}

function annotationJson({ metadata }: Ingress, suffix: string): unknown {
  const text = Object.entries(metadata.annotations ?? {}).find(([key]) => key.endsWith(`/${suffix}`))?.[1];
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the load balancer's controller keeps what it had; the sandbox forwards to nobody
  }
}

/** The controller reads its JSON without regard to case. */
function member(value: unknown, lowerCaseName: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([name]) => name.toLowerCase() === lowerCaseName)?.[1];
}

/** `*` stands for any text, `?` for one character. */
function wildcard(pattern: string, value: string): boolean {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${escaped}$`, 'i').test(value);
}
