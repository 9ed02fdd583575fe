import type { Situation } from './situation.ts';

/** Which of a pair of Services plays which part. Their parts change at every promotion, their selectors then do not. */
export type PingPong = 'ping' | 'pong';

/** The Service that carries the canary's share; undefined when the router works on subsets alone. */
export function canaryServiceOf(
  { strategy }: Pick<Situation, 'strategy'>,
  stableRole: string | undefined,
): string | undefined {
  const { pingPong, canaryService } = strategy;
  if (pingPong === undefined) return canaryService;
  return stableRole === 'ping' ? pingPong.pongService : pingPong.pingService;
}

/** The Service that carries stable's share. Before the first promotion that is pong. */
export function stableServiceOf(
  { strategy }: Pick<Situation, 'strategy'>,
  stableRole: string | undefined,
): string | undefined {
  const { pingPong, stableService } = strategy;
  if (pingPong === undefined) return stableService;
  return stableRole === 'ping' ? pingPong.pingService : pingPong.pongService;
}

/** Who is stable after a promotion. The first one makes it ping. */
export function otherRole(stableRole: string | undefined): PingPong {
  return stableRole === 'ping' ? 'pong' : 'ping';
}
