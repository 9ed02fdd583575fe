import { namedPairOf, pingPongOf } from '../api/ping-pong.ts';
import type { Split } from '../api/split.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import { SluiceError } from '../kernel/errors.ts';

export interface RoleServices {
  readonly stable: string | undefined;
  readonly canary: string | undefined;
}

/** The Services that play the two roles now: the named pair, or Services that take turns where that is not given. */
export function servicesOf(rollout: Rollout, split?: Split): RoleServices {
  return namedPairOf(rollout.spec.strategy?.canary) ?? servicesInTurn(rollout, split);
}

/**
 * The same for ALB and the Gateway API, which prefer Services that take turns. Ping and pong swap roles with each promotion:
 * `stablePingPong: ping` means that ping is stable; anything else means pong.
 * @param split what is to be shown. At a promotion it has the new roles already, while the status has the old ones.
 */
export function servicesInTurn(rollout: Rollout, split?: Split): RoleServices {
  const { canary } = rollout.spec.strategy ?? {};
  const pingPong = pingPongOf(canary);
  if (pingPong === undefined)
    return { stable: given(canary?.stableService), canary: given(canary?.canaryService) };
  const { pingService: ping, pongService: pong } = pingPong;
  const isSplitOfPair = split !== undefined && [ping, pong].includes(split.stable.service);
  const isPingStable = isSplitOfPair
    ? split.stable.service === ping
    : rollout.status?.canary?.stablePingPong === 'ping';
  return isPingStable ? { stable: ping, canary: pong } : { stable: pong, canary: ping };
}

/** An empty string in the spec is a member that was not given. */
export function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

/**
 * Is this the Service of one of the Rollout's experiments, whether it still runs or not? Known by the status, by a name in
 * a step, or by the name that we gave it: rollout, pod template hash, revision, step index, template.
 */
export function isExperimentService(rollout: Rollout, service: string): boolean {
  const recorded = rollout.status?.canary?.weights?.additional ?? [];
  if (recorded.some(({ serviceName }) => serviceName === service)) return true;
  const templates = (rollout.spec.strategy?.canary?.steps ?? []).flatMap(
    ({ experiment }) => experiment?.templates ?? [],
  );
  if (templates.some((template) => template.service?.name === service)) return true;
  const start = `${rollout.metadata.name}-`;
  return service.startsWith(start) && /^[0-9a-z]+-\d+-\d+-./.test(service.slice(start.length));
}

/** A template without container ports gets no Service; its weight would go nowhere (invariant I2). */
export function assertAdditionalHaveServices({ additional }: Split): void {
  const nameless = additional.find(({ service, weight }) => service === '' && weight > 0);
  if (nameless === undefined) return;
  throw new SluiceError(
    'SPEC_INVALID',
    'a weighted template of the experiment has no Service: declare a containerPort in its pods',
    { podTemplateHash: nameless.podTemplateHash, weight: nameless.weight },
  );
}
