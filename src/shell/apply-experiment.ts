import { experimentTemplateAnnotation } from '../api/labels.ts';
import { controllerOf, type KubeObject } from '../api/meta.ts';
import { type ObjectRef, resources } from '../api/resources.ts';
import type { Experiment, ExperimentStatus } from '../api/v1alpha1/experiment.ts';
import type { ExperimentPlan } from '../core/experiment/decide.ts';
import type { Refusal, Taken } from '../core/experiment/observed.ts';
import type { Action } from '../core/plan.ts';
import { ApiError } from '../ports/cluster.ts';
import { remove, scaleReplicaSet, terminate } from './apply-action.ts';
import { type WriteContext, writeOptionsOf } from './apply-context.ts';
import { isAlreadyThere } from './create-collision.ts';
import { mergeDifference } from './merge-difference.ts';
import { takenBy } from './observe-experiment.ts';

/** What an Experiment's plan has come to. */
export interface AppliedExperiment {
  /** Actions that changed something, as words. */
  readonly actions: readonly string[];
  /** What the API server has refused for good. With any of these the status was not written: it is to be decided anew. */
  readonly refusals: readonly Refusal[];
  /** Names that turned out to be somebody else's; the same holds. */
  readonly taken: readonly Taken[];
  readonly wroteStatus: boolean;
}

/** Actions in order, each idempotent; then the status, once and only what differs. */
export async function applyExperiment(
  experiment: Experiment,
  plan: ExperimentPlan,
  context: WriteContext,
): Promise<AppliedExperiment> {
  const actions: string[] = [];
  const refusals: Refusal[] = [];
  const taken: Taken[] = [];
  for (const action of plan.actions) {
    try {
      const done = await applyAction(action, experiment, context);
      if (done !== undefined) actions.push(done);
    } catch (error) {
      if (error instanceof NameTaken) taken.push(error.taken);
      else refusals.push(refusalOf(action, error));
    }
  }
  const wroteStatus =
    refusals.length + taken.length === 0 &&
    plan.status !== undefined &&
    (await writeExperimentStatus(experiment, plan.status, context));
  return { actions, refusals, taken, wroteStatus };
}

async function applyAction(
  action: Action,
  experiment: Experiment,
  context: WriteContext,
): Promise<string | undefined> {
  switch (action.do) {
    case 'createReplicaSet':
      return await create(action.replicaSet, experiment, context);
    case 'create':
      return await create(action.object, experiment, context);
    case 'createAnalysisRun':
      return await create(action.run, experiment, context);
    case 'scaleReplicaSet':
      return await scaleReplicaSet(action, context);
    case 'terminateAnalysisRun':
      return await terminate(resources.analysisRuns, action.name, context);
    case 'delete':
      return await remove(action.ref, action.uid, context);
    default:
      throw new TypeError(`an Experiment's plan has no ${action.do}`);
  }
}

/** The name of a ReplicaSet or Service of ours belongs to something that our caches do not know, or not yet. */
class NameTaken extends Error {
  readonly taken: Taken;

  constructor(taken: Taken) {
    super(`the name "${taken.name}" is taken`);
    this.taken = taken;
  }
}

/**
 * Something of that name is there already. Ours, then a crash came between our creating it and our seeing it: it is known
 * from here on, and the decision is made anew.
 */
async function create(
  object: KubeObject,
  experiment: Experiment,
  context: WriteContext,
): Promise<string | undefined> {
  const type = madeTypes.find(({ kind }) => kind === object.kind);
  if (type === undefined) throw new TypeError(`an Experiment makes no ${object.kind}`);
  const ref: ObjectRef = { type, namespace: object.metadata.namespace, name: object.metadata.name };
  try {
    await context.caches.cluster.create(object, type, writeOptionsOf(context));
    return `create ${type.kind} ${ref.name}`;
  } catch (error) {
    if (!isAlreadyThere(error)) throw error;
    const found = await context.caches.cluster.get(ref, context.signal);
    if (found === undefined) throw new ApiError(409, 'Conflict', `${type.kind} "${ref.name}" went away`);
    const template = object.metadata.annotations?.[experimentTemplateAnnotation] ?? '';
    const [taken] = type === resources.analysisRuns ? [] : takenBy(experiment, template, found, ref);
    if (taken !== undefined) throw new NameTaken(taken);
    if (controllerOf(found)?.uid !== experiment.metadata.uid) throw error;
    context.caches.of(type).cache.noteWrite(found);
    throw new ApiError(409, 'Conflict', `${type.kind} "${ref.name}" is there already`);
  }
}

const madeTypes = [resources.replicaSets, resources.services, resources.analysisRuns];

/** Fails with a conflict when somebody else wrote since the Experiment was observed. The kind has no status subresource. */
async function writeExperimentStatus(
  { metadata, status: before }: Experiment,
  status: ExperimentStatus,
  context: WriteContext,
): Promise<boolean> {
  const difference = mergeDifference(before, status);
  if (difference === undefined) return false;
  const { namespace, name, resourceVersion } = metadata;
  const ref: ObjectRef = { type: resources.experiments, namespace, name };
  const body = { metadata: { resourceVersion }, status: difference };
  await context.caches.cluster.patch(ref, { kind: 'merge', body }, writeOptionsOf(context));
  return true;
}

/** Answers that the same request will get again. Others (a conflict, too many requests, a server at fault) are tried anew. */
const finalAnswers: ReadonlySet<number> = new Set([400, 403, 422]);

/** Any other error goes on: the plan is forgotten, and decided anew. */
function refusalOf(action: Action, error: unknown): Refusal {
  const kind = kindRefused(action);
  const isFinal = error instanceof ApiError && (finalAnswers.has(error.status) || isAlreadyThere(error));
  if (kind === undefined || !isFinal) throw error;
  return { ...kind, message: error.message };
}

function kindRefused(action: Action): Omit<Refusal, 'message'> | undefined {
  switch (action.do) {
    case 'createReplicaSet':
      return { kind: 'ReplicaSet', name: action.replicaSet.metadata.name };
    case 'create':
      return { kind: 'Service', name: action.ref.name };
    case 'createAnalysisRun':
      return { kind: 'AnalysisRun', name: action.run.metadata.name };
    case 'scaleReplicaSet':
      return { kind: 'ReplicaSet scale', name: action.name };
    default:
      return undefined;
  }
}
