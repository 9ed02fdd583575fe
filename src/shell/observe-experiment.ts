import { experimentTemplateAnnotation } from '../api/labels.ts';
import { controllerOf, type KubeObject } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../api/workloads.ts';
import { wantsService } from '../core/experiment/objects.ts';
import type { ObservedExperiment, Refusal, Taken } from '../core/experiment/observed.ts';
import { replicaSetName, serviceNameOf, type TemplateSpec } from '../core/experiment/situation.ts';
import type { ObjectSource } from '../ports/object-source.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import type { Caches } from './caches.ts';
import { ownerIndex } from './object-cache.ts';
import { allReady, configuredRouters, routerObjects, routerSearches } from './observe-routers.ts';
import { followTemplates } from './observe-templates.ts';
import type { Looked } from './references.ts';

export interface ExperimentObservation {
  readonly observed: ObservedExperiment;
  /** Everything that was looked for by name, there or not: a change of one of these asks for a new decision. */
  readonly references: readonly Looked[];
}

export interface ObserveExperimentOptions {
  readonly caches: Caches;
  readonly routers: RouterRegistry;
  readonly signal: AbortSignal;
}

/** What only the API server could tell, when a plan was carried out a moment ago. */
export interface FoundWhileApplying {
  readonly refusals: readonly Refusal[];
  readonly taken: readonly Taken[];
}

const nothingFound: FoundWhileApplying = { refusals: [], taken: [] };

/** Everything that the decision about one Experiment may look at, at one instant. Undefined when it is gone. */
export async function observeExperiment(
  ref: ObjectRef,
  { caches, routers, signal }: ObserveExperimentOptions,
  found: FoundWhileApplying = nothingFound,
): Promise<ExperimentObservation | undefined> {
  const before = caches.get<Experiment>(ref);
  if (before === undefined) return undefined;
  await allReady((known) => typesLookedAt(before, rolloutOf(before, caches), routers, known), caches, signal);

  const experiment = caches.get<Experiment>(ref);
  if (experiment === undefined) return undefined;
  const { namespace, uid = '' } = experiment.metadata;
  const owned = <T extends KubeObject>(type: ResourceType) =>
    caches.of<T>(type).cache.byIndex(ownerIndex, uid);
  const rollout = rolloutOf(experiment, caches);
  const templates = followTemplates(experiment.spec.analyses ?? [], namespace, caches);
  const names = namesWanted(experiment);
  return {
    observed: {
      experiment,
      replicaSets: owned<ReplicaSet>(resources.replicaSets),
      services: needsServices(experiment) ? owned<Service>(resources.services) : [],
      analysisRuns: owned<AnalysisRun>(resources.analysisRuns),
      otherRuns: runsOfOthers(experiment, caches),
      templates: templates.found,
      taken: [
        ...names.flatMap(({ ref: wanted, template }) =>
          takenBy(experiment, template.name, caches.get(wanted), wanted),
        ),
        ...found.taken,
      ],
      served: servedServices(rollout, { caches, routers }),
      refusals: found.refusals,
    },
    references: [
      ...names.map(({ ref: wanted }) => wanted),
      ...templates.references,
      ...(rollout === undefined
        ? []
        : [
            refOf(resources.rollouts, rollout),
            ...routerObjects(rollout, routers, caches),
            ...routerSearches(rollout, routers),
          ]),
    ],
  };
}

/** The Rollout whose step this is. */
export function rolloutOf(experiment: Experiment, caches: Caches): Rollout | undefined {
  const owner = controllerOf(experiment);
  if (owner?.kind !== resources.rollouts.kind) return undefined;
  const { namespace } = experiment.metadata;
  const rollout = caches.get<Rollout>({ type: resources.rollouts, namespace, name: owner.name });
  return rollout?.metadata.uid === owner.uid ? rollout : undefined;
}

function typesLookedAt(
  experiment: Experiment,
  rollout: Rollout | undefined,
  routers: RouterRegistry,
  known: ObjectSource,
): Set<ResourceType> {
  const types = new Set<ResourceType>([resources.replicaSets, resources.analysisRuns, resources.rollouts]);
  if (needsServices(experiment)) types.add(resources.services);
  if ((experiment.spec.analyses ?? []).length > 0) {
    types.add(resources.analysisTemplates);
    types.add(resources.clusterAnalysisTemplates);
  }
  for (const { type } of rollout === undefined
    ? []
    : [...routerObjects(rollout, routers, known), ...routerSearches(rollout, routers)]) {
    types.add(type);
  }
  return types;
}

/** Also when the Service has just been taken out of the spec: status still knows it. */
function needsServices({ spec, status }: Experiment): boolean {
  return (
    (spec.templates ?? []).some(({ service }) => service !== undefined) ||
    (status?.templateStatuses ?? []).some(({ serviceName }) => serviceName !== undefined)
  );
}

interface NameWanted {
  readonly template: TemplateSpec;
  readonly ref: ObjectRef;
}

function namesWanted(experiment: Experiment): NameWanted[] {
  const { namespace } = experiment.metadata;
  return (experiment.spec.templates ?? []).flatMap((template) => [
    { template, ref: { type: resources.replicaSets, namespace, name: replicaSetName(experiment, template) } },
    ...(wantsService(template)
      ? [
          {
            template,
            ref: { type: resources.services, namespace, name: serviceNameOf(experiment, template) },
          },
        ]
      : []),
  ]);
}

/** The object has a name that one of ours needs, and is not it. */
export function takenBy(
  { metadata }: Experiment,
  template: string,
  found: KubeObject | undefined,
  { type, name }: ObjectRef,
): Taken[] {
  if (found === undefined) return [];
  const owner = controllerOf(found);
  const isOurs = owner?.uid === metadata.uid;
  if (isOurs && found.metadata.annotations?.[experimentTemplateAnnotation] === template) return [];
  const isLeftover = !isOurs && owner?.kind === resources.experiments.kind && owner.name === metadata.name;
  return [{ kind: type === resources.services ? 'Service' : 'ReplicaSet', name, isLeftover }];
}

function runsOfOthers(experiment: Experiment, caches: Caches): AnalysisRun[] {
  const { namespace, name, uid } = experiment.metadata;
  if ((experiment.spec.analyses ?? []).length === 0) return [];
  return caches
    .of<AnalysisRun>(resources.analysisRuns)
    .cache.list(namespace)
    .filter((run) => run.metadata.name.startsWith(`${name}-`) && controllerOf(run)?.uid !== uid);
}

/** By what status records, and by what the route objects say: a crash may have come between the two. */
function servedServices(
  rollout: Rollout | undefined,
  { caches, routers }: Omit<ObserveExperimentOptions, 'signal'>,
): ReadonlySet<string> {
  if (rollout === undefined) return new Set();
  const recorded = (rollout.status?.canary?.weights?.additional ?? []).map(
    ({ serviceName = '', weight }) => ({ service: serviceName, weight }),
  );
  const shown = configuredRouters(rollout, routers).flatMap((router) => {
    const objects = routerObjects(rollout, { [router.kind]: router }, caches).map((ref) => caches.get(ref));
    return router.readReceivers?.(rollout, objects) ?? [];
  });
  return new Set([...recorded, ...shown].flatMap(({ service, weight }) => (weight > 0 ? service : [])));
}

function refOf(type: ResourceType, { metadata }: KubeObject): ObjectRef {
  return { type, namespace: metadata.namespace, name: metadata.name };
}
