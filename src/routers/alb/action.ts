import type { Destination, Split } from '../../api/split.ts';
import type { Rollout, TrafficRouting } from '../../api/v1alpha1/rollout.ts';
import { SluiceError } from '../../kernel/errors.ts';
import { given, servicesInTurn } from '../services.ts';

export type AlbRouting = NonNullable<TrafficRouting['alb']>;

/** The API's limit for one target group of a forward action. */
export const greatestWeight = 999;
const longestStickinessSeconds = 604_800; // seven days, the API's limit too

export function albOf(rollout: Rollout): AlbRouting {
  return rollout.spec.strategy?.canary?.trafficRouting?.alb ?? { servicePort: 0 };
}

/** `alb.ingress.kubernetes.io` unless the Rollout names another prefix. */
export function prefixOf(rollout: Rollout): string {
  return given(albOf(rollout).annotationPrefix) ?? 'alb.ingress.kubernetes.io';
}

/** The backend whose traffic is divided: the root Service, or the stable one. */
export function weightedService(rollout: Rollout, split?: Split): string {
  return given(albOf(rollout).rootService) ?? servicesInTurn(rollout, split).stable ?? '';
}

/** The annotation that carries the weights. */
export function annotationKey(rollout: Rollout, split?: Split): string {
  return actionKey(rollout, weightedService(rollout, split));
}

/** The annotation that says what a backend of this name does. */
export function actionKey(rollout: Rollout, backend: string): string {
  return `${prefixOf(rollout)}/actions.${backend}`;
}

/** A target group as somebody else wrote it, with its weight. */
export interface KeptGroup {
  readonly group: object;
  readonly weight: number;
}

/**
 * The action's value, in the peer's order of members, so that taking over a release writes nothing.
 * @param kept groups of others, whose weights stable gives up. Stable stands last.
 */
export function forwardAction(rollout: Rollout, split: Split, kept: readonly KeptGroup[] = []): string {
  const { canary = '', stable = '' } = servicesInTurn(rollout, split);
  return action(rollout, [
    ...[{ ...split.canary, service: canary }, ...split.additional].map((each) => groupOf(rollout, each)),
    ...kept.map(({ group }) => group),
    groupOf(rollout, { service: stable, weight: Math.max(0, split.stable.weight - weightOf(kept)) }),
  ]);
}

/** All requests to the canary: the action of a header route. */
export function canaryAction(rollout: Rollout, split: Split): string {
  const { canary = '' } = servicesInTurn(rollout, split);
  return action(rollout, [groupOf(rollout, { service: canary, weight: 100 })]);
}

export function weightOf(groups: readonly KeptGroup[]): number {
  return groups.reduce((sum, { weight }) => sum + weight, 0);
}

function groupOf(
  rollout: Rollout,
  { service, weight }: Pick<Destination, 'service' | 'weight'>,
): TargetGroup {
  return { ServiceName: service, ServicePort: String(albOf(rollout).servicePort), Weight: weight };
}

function action(rollout: Rollout, TargetGroups: readonly object[]): string {
  const { stickinessConfig } = albOf(rollout);
  if (stickinessConfig?.enabled !== true) return goJson({ Type: 'forward', ForwardConfig: { TargetGroups } });
  const { durationSeconds } = stickinessConfig;
  const problem = stickinessProblem(stickinessConfig);
  if (problem !== undefined) throw new SluiceError('SPEC_INVALID', problem, { found: durationSeconds });
  const TargetGroupStickinessConfig = { Enabled: true, DurationSeconds: durationSeconds };
  return goJson({ Type: 'forward', ForwardConfig: { TargetGroups, TargetGroupStickinessConfig } });
}

export function stickinessProblem(config: AlbRouting['stickinessConfig']): string | undefined {
  if (config?.enabled !== true) return undefined;
  const isInRange = config.durationSeconds >= 1 && config.durationSeconds <= longestStickinessSeconds;
  return isInRange
    ? undefined
    : "TargetGroupStickinessConfig's duration must be between 1 and 604800 seconds (7 days)!";
}

/** JSON as Go writes it: `<`, `>` and `&` are escaped, and so are the two line separators. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** What an action annotation says, as far as it is a forward to Services. */
export interface ForwardAction {
  readonly Type?: string;
  readonly ForwardConfig?: {
    readonly TargetGroups?: readonly TargetGroup[];
    readonly TargetGroupStickinessConfig?: unknown;
  };
}

export interface TargetGroup {
  readonly ServiceName?: string;
  readonly ServicePort?: string;
  readonly Weight?: number;
}

/** Undefined when it is no JSON object, or none of that shape: somebody else's action, which the next write replaces. */
export function parseAction(annotation: string | undefined): ForwardAction | undefined {
  const parsed = parseJson(annotation);
  return isAction(parsed) ? parsed : undefined;
}

export function parseJson(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isAction(value: unknown): value is ForwardAction {
  const { ForwardConfig } = isObject(value) ? (value as { ForwardConfig?: unknown }) : {};
  const { TargetGroups } = isObject(ForwardConfig) ? (ForwardConfig as { TargetGroups?: unknown }) : {};
  return isObject(value) && (!TargetGroups || (Array.isArray(TargetGroups) && TargetGroups.every(isObject)));
}

export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The weight that an action gives to a Service; undefined when it is no weighted forward. */
export function forwardedWeight(annotation: string | undefined, service: string): number | undefined {
  const groups = parseAction(annotation)?.ForwardConfig?.TargetGroups ?? [];
  return groups.find(({ ServiceName }) => ServiceName === service)?.Weight;
}
