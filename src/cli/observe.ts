import { podTemplateHashLabel } from '../api/labels.ts';
import type { KubeObject } from '../api/meta.ts';
import { type ResourceType, resources } from '../api/resources.ts';
import type { AnalysisRun } from '../api/v1alpha1/analysis.ts';
import type { Experiment } from '../api/v1alpha1/experiment.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet } from '../api/workloads.ts';
import { silentLog } from '../kernel/log.ts';
import { type Cluster, isApiError } from '../ports/cluster.ts';
import type { Informer } from '../shell/informer.ts';
import type { ExperimentFacts } from '../view/experiment-view.ts';
import type { EventObject } from '../view/explain-rollout.ts';
import type { RolloutFacts } from '../view/rollout-view.ts';
import { type Bell, bell } from './bell.ts';
import { type Contact, watchContact } from './contact.ts';
import { getObject, getRollout } from './targets.ts';
import type { Session } from './verb.ts';

export type Snapshot = Omit<RolloutFacts, 'now'>;

/** Only what a rollout made carries the hash label; in a large namespace that is a small part. */
export const ofRollouts = { labelSelector: podTemplateHashLabel };

/** Reads everything that belongs to one Rollout, once. */
export async function readRollout(session: Session, name: string): Promise<Snapshot> {
  const { cluster, namespace } = await session.open();
  const list = (type: ResourceType, options: object = {}) =>
    listOrNone(cluster, type, { namespace, signal: session.signal, ...options });
  const [rollout, replicaSets, pods, analysisRuns, experiments] = await Promise.all([
    getRollout(session, name),
    list(resources.replicaSets, ofRollouts),
    list(resources.pods, ofRollouts),
    list(resources.analysisRuns),
    list(resources.experiments),
  ]);
  return {
    rollout,
    replicaSets: replicaSets as ReplicaSet[],
    pods: pods as Pod[],
    analysisRuns: analysisRuns as AnalysisRun[],
    experiments: experiments as Experiment[],
  };
}

/** Events about Rollouts of this name, whatever their uid; undefined when we may not read events. */
export async function readEvents(session: Session, name: string): Promise<EventObject[] | undefined> {
  const { cluster, namespace } = await session.open();
  const fieldSelector = `involvedObject.kind=Rollout,involvedObject.name=${name}`;
  try {
    const { items } = await cluster.list(resources.events, {
      namespace,
      fieldSelector,
      signal: session.signal,
    });
    return items as EventObject[];
  } catch (error) {
    if (isApiError(error, 403)) return undefined;
    throw error;
  }
}

async function listOrNone(cluster: Cluster, type: ResourceType, options: object): Promise<KubeObject[]> {
  try {
    return (await cluster.list(type, options)).items;
  } catch (error) {
    if (isApiError(error, 404)) return []; // the kind is not installed
    throw error;
  }
}

/** The Rollouts of a namespace, or of all, kept up to date. */
export interface RolloutsFollower extends Contact {
  readonly list: () => readonly Rollout[];
  readonly changes: Bell;
}

export async function followRollouts(
  session: Session,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<RolloutsFollower> {
  const { scope, changes, lost } = await scopeOf(session, namespace, signal);
  const rollouts = await follow<Rollout>(session, scope, resources.rollouts);
  return { list: () => rollouts.cache.list(), changes, lost };
}

/** One Rollout and all that belongs to it, kept up to date; `snapshot` is undefined when the Rollout is gone. */
export interface RolloutFollower extends Contact {
  readonly snapshot: () => Snapshot | undefined;
  readonly changes: Bell;
}

export async function followRollout(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<RolloutFollower> {
  const { namespace } = await session.open();
  const { scope, changes, lost } = await scopeOf(session, namespace, signal);
  const [rollouts, replicaSets, pods, analysisRuns, experiments] = await Promise.all([
    follow<Rollout>(session, scope, resources.rollouts),
    follow<ReplicaSet>(session, scope, resources.replicaSets, ofRollouts),
    follow<Pod>(session, scope, resources.pods, ofRollouts),
    follow<AnalysisRun>(session, scope, resources.analysisRuns),
    follow<Experiment>(session, scope, resources.experiments),
  ]);
  const snapshot = () => {
    const rollout = rollouts.cache.get(namespace, name);
    if (rollout === undefined) return undefined;
    return {
      rollout,
      replicaSets: replicaSets.cache.list(),
      pods: pods.cache.list(),
      analysisRuns: analysisRuns.cache.list(),
      experiments: experiments.cache.list(),
    };
  };
  return { snapshot, changes, lost };
}

export type ExperimentSnapshot = Omit<ExperimentFacts, 'now'>;

/** Reads everything that belongs to one Experiment, once. */
export async function readExperiment(session: Session, name: string): Promise<ExperimentSnapshot> {
  const { cluster, namespace } = await session.open();
  const list = (type: ResourceType, options: object = {}) =>
    listOrNone(cluster, type, { namespace, signal: session.signal, ...options });
  const [experiment, replicaSets, pods, analysisRuns] = await Promise.all([
    getObject<Experiment>(session, resources.experiments, name),
    list(resources.replicaSets, ofRollouts),
    list(resources.pods, ofRollouts),
    list(resources.analysisRuns),
  ]);
  return {
    experiment,
    replicaSets: replicaSets as ReplicaSet[],
    pods: pods as Pod[],
    analysisRuns: analysisRuns as AnalysisRun[],
  };
}

/** One Experiment and all that belongs to it, kept up to date; `snapshot` is undefined when it is gone. */
export interface ExperimentFollower extends Contact {
  readonly snapshot: () => ExperimentSnapshot | undefined;
  readonly changes: Bell;
}

export async function followExperiment(
  session: Session,
  name: string,
  signal: AbortSignal,
): Promise<ExperimentFollower> {
  const { namespace } = await session.open();
  const { scope, changes, lost } = await scopeOf(session, namespace, signal);
  const [experiments, replicaSets, pods, analysisRuns] = await Promise.all([
    follow<Experiment>(session, scope, resources.experiments),
    follow<ReplicaSet>(session, scope, resources.replicaSets, ofRollouts),
    follow<Pod>(session, scope, resources.pods, ofRollouts),
    follow<AnalysisRun>(session, scope, resources.analysisRuns),
  ]);
  const snapshot = () => {
    const experiment = experiments.cache.get(namespace, name);
    if (experiment === undefined) return undefined;
    return {
      experiment,
      replicaSets: replicaSets.cache.list(),
      pods: pods.cache.list(),
      analysisRuns: analysisRuns.cache.list(),
    };
  };
  return { snapshot, changes, lost };
}

export interface Scope {
  readonly cluster: Cluster;
  /** Undefined: all. */
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
  /** Rung at every change. */
  readonly changes: Pick<Bell, 'ring'>;
}

async function scopeOf(
  session: Session,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<{ readonly scope: Scope; readonly changes: Bell } & Contact> {
  const changes = bell(session.clock);
  const { cluster, lost } = watchContact((await session.open()).cluster, session.clock, changes.ring);
  return { scope: { cluster, namespace, signal, changes }, changes, lost };
}

/** Somebody looks on, and one terminal more is no load. */
const longestPauseSeconds = 4;

/** Fails when the first read fails: a person at a terminal wants to know, not to wait. */
export async function follow<T extends KubeObject>(
  session: Pick<Session, 'clock' | 'random'>,
  { changes, ...scope }: Scope,
  type: ResourceType,
  options: { readonly labelSelector?: string; readonly fieldSelector?: string } = {},
): Promise<Informer<T>> {
  const { informer } = await import('../shell/informer.ts');
  const { clock, random } = session;
  const following = informer<T>({
    ...scope,
    ...options,
    type,
    clock,
    random,
    longestPauseSeconds,
    log: silentLog,
  });
  following.onChange(() => changes.ring());
  await following.ready();
  return following;
}
