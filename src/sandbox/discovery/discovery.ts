import type { ApiRequest, BodyResponse } from '../request.ts';
import { json } from '../request.ts';
import type { ResourceRegistry } from '../resource.ts';

/** Everything that is served beside resources. */
export function createDiscovery(
  _registry: ResourceRegistry,
): (request: ApiRequest) => BodyResponse | undefined {
  return ({ path }) => (path === '/healthz' ? json('ok') : undefined);
}
