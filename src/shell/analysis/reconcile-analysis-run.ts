import type { KubeObject, ObjectKey } from '../../api/meta.ts';
import { type ObjectRef, resources } from '../../api/resources.ts';
import type { AnalysisRun, AnalysisRunStatus, Measurement, Metric } from '../../api/v1alpha1/analysis.ts';
import {
  assessAnalysisRun,
  decideAnalysisRun,
  failAnalysisRun,
  type MeasureTask,
  unresolvedArguments,
} from '../../core/analysis/decide-run.ts';
import type { TaskOutcome } from '../../core/analysis/record-measurement.ts';
import { resolveMetrics, type SecretValues } from '../../core/analysis/substitute.ts';
import type { Plan, PlannedEvent } from '../../core/plan.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Log } from '../../kernel/log.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { type Cluster, isApiError } from '../../ports/cluster.ts';
import type { ProviderRegistry } from '../../ports/metric-provider.ts';
import { mergeDifference } from '../merge-difference.ts';
import { forgetMeasurements, takeMeasurement } from './measure.ts';
import { readSecrets } from './read-secrets.ts';

export interface AnalysisRunDeps {
  getRun(key: ObjectKey): AnalysisRun | undefined;
  /** What the measurement waits for is known to have come about. */
  readonly isOver?: (measurement: Measurement) => boolean;
  readonly cluster: Cluster;
  readonly providers: ProviderRegistry;
  readonly clock: Clock;
  readonly log: Log;
  record(object: KubeObject, event: PlannedEvent): void;
}

/** Looks at one run, takes the measurements that are due and writes what came of them. Returns when to look again. */
export async function reconcileAnalysisRun(
  key: ObjectKey,
  deps: AnalysisRunDeps,
  signal?: AbortSignal,
): Promise<Instant | undefined> {
  const run = deps.getRun(key);
  if (run === undefined) return undefined;
  const decision = decideAnalysisRun(run, deps.clock.now(), deps.isOver);
  if (decision.kind === 'settled') return apply(run, decision.plan, deps);
  const secrets = await readSecrets(decision.secrets, run.metadata.namespace, deps.cluster, signal);
  if ('error' in secrets)
    return apply(run, failAnalysisRun(run, unresolvedArguments(secrets.error), deps.clock.now()), deps);
  const resolved = resolveMetrics(run.spec.metrics, run.spec.args, secrets.values);
  if ('error' in resolved)
    return apply(run, failAnalysisRun(run, unresolvedArguments(resolved.error), deps.clock.now()), deps);
  const outcomes = await measureAll(
    run,
    decision.tasks,
    { metrics: resolved.metrics, secrets: secrets.values },
    deps,
    signal,
  );
  return applyOutcomes(run, outcomes, deps);
}

interface Resolved {
  readonly metrics: readonly Metric[];
  readonly secrets: SecretValues;
}

/**
 * Takes all measurements at once. As soon as the answers so far fail the run, the others are given up: a bad release is
 * not kept on because another source is slow.
 */
async function measureAll(
  run: AnalysisRun,
  tasks: readonly MeasureTask[],
  { metrics, secrets }: Resolved,
  deps: AnalysisRunDeps,
  signal: AbortSignal | undefined,
): Promise<readonly TaskOutcome[]> {
  const enough = new AbortController();
  const both = signal === undefined ? enough.signal : AbortSignal.any([signal, enough.signal]);
  const outcomes = new Map<MeasureTask, TaskOutcome>();
  const inOrder = () => tasks.flatMap((task) => outcomes.get(task) ?? []);
  await Promise.all(
    tasks.map(async (task) => {
      const metric = metrics[task.index] as Metric;
      const outcome = await takeMeasurement({ run, task, metric, secrets }, deps, both);
      // what has begun in spite of it must be known, to be ended
      if (both.aborted && outcome.measurement.finishedAt !== undefined) return;
      outcomes.set(task, outcome);
      if (outcomes.size < tasks.length && isLost(run, inOrder(), deps)) enough.abort();
    }),
  );
  signal?.throwIfAborted();
  return inOrder();
}

/** Whatever the other answers will be, the release is to be aborted. */
function isLost(run: AnalysisRun, outcomes: readonly TaskOutcome[], { clock }: AnalysisRunDeps): boolean {
  const phase = assessAnalysisRun(run, outcomes, clock.now()).status?.phase;
  return phase === 'Failed' || phase === 'Error';
}

/**
 * Writes what came of the measurements. When the run was changed meanwhile but not measured (somebody told it to stop),
 * the same measurements count for the run as it is now; they are not taken again.
 */
async function applyOutcomes(
  run: AnalysisRun,
  outcomes: readonly TaskOutcome[],
  deps: AnalysisRunDeps,
): Promise<Instant | undefined> {
  try {
    return await applyAssessed(run, outcomes, deps);
  } catch (error) {
    if (!isApiError(error, 409)) throw error;
    const live = (await deps.cluster.get(refOf(run))) as AnalysisRun | undefined;
    if (live === undefined || live.metadata.uid !== run.metadata.uid) return undefined;
    if (!sameJson(live.status, run.status)) throw error;
    return applyAssessed(hasBegun(outcomes) ? notYetStopped(live) : live, outcomes, deps);
  }
}

/** Something that takes longer than one call goes on now, a Job for example. */
function hasBegun(outcomes: readonly TaskOutcome[]): boolean {
  return outcomes.some(
    ({ measurement, withdrawn }) => measurement.finishedAt === undefined && withdrawn !== true,
  );
}

/** The run as if nobody had told it to stop: what goes on is written down first, so that the next look can end it. */
function notYetStopped(run: AnalysisRun): AnalysisRun {
  const { terminate: _, ...spec } = run.spec;
  return { ...run, spec };
}

/** What is forgotten goes before it is: after a crash in between it is found again. */
async function applyAssessed(
  run: AnalysisRun,
  outcomes: readonly TaskOutcome[],
  deps: AnalysisRunDeps,
): Promise<Instant | undefined> {
  const plan = assessAnalysisRun(run, outcomes, deps.clock.now());
  for (const forgotten of plan.forgotten) await forgetMeasurements(run, forgotten, deps);
  return apply(run, plan, deps);
}

/** Actions first, then the status once, then the events. */
async function apply(
  run: AnalysisRun,
  plan: Plan<AnalysisRunStatus>,
  deps: AnalysisRunDeps,
): Promise<Instant | undefined> {
  for (const action of plan.actions) {
    if (action.do === 'delete') await deps.cluster.delete(action.ref, { uid: action.uid });
  }
  if (plan.status !== undefined) await writeStatus(run, plan, deps);
  for (const event of plan.events) deps.record(run, event);
  return plan.wakeAt;
}

async function writeStatus(
  run: AnalysisRun,
  plan: Plan<AnalysisRunStatus>,
  deps: AnalysisRunDeps,
): Promise<void> {
  const status = mergeDifference(run.status, plan.status);
  if (status === undefined) return;
  const { resourceVersion, namespace, name } = run.metadata;
  // the kind has no status subresource; the version makes sure that nobody wrote in between
  const body = { metadata: { resourceVersion }, status };
  await deps.cluster.patch(
    refOf(run),
    { kind: 'merge', body },
    { priority: plan.urgent === true ? 'urgent' : 'routine' },
  );
  deps.log.info(plan.reason, {
    namespace,
    analysisRun: name,
    phase: plan.status?.phase,
    message: plan.status?.message,
  });
}

function refOf({ metadata }: AnalysisRun): ObjectRef {
  return { type: resources.analysisRuns, namespace: metadata.namespace, name: metadata.name };
}
