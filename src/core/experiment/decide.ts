import { isCompleted } from '../../api/v1alpha1/analysis.ts';
import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { experimentProblem } from '../../api/validation/experiment.ts';
import { invariant } from '../../kernel/errors.ts';
import { earliest, formatInstant, type Instant } from '../../kernel/instant.ts';
import { sameJson } from '../../kernel/same-json.ts';
import { isBad } from '../analysis/badness.ts';
import type { Plan, PlannedEvent } from '../plan.ts';
import { nextAnalysisStatuses, type StartedRuns } from './analyses.ts';
import { invalidConditions, nextConditions } from './conditions.ts';
import { isEnding } from './ending.ts';
import { transitions } from './events.ts';
import { handsFor } from './hands.ts';
import type { ObservedExperiment } from './observed.ts';
import { judgeExperiment } from './phase.ts';
import { finishesAt, type Seen } from './situation.ts';
import { nextTemplateStatus, templateDeadline } from './template-status.ts';

export interface ExperimentPlan extends Plan<ExperimentStatus> {
  /** Also to be recorded about the Rollout that owns the Experiment. */
  readonly ownerEvents: readonly PlannedEvent[];
}

/**
 * The next plan for one Experiment. Pure. The status moves on until nothing follows from it any more: a breach ends the
 * experiment, and begins to take it down, in the decision that learns of it. The peer takes a pass for each.
 */
export function decideExperiment(observed: ObservedExperiment, now: Instant): ExperimentPlan {
  const { experiment } = observed;
  if (experiment.metadata.deletionTimestamp !== undefined) return idle('the Experiment is being deleted');
  const seen: Seen = { observed, experiment, spec: experiment.spec, now };
  const problem = experimentProblem(experiment);
  if (problem !== undefined) {
    const conditions = invalidConditions(seen, problem);
    return { ...idle('the spec is invalid'), status: { ...experiment.status, conditions } };
  }
  const before = experiment.status ?? {};
  const started: StartedRuns = new Map();
  const moved = settle(seen, before, started);
  const hands = handsFor(seen, moved.status, started);
  const conditions = nextConditions(seen, before, moved.status);
  const status = { ...moved.status, ...(conditions.length > 0 && { conditions }) };
  const wakeAt = nextWake(seen, status, hands.wakeAt);
  const isBreach = isBad(status.phase) && status.phase !== before.phase;
  return {
    actions: hands.actions,
    status,
    events: [...hands.events, ...moved.events],
    ownerEvents: moved.ownerEvents,
    ...(wakeAt !== undefined && { wakeAt }),
    reason: reasonOf(status),
    ...(isBreach && { urgent: true }),
  };
}

function idle(reason: string): ExperimentPlan {
  return { actions: [], events: [], ownerEvents: [], reason };
}

/** More passes than any status needs to come to rest. */
const mostPasses = 10;

function settle(seen: Seen, before: ExperimentStatus, started: StartedRuns) {
  const events: PlannedEvent[] = [];
  const ownerEvents: PlannedEvent[] = [];
  let status = before;
  for (let pass = 0; ; pass += 1) {
    invariant(pass < mostPasses, 'An Experiment does not come to rest.', {
      experiment: seen.experiment.metadata.name,
    });
    const next = onePass(seen, status, started);
    if (sameJson(next, status)) return { status, events, ownerEvents };
    const said = transitions(status, next);
    events.push(...said.events);
    ownerEvents.push(...said.ofRuns);
    status = next;
  }
}

/** Templates, then analyses, then what they say together. */
function onePass(seen: Seen, status: ExperimentStatus, started: StartedRuns): ExperimentStatus {
  if (status.phase === undefined || (status.phase as string) === '') return { ...status, phase: 'Pending' };
  const { spec, now } = seen;
  const templateStatuses = spec.templates.map((template) => nextTemplateStatus(seen, status, template));
  const withTemplates = { ...status, templateStatuses };
  const analysisRuns = nextAnalysisStatuses(seen, withTemplates, started);
  const next: ExperimentStatus = { ...withTemplates, ...(analysisRuns.length > 0 && { analysisRuns }) };
  if (isCompleted(status.phase)) return next;
  const { phase, message } = judgeExperiment(seen, next);
  const { message: _, ...rest } = next;
  const isUp = phase === 'Running' && templateStatuses.every((each) => each.status === 'Running');
  return {
    ...rest,
    phase,
    ...(message !== '' && { message }),
    ...(isUp && status.availableAt === undefined && { availableAt: formatInstant(now) }),
  };
}

/** The end by the duration, the deadline of a template that is not up, the end of pods that wait for it. */
function nextWake(seen: Seen, status: ExperimentStatus, ends: readonly Instant[]): Instant | undefined {
  const alarms = isEnding(seen, status)
    ? []
    : [
        finishesAt(seen.spec, status),
        ...(status.templateStatuses ?? []).map((each) =>
          each.status === 'Progressing' ? templateDeadline(seen, each) : undefined,
        ),
      ];
  // what is due now is done now: a plan that wakes itself at once would be a loop
  return earliest(...[...alarms, ...ends].filter((at) => at !== undefined && at > seen.now));
}

function reasonOf({ phase, message = '' }: ExperimentStatus): string {
  return message === '' ? `${phase}` : `${phase}: ${message}`;
}
