import type { Rollout } from '../api/v1alpha1/rollout.ts';

export interface RoleServices {
  readonly stable: string | undefined;
  readonly canary: string | undefined;
}

/**
 * The Services that play the two roles now. Ping and pong swap roles with each promotion: `stablePingPong: ping` means
 * that ping is stable; anything else means pong.
 * @param prefer which pair counts when both are given; ALB prefers ping/pong, the others the named pair.
 */
export function servicesOf(rollout: Rollout, prefer: 'named' | 'pingPong' = 'named'): RoleServices {
  const { stableService, canaryService, pingPong } = rollout.spec.strategy?.canary ?? {};
  const named = { stable: stableService, canary: canaryService };
  const hasNames = stableService !== undefined || canaryService !== undefined;
  if (pingPong === undefined || (prefer === 'named' && hasNames)) return named;
  return rollout.status?.canary?.stablePingPong === 'ping'
    ? { stable: pingPong.pingService, canary: pingPong.pongService }
    : { stable: pingPong.pongService, canary: pingPong.pingService };
}
