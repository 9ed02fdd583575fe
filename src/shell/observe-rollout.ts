import { revisionAnnotation } from '../api/labels.ts';
import type { ProviderKind } from '../api/measurement.ts';
import { controllerOf, type KubeObject, type LabelSelector, matchesSelector } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Supported } from '../api/validation/router-facts.ts';
import { stepKinds } from '../api/validation/steps.ts';
import type { Pod, ReplicaSet, Service } from '../api/workloads.ts';
import { needsPods } from '../core/rollout/needs-pods.ts';
import type { Observed } from '../core/rollout/observed.ts';
import { selectorText } from '../core/rollout/selector-text.ts';
import type { Clock } from '../kernel/clock.ts';
import { addSeconds, earliest, type Instant } from '../kernel/instant.ts';
import { onceForEach } from '../kernel/once-for-each.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import type { Caches } from './caches.ts';
import type { RequestCounter } from './count-requests.ts';
import { orphanIndex, ownerIndex } from './object-cache.ts';
import { observeRegistration } from './observe-registration.ts';
import { allReady, observeRouters, routerObjects, routerSearches } from './observe-routers.ts';
import { observeTemplates, templateTypes } from './observe-templates.ts';
import { observeWorkload, workloadOf } from './observe-workload.ts';
import type { Looked } from './references.ts';

export interface Observation {
  readonly observed: Observed;
  /** The instant to decide for: what the decision needs to see depends on it. */
  readonly now: Instant;
  /** Everything that was looked for by name, there or not: a change of one of these asks for a new decision. */
  readonly references: readonly Looked[];
  /** When to observe again, because no watch tells of a change of what was read. */
  readonly lookAgainAt: Instant | undefined;
}

/** How long a change of a workload that nobody watches may go unnoticed. Seconds. */
const unwatchedSeconds = 60;

export interface ObserveOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  /** Metric sources that runs can ask. Absent: templates are not judged by their sources. */
  readonly providers?: ProviderRegistry;
  /** Whom to ask whether pods are known to their load balancers. Absent: nobody is asked. */
  readonly registration?: TargetRegistration;
  /** Whom to ask for the requests of each version. Absent: they are not compared with the weight. */
  readonly requests?: RequestCounter;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called when a data plane has said more than the observation shows. */
  readonly heard?: () => void;
}

/**
 * Everything that the decision about one Rollout may look at, at one instant. Waits only for what no cache holds,
 * and takes the rest after that, so that the parts fit together. Undefined when the Rollout is gone.
 */
export async function observeRollout(
  ref: ObjectRef,
  options: ObserveOptions,
): Promise<Observation | undefined> {
  const { caches, routers } = options;
  const before = caches.get<Rollout>(ref);
  if (before === undefined) return undefined;
  await allReady((known) => typesLookedAt(before, routers, known), caches, options.signal);
  const workload = await observeWorkload(before, caches, options.signal);
  const now = options.clock.now();
  const pods = await podsOf(before, {
    ...options,
    now,
    selector: before.spec.selector ?? workload?.selector,
  });
  const registration = await observeRegistration(before, options);

  const rollout = caches.get<Rollout>(ref);
  if (rollout === undefined) return undefined;
  const uid = rollout.metadata.uid ?? '';
  const templates = observeTemplates(rollout, caches);
  const serviceRefs = serviceNamesOf(rollout).map((name) => refIn(rollout, resources.services, name));
  const selector = rollout.spec.selector ?? workload?.selector;
  const experiments = experimentsOf(rollout, caches);
  const counted = options.requests?.observe(rollout, options.heard ?? (() => {}), options.signal);
  const isUnwatched = workloadOf(rollout)?.isFollowed === false;
  return {
    now,
    lookAgainAt: earliest(isUnwatched ? addSeconds(now, unwatchedSeconds) : undefined, counted?.lookAgainAt),
    observed: {
      rollout,
      ...(workload !== undefined && { workload: workload.observed }),
      replicaSets: replicaSetsOf(rollout, selector, caches),
      pods,
      services: Object.fromEntries(serviceRefs.map((each) => [each.name, caches.get<Service>(each)])),
      analysisRuns: [...caches.of<AnalysisRun>(resources.analysisRuns).cache.byIndex(ownerIndex, uid)],
      ...experiments,
      ...(options.providers !== undefined && { supported: supportedBy(routers, options.providers) }),
      templates: templates.found,
      ...(counted?.split !== undefined && { split: counted.split }),
      ...(registration !== undefined && { registration }),
      routers: observeRouters(rollout, routers, caches, options.heard),
    },
    references: [
      ...serviceRefs,
      ...templates.references,
      ...routerObjects(rollout, routers, caches),
      ...routerSearches(rollout, routers),
      ...workloadRefs(rollout),
      ...experiments.experimentReplicaSets.map(({ metadata }) =>
        refIn(rollout, resources.replicaSets, metadata.name),
      ),
      ...experiments.experimentServices.map((name) => refIn(rollout, resources.services, name)),
    ],
  };
}

/** The Experiments, and what they have made: their status may be a moment behind. */
function experimentsOf(
  rollout: Rollout,
  caches: Caches,
): Pick<Observed, 'experiments' | 'experimentReplicaSets' | 'experimentServices'> {
  const { uid = '' } = rollout.metadata;
  const experiments = [...caches.of<Experiment>(resources.experiments).cache.byIndex(ownerIndex, uid)];
  const madeBy = <T extends KubeObject>(type: ResourceType) => {
    const { cache } = caches.of<T>(type);
    return experiments.flatMap(({ metadata }) => cache.byIndex(ownerIndex, metadata.uid ?? ''));
  };
  return {
    experiments,
    experimentReplicaSets: madeBy<ReplicaSet>(resources.replicaSets),
    experimentServices: hasExperimentSteps(rollout)
      ? madeBy(resources.services).map(({ metadata }) => metadata.name)
      : [],
  };
}

function hasExperimentSteps({ spec }: Rollout): boolean {
  return (spec.strategy?.canary?.steps ?? []).some(({ experiment }) => experiment !== undefined);
}

/** The registries never change: what they make possible is said once. */
const supportedBy = (routers: RouterRegistry, providers: ProviderRegistry): Supported =>
  supportedByRouters(routers)(providers);

const supportedByRouters = onceForEach((routers: RouterRegistry) =>
  onceForEach((providers: ProviderRegistry) => supportedOf(routers, providers)),
);

function supportedOf(routers: RouterRegistry, providers: ProviderRegistry): Supported {
  return {
    routers: Object.keys(routers),
    providers: Object.keys(providers) as ProviderKind[],
    steps: stepKinds,
  };
}

/** Every Service that the spec names, each once. */
export function serviceNamesOf({ spec }: Rollout): string[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const names = [
    canary?.stableService,
    canary?.canaryService,
    canary?.pingPong?.pingService,
    canary?.pingPong?.pongService,
    canary?.trafficRouting?.alb?.rootService,
    canary?.trafficRouting?.smi?.rootService,
    blueGreen?.activeService,
    blueGreen?.previewService,
  ];
  return [...new Set(names.filter((name) => name !== undefined && name !== ''))] as string[];
}

function typesLookedAt(rollout: Rollout, routers: RouterRegistry, known: ObjectSource): Set<ResourceType> {
  const types = new Set<ResourceType>([resources.replicaSets, resources.analysisRuns, resources.experiments]);
  for (const type of templateTypes(rollout)) types.add(type);
  if (serviceNamesOf(rollout).length > 0 || hasExperimentSteps(rollout)) types.add(resources.services);
  const looked = [...routerObjects(rollout, routers, known), ...routerSearches(rollout, routers)];
  for (const { type } of [...looked, ...workloadRefs(rollout)]) types.add(type);
  return types;
}

function workloadRefs(rollout: Rollout): ObjectRef[] {
  const workload = workloadOf(rollout);
  return workload === undefined || !workload.isFollowed ? [] : [workload.ref];
}

function replicaSetsOf(
  rollout: Rollout,
  selector: LabelSelector | undefined,
  caches: Caches,
): readonly ReplicaSet[] {
  const { cache } = caches.of<ReplicaSet>(resources.replicaSets);
  const owned = cache.byIndex(ownerIndex, rollout.metadata.uid ?? '');
  const orphans = cache
    .byIndex(orphanIndex, rollout.metadata.namespace ?? '')
    .filter((each) => each.metadata.deletionTimestamp === undefined)
    .filter((each) => matchesSelector(selector, each.metadata.labels));
  return [...owned, ...orphans].sort(oldestFirst);
}

/** The server's stamps have whole seconds; within one the revision's number tells, then the name. */
function oldestFirst(one: ReplicaSet, other: ReplicaSet): number {
  const created = (each: ReplicaSet) => each.metadata.creationTimestamp ?? '';
  const revision = (each: ReplicaSet) => Number(each.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
  if (created(one) !== created(other)) return created(one) < created(other) ? -1 : 1;
  return revision(one) - revision(other) || (one.metadata.name < other.metadata.name ? -1 : 1);
}

interface PodQuery extends ObserveOptions {
  readonly now: Instant;
  readonly selector: LabelSelector | undefined;
}

async function podsOf(
  rollout: Rollout,
  { caches, now, selector, signal }: PodQuery,
): Promise<readonly Pod[]> {
  const { namespace, uid = '' } = rollout.metadata;
  const replicaSets = caches.of<ReplicaSet>(resources.replicaSets).cache.byIndex(ownerIndex, uid);
  if (!needsPods(rollout, replicaSets, now)) return [];
  const owners = new Set(replicaSets.map(({ metadata }) => metadata.uid));
  const { items } = await caches.cluster.list(resources.pods, {
    ...(namespace !== undefined && { namespace }),
    ...(selector !== undefined && { labelSelector: selectorText(selector) }),
    signal,
  });
  return items.filter((pod) => owners.has(controllerOf(pod)?.uid)) as Pod[];
}

function refIn(rollout: Rollout, type: ResourceType, name: string): ObjectRef {
  return { type, namespace: rollout.metadata.namespace, name };
}
