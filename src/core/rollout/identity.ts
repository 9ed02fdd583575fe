import {
  abortRecordAnnotation,
  desiredReplicasAnnotation,
  ephemeralMetadataAnnotation,
  lastAppliedAnnotation,
  notifiedAnnotation,
  podsToRelabelAnnotation,
  podTemplateHashLabel,
  revisionAnnotation,
  revisionHistoryAnnotation,
} from '../../api/labels.ts';
import { controllerOf, type LabelSelector, matchesSelector, type ObjectMeta } from '../../api/meta.ts';
import { controlledBy } from '../../api/owner.ts';
import { namedPairOf, pingPongOf } from '../../api/ping-pong.ts';
import { apiVersionOf, resources } from '../../api/resources.ts';
import type { CanaryStrategy, Rollout } from '../../api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet } from '../../api/workloads.ts';
import type { Instant } from '../../kernel/instant.ts';
import { onceForEach } from '../../kernel/once-for-each.ts';
import { withAntiAffinity, withoutAntiAffinity } from './anti-affinity.ts';
import { injectMetadata, metadataFor, withoutInjectedMetadata } from './ephemeral-metadata.ts';
import type { Observed } from './observed.ts';
import { equalTemplates, podTemplateHash, stepsHash } from './pod-template-hash.ts';
import { type Revision, revisionOf, type Situation } from './situation.ts';

/** The template and selector of the pods: from the spec, or from the workload that it refers to. */
export interface PodSource {
  readonly template: PodTemplateSpec;
  readonly selector: LabelSelector;
}

/** Translates what is observed, once. Which ReplicaSet is the canary, which is stable, and which number the canary has. */
export function situationOf(observed: Observed, pods: PodSource, now: Instant): Situation {
  const { rollout } = observed;
  const spec = { ...rollout.spec, ...pods };
  const status = rollout.status ?? {};
  const blueGreen = spec.strategy?.blueGreen;
  const strategy = strategyOf(spec);
  const revisions = identified(observed, pods.selector);
  const found = canaryAmong(revisions, rollout, pods.template, status.collisionCount);
  const stableNow = revisions.find(({ hash }) => hash !== '' && hash === status.stableRS);
  const replicas = spec.replicas ?? 1;
  const canary =
    found.canary ??
    toBeCreated(observed, { ...pods, replicas, stableHash: stableNow?.hash }, found, revisions);
  const stable = stableNow?.hash === canary.hash ? canary : stableNow;
  return {
    observed,
    now,
    rollout: withRevision(rollout, canary.number, pods),
    spec,
    status,
    replicas,
    template: pods.template,
    selector: pods.selector,
    strategy,
    blueGreen,
    named: strategy.pingPong === undefined ? undefined : namedPairOf(strategy),
    routed: blueGreen === undefined && strategy.trafficRouting !== undefined,
    totalWeight: strategy.trafficRouting?.maxTrafficWeight ?? 100,
    steps: strategy.steps ?? [],
    stepHash: blueGreen === undefined ? stepsHash(strategy.steps, status.currentStepHash) : '',
    canary,
    stable,
    intermediates: revisions.filter(({ name }) => name !== canary.name && name !== stable?.name),
    collisionCount: found.collisionCount,
  };
}

/** ReplicaSets that carry our label and that the selector matches; others were never ours to move, or are so no longer. */
function identified({ replicaSets, rollout }: Observed, selector: LabelSelector): Revision[] {
  return replicaSets
    .filter(({ metadata }) => metadata.labels?.[podTemplateHashLabel] !== undefined)
    .filter(({ metadata }) => matchesSelector(selector, metadata.labels))
    .filter((replicaSet) => isOursOrOrphan(replicaSet, rollout))
    .map((replicaSet) => revisionOf(replicaSet));
}

function isOursOrOrphan(replicaSet: ReplicaSet, rollout: Rollout): boolean {
  const owner = controllerOf(replicaSet);
  return owner === undefined || owner.uid === rollout.metadata.uid;
}

interface Found {
  readonly canary: Revision | undefined;
  readonly hash: string;
  readonly collisionCount: number | undefined;
}

/**
 * The oldest ReplicaSet with the template's hash, or else with an equal template: hash functions change with library
 * versions, and an upgrade must not redeploy every Rollout.
 */
function canaryAmong(
  revisions: readonly Revision[],
  rollout: Rollout,
  template: PodTemplateSpec,
  collisionCount: number | undefined,
): Found {
  const hash = podTemplateHash(template, collisionCount);
  const byHash = revisions.find((revision) => revision.hash === hash);
  const canary = byHash ?? revisions.find((revision) => isSame(revision, template));
  if (canary !== undefined) return { canary: numbered(canary, revisions), hash, collisionCount };
  const nameTaken = revisions.some(({ name }) => name === `${rollout.metadata.name}-${hash}`);
  if (!nameTaken) return { canary: undefined, hash, collisionCount };
  return canaryAmong(revisions, rollout, template, (collisionCount ?? 0) + 1);
}

function isSame({ replicaSet }: Revision, template: PodTemplateSpec): boolean {
  return equalTemplates(bareTemplate(replicaSet), template);
}

/** The template as the user wrote it: without our label, our metadata and our affinity term. */
export const bareTemplate = onceForEach(
  (replicaSet: ReplicaSet): PodTemplateSpec => withoutOurs(withoutInjectedMetadata(replicaSet).template),
);

/** By the template itself, which stays the same while the ReplicaSet's size and status change. */
const withoutOurs = onceForEach((template: PodTemplateSpec): PodTemplateSpec => {
  const { [podTemplateHashLabel]: _ours, ...labels } = template.metadata?.labels ?? {};
  const spec = template.spec === undefined ? undefined : withoutAntiAffinity(template.spec);
  return { ...template, metadata: { ...template.metadata, labels }, ...(spec !== undefined && { spec }) };
});

/** Going back to an old template gives its ReplicaSet the highest number again. */
function numbered(canary: Revision, revisions: readonly Revision[]): Revision {
  const highest = Math.max(
    0,
    ...revisions.filter(({ name }) => name !== canary.name).map(({ number }) => number),
  );
  return { ...canary, number: Math.max(canary.number, highest + 1) };
}

function toBeCreated(
  observed: Observed,
  wanted: PodSource & { readonly replicas: number; readonly stableHash: string | undefined },
  { hash }: Found,
  revisions: readonly Revision[],
): Revision {
  const number = Math.max(0, ...revisions.map((revision) => revision.number)) + 1;
  const replicaSet = newReplicaSet(observed.rollout, wanted, hash, number);
  return revisionOf(replicaSet, false);
}

/** The ReplicaSet of a new revision, still without pods: its size is decided later in the same plan. */
function newReplicaSet(
  rollout: Rollout,
  wanted: PodSource & { readonly replicas: number; readonly stableHash: string | undefined },
  hash: string,
  number: number,
): ReplicaSet {
  const { name, namespace } = rollout.metadata;
  const template = templateWithHash(wanted.template, hash);
  const plain: ReplicaSet = {
    apiVersion: apiVersionOf(resources.replicaSets),
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels: { ...wanted.template.metadata?.labels, [podTemplateHashLabel]: hash },
      annotations: {
        ...inheritedAnnotations(rollout.metadata),
        [revisionAnnotation]: String(number),
        [desiredReplicasAnnotation]: String(wanted.replicas),
      },
      ownerReferences: [controlledBy(rollout)],
    },
    spec: {
      replicas: 0,
      ...(rollout.spec.minReadySeconds !== undefined && { minReadySeconds: rollout.spec.minReadySeconds }),
      selector: {
        ...wanted.selector,
        matchLabels: { ...wanted.selector.matchLabels, [podTemplateHashLabel]: hash },
      },
      template: withAntiAffinity(template, rollout, wanted.stableHash),
    },
  };
  const isFirst = wanted.stableHash === undefined;
  return injectMetadata(plain, metadataFor(rollout.spec.strategy, isFirst ? 'stable' : 'canary'));
}

function templateWithHash(template: PodTemplateSpec, hash: string): PodTemplateSpec {
  return {
    ...template,
    metadata: {
      ...template.metadata,
      labels: { ...template.metadata?.labels, [podTemplateHashLabel]: hash },
    },
  };
}

const ownAnnotations = new Set([
  lastAppliedAnnotation,
  revisionAnnotation,
  revisionHistoryAnnotation,
  desiredReplicasAnnotation,
  ephemeralMetadataAnnotation,
  podsToRelabelAnnotation,
  notifiedAnnotation,
  abortRecordAnnotation,
]);

/** A Rollout's annotations go to the ReplicaSet of its template: those that are not bookkeeping of either. */
export function inheritedAnnotations({ annotations = {} }: ObjectMeta): Record<string, string> {
  return Object.fromEntries(Object.entries(annotations).filter(([key]) => !ownAnnotations.has(key)));
}

/** The Rollout as runs and experiments should see it: with the number and the template that this decision gives it. */
function withRevision(rollout: Rollout, number: number, pods: PodSource): Rollout {
  const { metadata } = rollout;
  const annotations = { ...metadata.annotations, [revisionAnnotation]: String(number) };
  return { ...rollout, metadata: { ...metadata, annotations }, spec: { ...rollout.spec, ...pods } };
}

/** The canary strategy, with the Services that take turns only when they do. */
function strategyOf({ strategy }: Rollout['spec']): CanaryStrategy {
  const { pingPong, ...canary } = strategy?.canary ?? {};
  const used = pingPongOf(strategy?.canary);
  return used === undefined ? canary : { ...canary, pingPong: used };
}
