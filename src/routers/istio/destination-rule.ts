import { managedByAnnotation, podTemplateHashLabel } from '../../api/labels.ts';
import type { DestinationRule } from '../../api/routes.ts';
import type { Split } from '../../api/split.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import { istioOf } from './references.ts';

type Subset = NonNullable<DestinationRule['spec']['subsets']>[number];

/** Each subset selects the pods of its revision by the hash label. Other subsets stay (the peer drops them, see `docs/deviations.md`). */
export function renderDestinationRule(
  rollout: Rollout,
  current: DestinationRule,
  split: Split,
): DestinationRule {
  const names = istioOf(rollout).destinationRule;
  if (names === undefined) return current;
  const hashes = new Map([
    [names.canarySubsetName, split.canary.podTemplateHash],
    [names.stableSubsetName, split.stable.podTemplateHash],
    ...split.additional.map(({ service, podTemplateHash }) => [service, podTemplateHash] as const),
  ]);
  const present = current.spec.subsets ?? [];
  const subsets = [
    ...present.map((subset) =>
      hashes.has(subset.name) ? withHash(subset, hashes.get(subset.name) ?? '') : subset,
    ),
    ...split.additional
      .filter(({ service }) => !present.some(({ name }) => name === service))
      .map(({ service, podTemplateHash }) => withHash({ name: service }, podTemplateHash)),
  ];
  const annotations = { ...current.metadata.annotations, [managedByAnnotation]: rollout.metadata.name };
  const next = {
    ...current,
    metadata: { ...current.metadata, annotations },
    spec: { ...current.spec, subsets },
  };
  const same =
    JSON.stringify(subsets) === JSON.stringify(present) &&
    current.metadata.annotations?.[managedByAnnotation] === rollout.metadata.name;
  return same ? current : next;
}

/** Takes our label and our mark off again. */
export function releaseDestinationRule(current: DestinationRule): DestinationRule {
  const { [managedByAnnotation]: _, ...annotations } = current.metadata.annotations ?? {};
  const subsets = (current.spec.subsets ?? []).map((subset) => withHash(subset, ''));
  return { ...current, metadata: { ...current.metadata, annotations }, spec: { ...current.spec, subsets } };
}

function withHash(subset: Subset, hash: string): Subset {
  const { [podTemplateHashLabel]: present, ...labels } = subset.labels ?? {};
  if ((present ?? '') === hash) return subset;
  return { ...subset, labels: hash === '' ? labels : { ...labels, [podTemplateHashLabel]: hash } };
}
