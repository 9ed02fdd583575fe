import { managedByAnnotation, podTemplateHashLabel } from '../../api/labels.ts';
import type { DestinationRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { isExperimentService } from '../services.ts';
import { istioOf } from './references.ts';

type Subset = NonNullable<DestinationRule['spec']['subsets']>[number];

/**
 * Each subset selects the pods of its revision by the hash label; so does one for each weighted template of an experiment.
 * Subsets of others stay as they are: the peer drops them.
 */
export function renderDestinationRule(
  rollout: Rollout,
  current: DestinationRule,
  split: Split,
): DestinationRule {
  const names = istioOf(rollout).destinationRule;
  if (names === undefined) return current;
  const hashes = new Map([
    ...split.additional.map(({ service, podTemplateHash }) => [service, podTemplateHash] as const),
    [names.canarySubsetName, split.canary.podTemplateHash],
    [names.stableSubsetName, split.stable.podTemplateHash],
  ]);
  const present = current.spec.subsets ?? [];
  const subsets = [
    ...present
      .filter((subset) => hashes.has(subset.name) || !isLeftover(rollout, subset))
      .map((subset) => (hashes.has(subset.name) ? withHash(subset, hashes.get(subset.name) ?? '') : subset)),
    ...split.additional
      .filter(({ service }) => !present.some(({ name }) => name === service))
      .map(({ service, podTemplateHash }) => withHash({ name: service }, podTemplateHash)),
  ];
  const annotations = { ...current.metadata.annotations, [managedByAnnotation]: rollout.metadata.name };
  const isSame = sameJson(subsets, present) && sameJson(annotations, current.metadata.annotations as unknown);
  if (isSame) return current;
  return {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...current.spec, subsets },
  };
}

/** Takes our label and our mark off again; what another Rollout has marked is not ours. */
export function releaseDestinationRule(rolloutName: string, current: DestinationRule): DestinationRule {
  const { [managedByAnnotation]: owner, ...annotations } = current.metadata.annotations ?? {};
  if (owner !== rolloutName) return current;
  const subsets = (current.spec.subsets ?? []).map((subset) => withHash(subset, ''));
  return { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, subsets } };
}

/** A subset that we added for an experiment: its name is that of the Service, and the hash label is all it selects. */
function isLeftover(rollout: Rollout, { name, labels = {} }: Subset): boolean {
  const keys = Object.keys(labels);
  return isExperimentService(rollout, name) && keys.length === 1 && keys[0] === podTemplateHashLabel;
}

function withHash(subset: Subset, hash: string): Subset {
  const { [podTemplateHashLabel]: present, ...labels } = subset.labels ?? {};
  if ((present ?? '') === hash) return subset;
  return { ...subset, labels: hash === '' ? labels : { ...labels, [podTemplateHashLabel]: hash } };
}
