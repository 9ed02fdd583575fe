import type { ExperimentStatus } from '../../api/v1alpha1/experiment.ts';
import { isBad } from '../analysis/badness.ts';
import type { PlannedEvent } from '../plan.ts';
import { analysisStatusOf, templateStatusOf } from './situation.ts';

/** Reasons and messages are API: dashboards and notifications match them. */

export interface Transitions {
  readonly events: readonly PlannedEvent[];
  /** Those that the owning Rollout gets too: what its analyses say. */
  readonly ofRuns: readonly PlannedEvent[];
}

/** What has changed from one status to the next: templates, then analyses, then the whole. */
export function transitions(before: ExperimentStatus, after: ExperimentStatus): Transitions {
  const ofRuns = (after.analysisRuns ?? []).flatMap(({ name, phase, message }) => {
    const earlier = analysisStatusOf(before, name)?.phase ?? '';
    if (earlier === phase) return [];
    return [moved(`AnalysisRun${phase}`, `AnalysisRun '${name}'`, [earlier, phase, message], isBad(phase))];
  });
  return { events: [...templateEvents(before, after), ...ofRuns, ...phaseEvents(before, after)], ofRuns };
}

function templateEvents(before: ExperimentStatus, after: ExperimentStatus): PlannedEvent[] {
  return (after.templateStatuses ?? []).flatMap(({ name, status = '', message }) => {
    const earlier = templateStatusOf(before, name)?.status ?? '';
    if (earlier === status) return [];
    const isWarning = status === 'Failed' || status === 'Error';
    return [moved(`Template${status}`, `Template '${name}'`, [earlier, status, message], isWarning)];
  });
}

function phaseEvents(before: ExperimentStatus, after: ExperimentStatus): PlannedEvent[] {
  const [earlier, phase] = [before.phase ?? '', after.phase ?? ''];
  if (earlier === phase) return [];
  return [moved(`Experiment${phase}`, 'Experiment', [earlier, phase, undefined], isBad(after.phase))];
}

function moved(
  reason: string,
  subject: string,
  [from, to, message]: readonly [string, string, string | undefined],
  isWarning: boolean,
): PlannedEvent {
  const why = message === undefined || message === '' ? '' : `: ${message}`;
  return {
    type: isWarning ? 'Warning' : 'Normal',
    reason,
    message: `${subject} transitioned from ${from} -> ${to}${why}`,
  };
}

export function scaled(name: string, from: number, to: number): PlannedEvent {
  const message = `Scaled ${to > from ? 'up' : 'down'} ReplicaSet ${name} from ${from} to ${to}`;
  return { type: 'Normal', reason: 'ScalingReplicaSet', message };
}

export function runTerminating(analysis: string, run: string): PlannedEvent {
  return { type: 'Normal', reason: 'AnalysisRunTerminating', message: `Terminating ${analysis} (${run})` };
}
