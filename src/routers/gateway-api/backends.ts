import type { GatewayBackend, GatewayRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { type RoleServices, servicesInTurn } from '../services.ts';

/** The Services that play the two roles, and where they are. */
export interface OwnServices extends RoleServices {
  readonly namespace: string | undefined;
}

export function ownServices(rollout: Rollout, split?: Split): OwnServices {
  return { ...servicesInTurn(rollout, split), namespace: rollout.metadata.namespace };
}

/** The Service that a backend is; undefined for anything else, and for one that says it is in another namespace. */
export function serviceOf(
  { group = '', kind = 'Service', name, namespace }: GatewayBackend,
  own: { readonly namespace?: string | undefined },
): string | undefined {
  const isHere = namespace === undefined || namespace === own.namespace;
  return isHere && group === '' && kind === 'Service' ? name : undefined;
}

/** Does the rule divide between stable and canary? Such rules hold the weights; all others are the user's. */
export function isDivided({ backendRefs = [] }: GatewayRule, own: OwnServices): boolean {
  const services = backendRefs.map((backend) => serviceOf(backend, own));
  return services.includes(own.stable ?? '') && services.includes(own.canary ?? '');
}

/** Own Services that stand in a rule more than once, as with two ports: which of them has the weight, nobody can tell. */
export function repeated({ backendRefs = [] }: GatewayRule, own: OwnServices): readonly string[] {
  const services = backendRefs.map((backend) => serviceOf(backend, own));
  return [own.stable, own.canary].filter(
    (service) => service !== undefined && services.filter((each) => each === service).length > 1,
  ) as string[];
}
