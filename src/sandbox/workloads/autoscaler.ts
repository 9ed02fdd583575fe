import { type KubeObject, type ObjectKey, objectKey } from '../../api/meta.ts';
import type { ResourceType } from '../../api/resources.ts';
import { addSeconds, formatInstant, type Instant } from '../../kernel/instant.ts';
import { amountOf, desiredReplicasAnnotation } from './annotations.ts';
import type { Controller } from './controller.ts';
import { recordEvent } from './events.ts';
import { isDifferent } from './replica-set.ts';
import { currentMetrics, type MetricSpec } from './scaling-metrics.ts';
import { type Paced, pace, type ScalingBehavior, type ScalingMemory, tolerated } from './scaling-rules.ts';
import { storageOf, type WorkloadApi, workloadResources } from './workload-api.ts';

const type = workloadResources.autoscalers;

export interface Autoscaler extends KubeObject {
  spec: {
    scaleTargetRef: { apiVersion?: string; kind: string; name: string };
    minReplicas?: number;
    maxReplicas: number;
    behavior?: ScalingBehavior;
    metrics?: readonly MetricSpec[];
  };
  status?: {
    currentReplicas?: number;
    desiredReplicas?: number;
    lastScaleTime?: string;
    conditions?: readonly Condition[];
  };
}

interface Condition {
  readonly type: string;
  readonly status: 'True' | 'False';
  readonly reason: string;
  readonly message: string;
  readonly lastTransitionTime: string;
}

/** What a look came to: the size it wants, and what it says of itself. */
interface Verdict {
  readonly desired: number;
  readonly conditions: readonly Omit<Condition, 'lastTransitionTime'>[];
  /** When to look again although nothing changes. */
  readonly againAt?: Instant;
}

interface Scalable extends KubeObject {
  spec?: { replicas?: number };
  status?: { replicas?: number };
}

const targets: readonly ResourceType[] = [
  workloadResources.rollouts,
  workloadResources.deployments,
  workloadResources.replicaSets,
];

/**
 * Scales through the scale subresource, as the real one does, to the number an annotation names. No load moves it; what a release
 * has to cope with is that somebody else changes `replicas` at any time. As in the real one, what was asked for and what was done
 * lives in memory: it follows `spec.behavior` from when the cluster was started.
 */
export function autoscaler(): Controller {
  const memories = new Map<string, ScalingMemory>();
  return {
    name: 'autoscaler',
    concerns({ resource, object }, api) {
      const { namespace, name } = object.metadata;
      if (resource === storageOf(type)) return [objectKey(namespace, name)];
      if (!targets.some((target) => storageOf(target) === resource)) return [];
      return scalersOf(object, api);
    },
    reconcile(namespace, name, api) {
      const key = objectKey(namespace, name);
      const scaler = api.get<Autoscaler>(type, namespace, name);
      if (scaler === undefined) return void memories.delete(key);
      const { kind, name: targetName } = scaler.spec.scaleTargetRef;
      const target = targets.find((candidate) => candidate.kind === kind);
      const object = target === undefined ? undefined : api.get<Scalable>(target, namespace, targetName);
      if (target === undefined || object === undefined) return undefined;
      const before = object.spec?.replicas ?? 1;
      const memory = remember(memories.get(key), wantedOf(scaler, before), before, api.now());
      const verdict = verdictOf(scaler, before, memory, api.now());
      const change = verdict.desired - before;
      if (change !== 0) scaleTo(api, scaler, target, object, verdict.desired);
      const events = change === 0 ? memory.events : [...memory.events, { at: api.now(), change }];
      memories.set(key, { ...memory, events });
      const asked = amountOf(scaler, desiredReplicasAnnotation);
      const { metrics: specs = [] } = scaler.spec;
      const metrics = asked === undefined ? specs.map(() => unread) : currentMetrics(specs, asked, before);
      tellUnmeasured(api, scaler, verdict);
      report(
        api,
        scaler,
        object.status?.replicas ?? 0,
        verdict,
        metrics,
        change === 0 ? undefined : api.now(),
      );
      return verdict.againAt;
    },
  };
}

/** Longer than any window and any period that the API server lets through. */
const rememberedSeconds = 3600;

/** What was asked for last was asked for until now. At first that is the size there was. */
function remember(
  known: ScalingMemory | undefined,
  wanted: number,
  current: number,
  now: Instant,
): ScalingMemory {
  const { recommendations, events } = known ?? { recommendations: [], events: [] };
  const last = recommendations.at(-1)?.replicas ?? current;
  const isRecent = ({ at }: { at: Instant }) => addSeconds(at, rememberedSeconds) > now;
  const until = { at: now, replicas: last };
  const before = recommendations.filter(
    ({ replicas, at }) => isRecent({ at }) && replicas !== last && replicas !== wanted,
  );
  return {
    recommendations: [...before, ...(last === wanted ? [] : [until]), { at: now, replicas: wanted }],
    events: events.filter(isRecent),
  };
}

function wantedOf(scaler: Autoscaler, current: number): number {
  const asked = Math.round(amountOf(scaler, desiredReplicasAnnotation) ?? current);
  return tolerated(scaler.spec.behavior, current, asked);
}

function scalersOf(object: KubeObject, api: WorkloadApi): ObjectKey[] {
  return api
    .list<Autoscaler>(type, object.metadata.namespace)
    .filter(
      ({ spec }) =>
        spec.scaleTargetRef.kind === object.kind && spec.scaleTargetRef.name === object.metadata.name,
    )
    .map(({ metadata }) => objectKey(metadata.namespace, metadata.name));
}

/** The bounds, and in them what the annotation asks for. Reasons and messages are those of the real controller. */
function verdictOf(scaler: Autoscaler, current: number, memory: ScalingMemory, now: Instant): Verdict {
  const { minReplicas = 1, maxReplicas } = scaler.spec;
  if (current === 0 && minReplicas !== 0) {
    const message = 'scaling is disabled since the replica count of the target is zero';
    const got = "the HPA controller was able to get the target's current scale";
    return {
      desired: 0,
      conditions: [
        said('AbleToScale', 'True', 'SucceededGetScale', got),
        said('ScalingActive', 'False', 'ScalingDisabled', message),
      ],
    };
  }
  const wanted = wantedOf(scaler, current);
  const paced = pacedOf(scaler, current, memory, now);
  const desired = paced.replicas;
  const bounds = boundBeyond(scaler, current);
  if (amountOf(scaler, desiredReplicasAnnotation) === undefined) return unmeasured(current, bounds);
  const active = said(
    'ScalingActive',
    'True',
    'ValidMetricFound',
    `the HPA was able to successfully calculate a replica count from the annotation ${desiredReplicasAnnotation}`,
  );
  return {
    desired,
    conditions: [
      desired === current
        ? stabilised(paced)
        : said(
            'AbleToScale',
            'True',
            'SucceededRescale',
            `the HPA controller was able to update the target scale to ${desired}`,
          ),
      active,
      rateOf(paced) ?? limitOf(wanted, minReplicas, maxReplicas),
    ],
    ...(paced.againAt !== undefined && { againAt: paced.againAt }),
  };
}

/** As on a cluster without a metrics server: only a size outside the bounds is put right. */
function unmeasured(current: number, bounded: number | undefined): Verdict {
  const got = said(
    'AbleToScale',
    'True',
    'SucceededGetScale',
    "the HPA controller was able to get the target's current scale",
  );
  if (bounded === undefined) {
    return {
      desired: current,
      conditions: [got, said('ScalingActive', 'False', unmeasuredReason, unmeasuredText)],
    };
  }
  const message = `the HPA controller was able to update the target scale to ${bounded}`;
  return { desired: bounded, conditions: [said('AbleToScale', 'True', 'SucceededRescale', message)] };
}

const unmeasuredReason = 'FailedGetResourceMetric';
const unmeasuredText = `the HPA was unable to compute the replica count: the sandbox measures nothing; say in ${desiredReplicasAnnotation} what its metrics would ask for`;

/** What the real controller writes of a metric that it could not read. */
const unread = { type: '' };

/** Once, not at every look. */
function tellUnmeasured(api: WorkloadApi, scaler: Autoscaler, { conditions }: Verdict): void {
  const isSo = ({ reason }: { readonly reason: string }) => reason === unmeasuredReason;
  if (!conditions.some(isSo) || scaler.status?.conditions?.some(isSo)) return;
  recordEvent(api, scaler, {
    type: 'Warning',
    reason: unmeasuredReason,
    message: unmeasuredText,
    component: 'horizontal-pod-autoscaler',
  });
}

/** The bound that a size outside them is taken to; undefined for one within. */
function boundBeyond({ spec }: Autoscaler, current: number): number | undefined {
  const bounded = Math.max(spec.minReplicas ?? 1, Math.min(spec.maxReplicas, current));
  return bounded === current ? undefined : bounded;
}

/** A size outside the bounds is put right at once; within them `behavior`, if there is one, sets the pace. */
function pacedOf(scaler: Autoscaler, current: number, memory: ScalingMemory, now: Instant): Paced {
  const { minReplicas = 1, maxReplicas, behavior } = scaler.spec;
  const bounded = (size: number) => Math.max(minReplicas, Math.min(maxReplicas, size));
  const bound = boundBeyond(scaler, current);
  if (bound !== undefined) return { replicas: bound };
  const wanted = bounded(wantedOf(scaler, current));
  if (behavior === undefined) return { replicas: wanted };
  const recommendations = memory.recommendations.map((one) => ({ ...one, replicas: bounded(one.replicas) }));
  return pace(behavior, current, wanted, { ...memory, recommendations }, now);
}

function stabilised({ reason }: Paced): Omit<Condition, 'lastTransitionTime'> {
  if (reason === 'ScaleUpStabilized') {
    const message =
      'recent recommendations were lower than current one, applying the lowest recent recommendation';
    return said('AbleToScale', 'True', reason, message);
  }
  if (reason === 'ScaleDownStabilized') {
    const message =
      'recent recommendations were higher than current one, applying the highest recent recommendation';
    return said('AbleToScale', 'True', reason, message);
  }
  return said('AbleToScale', 'True', 'ReadyForNewScale', 'recommended size matches current size');
}

function rateOf({ reason }: Paced): Omit<Condition, 'lastTransitionTime'> | undefined {
  if (reason !== 'ScaleUpLimit' && reason !== 'ScaleDownLimit') return undefined;
  const way = reason === 'ScaleUpLimit' ? 'increasing' : 'decreasing';
  return said(
    'ScalingLimited',
    'True',
    reason,
    `the desired replica count is ${way} faster than the maximum scale rate`,
  );
}

function limitOf(wanted: number, minimum: number, maximum: number): Omit<Condition, 'lastTransitionTime'> {
  if (wanted > maximum) {
    const message = 'the desired replica count is more than the maximum replica count';
    return said('ScalingLimited', 'True', 'TooManyReplicas', message);
  }
  if (wanted < minimum) {
    const message = 'the desired replica count is less than the minimum replica count';
    return said('ScalingLimited', 'True', 'TooFewReplicas', message);
  }
  const message = 'the desired count is within the acceptable range';
  return said('ScalingLimited', 'False', 'DesiredWithinRange', message);
}

function said(
  name: string,
  status: 'True' | 'False',
  reason: string,
  message: string,
): Omit<Condition, 'lastTransitionTime'> {
  return { type: name, status, reason, message };
}

function scaleTo(
  api: WorkloadApi,
  scaler: Autoscaler,
  target: ResourceType,
  object: Scalable,
  replicas: number,
): void {
  api.patch(target, object, { spec: { replicas } }, 'scale');
  const message = `New size: ${replicas}; reason: the sandbox's annotation asks for it`;
  recordEvent(api, scaler, { reason: 'SuccessfulRescale', message, component: 'horizontal-pod-autoscaler' });
}

function report(
  api: WorkloadApi,
  scaler: Autoscaler,
  currentReplicas: number,
  { desired, conditions }: Verdict,
  metrics: readonly unknown[],
  scaledAt: Instant | undefined,
): void {
  const lastScaleTime = scaledAt === undefined ? scaler.status?.lastScaleTime : formatInstant(scaledAt);
  const status = {
    observedGeneration: scaler.metadata.generation,
    currentReplicas,
    desiredReplicas: desired,
    currentMetrics: metrics.length === 0 ? null : metrics,
    ...(lastScaleTime === undefined ? {} : { lastScaleTime }),
    conditions: conditions.map((condition) => {
      const before = scaler.status?.conditions?.find(({ type: name }) => name === condition.type);
      const isSame = before?.status === condition.status;
      const lastTransitionTime = isSame ? before.lastTransitionTime : formatInstant(api.now());
      return { ...condition, lastTransitionTime };
    }),
  };
  if (isDifferent(scaler, status)) api.patch(type, scaler, { status }, 'status');
}
