import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { given, isExperimentService, servicesInTurn } from '../services.ts';
import { isObject, type KeptGroup, parseJson, type TargetGroup } from './action.ts';

/**
 * Target groups of others that git forwards to beside one of our Services, as by ARN: they stay as they are, with their weights, which
 * stable gives up. An action without a Service of ours is no division that we take part in, and gives way as a whole.
 * @param split what is to be shown; undefined: what status says.
 */
export function keptGroups(
  rollout: Rollout,
  annotation: string | undefined,
  split?: Split,
): readonly KeptGroup[] {
  const action = parseJson(annotation);
  if (String(member(action, 'Type') ?? '').toLowerCase() !== 'forward') return [];
  const list = member(member(action, 'ForwardConfig'), 'TargetGroups');
  const groups = Array.isArray(list) ? list.filter(isObject) : [];
  const { canary } = rollout.spec.strategy ?? {};
  const { pingService, pongService } = canary?.pingPong ?? {};
  const pair = Object.values(servicesInTurn(rollout, split));
  const named = [...pair, pingService, pongService, canary?.stableService, canary?.canaryService];
  const { weights } = rollout.status?.canary ?? {};
  const before = [weights?.canary.serviceName, weights?.stable.serviceName];
  const additional = (split?.additional ?? []).map(({ service }) => service);
  const isOwn = (group: object) => {
    const service = serviceOf(group);
    if (service === undefined) return false;
    return [...named, ...before, ...additional].includes(service) || isExperimentService(rollout, service);
  };
  const services = groups.map(serviceOf).filter((service) => service !== undefined);
  if (!services.some((service) => named.includes(service))) return [];
  return groups.filter((group) => !isOwn(group)).map(withWeight);
}

/** Those that are known by an ARN or a name of AWS: Sluice writes none of these. */
export function groupsOfAws(groups: readonly TargetGroup[]): readonly KeptGroup[] {
  return groups.filter((group) => serviceOf(group) === undefined).map(withWeight);
}

function withWeight(group: object): KeptGroup {
  return { group, weight: Number(member(group, 'Weight') ?? 0) || 0 };
}

function serviceOf(group: object): string | undefined {
  const name = member(group, 'ServiceName');
  return typeof name === 'string' ? given(name) : undefined;
}

/** The controller reads names of members in any case. */
function member(object: unknown, name: string): unknown {
  if (!isObject(object)) return undefined;
  return Object.entries(object).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}
