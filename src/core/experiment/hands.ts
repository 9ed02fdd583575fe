import { scaleDownDeadlineAnnotation } from '../../api/labels.ts';
import { resources } from '../../api/resources.ts';
import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import type { ReplicaSet, Service } from '../../api/workloads.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../kernel/instant.ts';
import type { Action, PlannedEvent } from '../plan.ts';
import type { StartedRuns } from './analyses.ts';
import { desiredSize, isEnding } from './ending.ts';
import { runTerminating, scaled } from './events.ts';
import { newReplicaSet, newService, wantsService } from './objects.ts';
import {
  replicaSetName,
  replicaSetOf,
  type Seen,
  serviceNameOf,
  servicesOfTemplate,
  type TemplateSpec,
} from './situation.ts';
import { nameTaken } from './template-status.ts';

/** `scaleDownDelaySeconds` when the spec does not say. Source: the peer's defaults. */
const defaultScaleDownDelaySeconds = 30;

/** What there is to do, so that the world becomes as the status says. */
export interface Hands {
  readonly actions: readonly Action[];
  readonly events: readonly PlannedEvent[];
  /** When pods that wait for their end lose it. */
  readonly wakeAt: readonly Instant[];
}

/** Builds up before it tears down. What is torn down goes in the order of invariant I6: routes, Services, pods. */
export function handsFor(seen: Seen, status: ExperimentStatus, started: StartedRuns): Hands {
  const templates = seen.spec.templates.map((template) => handsForTemplate(seen, status, template));
  const runs = handsForRuns(seen, status, started);
  const all = [
    ...templates.filter(({ tearsDown }) => !tearsDown),
    runs,
    ...templates.filter(({ tearsDown }) => tearsDown),
  ];
  return {
    actions: all.flatMap(({ actions }) => actions),
    events: all.flatMap(({ events }) => events),
    wakeAt: templates.flatMap(({ wakeAt }) => wakeAt),
  };
}

type TemplateHands = Hands & { readonly tearsDown: boolean };
const nothing: TemplateHands = { actions: [], events: [], wakeAt: [], tearsDown: true };

function handsForTemplate(seen: Seen, status: ExperimentStatus, template: TemplateSpec): TemplateHands {
  const desired = desiredSize(seen, status, template);
  if (desired > 0) return buildUp(seen, template, desired);
  const isEndTold = desiredSize(seen, seen.experiment.status ?? {}, template) === 0;
  // with a Service, the Rollout whose step this is may be giving it its weight: it is to see the end before anything goes
  return isEndTold || servicesOfTemplate(seen, template).length === 0 ? tearDown(seen, template) : nothing;
}

function buildUp(seen: Seen, template: TemplateSpec, desired: number): TemplateHands {
  const { experiment } = seen;
  const found = replicaSetOf(seen, template);
  const taken = nameTaken(seen, template);
  if (found === undefined && taken?.kind === 'ReplicaSet') return nothing;
  const replicaSet = found ?? newReplicaSet(experiment, template, desired);
  const before = found === undefined ? 0 : (found.spec.replicas ?? 1);
  const services = servicesOfTemplate(seen, template);
  const wanted = wantsService(template) ? serviceNameOf(experiment, template) : undefined;
  const hasService = services.some(({ metadata }) => metadata.name === wanted);
  const superfluous = services.filter(({ metadata }) => metadata.name !== wanted);
  return {
    actions: [
      ...(found === undefined
        ? [{ do: 'createReplicaSet', replicaSet } as const]
        : resized(found, desired, isWaitingForItsEnd(found) ? null : undefined)),
      ...(wanted === undefined || hasService || taken !== undefined
        ? []
        : [createService(newService(experiment, template, replicaSet.metadata.labels ?? {}))]),
      ...(superfluous.some(({ metadata }) => seen.observed.served.has(metadata.name))
        ? []
        : superfluous.map(deleteService)),
    ],
    events: before === desired ? [] : [scaled(replicaSetName(experiment, template), before, desired)],
    wakeAt: [],
    tearsDown: false,
  };
}

/**
 * While a route still gives weight to the template's Service, everything stays. Then the pods stay for the delay, so that
 * proxies which have not heard of it find somebody; then the Service goes, and after it the pods.
 */
function tearDown(seen: Seen, template: TemplateSpec): TemplateHands {
  const { observed, spec, now } = seen;
  const services = servicesOfTemplate(seen, template);
  if (services.some(({ metadata }) => observed.served.has(metadata.name))) return nothing;
  const replicaSet = replicaSetOf(seen, template);
  const size = replicaSet === undefined ? 0 : (replicaSet.spec.replicas ?? 1);
  if (replicaSet === undefined || size === 0) return { ...nothing, actions: services.map(deleteService) };
  const delay = spec.scaleDownDelaySeconds ?? defaultScaleDownDelaySeconds;
  const stamp = replicaSet.metadata.annotations?.[scaleDownDeadlineAnnotation];
  if (stamp === undefined && delay > 0) {
    const deadline = addSeconds(now, delay);
    return {
      ...nothing,
      actions: resized(replicaSet, size, formatInstant(deadline)),
      wakeAt: [deadline],
    };
  }
  const deadline = delay > 0 ? parseInstant(stamp) : undefined; // one that cannot be read has passed
  if (deadline !== undefined && deadline > now) return { ...nothing, wakeAt: [deadline] };
  return {
    ...nothing,
    actions: [
      ...services.map(deleteService),
      ...resized(replicaSet, 0, stamp === undefined ? undefined : null),
    ],
    events: [scaled(replicaSet.metadata.name, size, 0)],
  };
}

function isWaitingForItsEnd({ metadata }: ReplicaSet): boolean {
  return metadata.annotations?.[scaleDownDeadlineAnnotation] !== undefined;
}

/** @param deadline to be written on it; null takes it away, undefined leaves it. */
function resized(
  { metadata, spec }: ReplicaSet,
  replicas: number,
  deadline: string | null | undefined,
): readonly Action[] {
  if ((spec.replicas ?? 1) === replicas && deadline === undefined) return [];
  return [
    {
      do: 'scaleReplicaSet',
      name: metadata.name,
      replicas,
      ...(deadline !== undefined && { annotations: { [scaleDownDeadlineAnnotation]: deadline } }),
      ...(metadata.resourceVersion !== undefined && { resourceVersion: metadata.resourceVersion }),
    },
  ];
}

function createService(object: Service): Action {
  const { namespace, name } = object.metadata;
  return { do: 'create', object, ref: { type: resources.services, namespace, name } };
}

function deleteService({ metadata: { namespace, name, uid } }: Service): Action {
  const ref = { type: resources.services, namespace, name };
  return { do: 'delete', ref, ...(uid !== undefined && { uid }) };
}

function handsForRuns(seen: Seen, status: ExperimentStatus, started: StartedRuns): Hands {
  if (!isEnding(seen, status)) {
    const actions = [...started.values()].map((run) => ({ do: 'createAnalysisRun', run }) as const);
    return { actions, events: [], wakeAt: [] };
  }
  const open = (status.analysisRuns ?? []).flatMap(({ name, analysisRun }) => {
    const run = seen.observed.analysisRuns.find(({ metadata }) => metadata.name === analysisRun);
    const goesOn = run !== undefined && run.spec.terminate !== true && !isCompleted(run.status?.phase);
    return goesOn ? [{ analysis: name, run: analysisRun }] : [];
  });
  return {
    actions: open.map(({ run }) => ({ do: 'terminateAnalysisRun', name: run }) as const),
    events: open.map(({ analysis, run }) => runTerminating(analysis, run)),
    wakeAt: [],
  };
}
