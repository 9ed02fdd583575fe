import type { GatewayBackend, GatewayRule } from '../../api/routes.ts';
import type { RoleServices } from '../services.ts';

/** The Service that a backend is, in the route's own namespace; undefined for anything else. */
export function serviceOf({ group = '', kind = 'Service', name }: GatewayBackend): string | undefined {
  return group === '' && kind === 'Service' ? name : undefined;
}

/** Does the rule divide between stable and canary? Such rules hold the weights; all others are the user's. */
export function isDivided({ backendRefs = [] }: GatewayRule, { stable, canary }: RoleServices): boolean {
  const services = backendRefs.map(serviceOf);
  return services.includes(stable ?? '') && services.includes(canary ?? '');
}
