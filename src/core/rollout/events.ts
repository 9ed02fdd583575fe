import { revisionAnnotation } from '../../api/labels.ts';
import type { AnalysisPhase } from '../../api/v1alpha1/analysis.ts';
import type { CanaryStep, RolloutStatus } from '../../api/v1alpha1/rollout.ts';
import type { Action, PlannedEvent } from '../plan.ts';
import { titleOf } from './steps/title.ts';

/** Every event that a Rollout's decision records. Reasons and messages are API: dashboards and notifications match them. */

function normal(reason: string, message: string): PlannedEvent {
  return { type: 'Normal', reason, message };
}
function warning(reason: string, message: string): PlannedEvent {
  return { type: 'Warning', reason, message };
}

export const rolloutUpdated = (revision: number) =>
  normal('RolloutUpdated', `Rollout updated to revision ${revision}`);

export const replicaSetCreated = (name: string, revision: number) =>
  normal('NewReplicaSetCreated', `Created ReplicaSet ${name} (revision ${revision})`);

export const rolloutNotCompleted = (revision: number, hash: string) =>
  normal('RolloutNotCompleted', `Rollout not completed, started update to revision ${revision} (${hash})`);

export const rolloutCompleted = (revision: number, hash: string, why: string) =>
  normal('RolloutCompleted', `Rollout completed update to revision ${revision} (${hash}): ${why}`);

export const scaled = (name: string, revision: number, from: number, to: number) =>
  normal(
    'ScalingReplicaSet',
    `Scaled ${to > from ? 'up' : 'down'} ReplicaSet ${name} (revision ${revision}) from ${from} to ${to}`,
  );

export const stepsSkipped = (why: string) => normal('SkipSteps', why);

/** @param index of the completed step, from 0. */
export const stepCompleted = (index: number, steps: readonly CanaryStep[]) =>
  normal(
    'RolloutStepCompleted',
    `Rollout step ${index + 1}/${steps.length} completed (${titleOf(steps[index])})`,
  );

export const rolloutPaused = (reason: string) => normal('RolloutPaused', `Rollout is paused (${reason})`);
export const rolloutResumed = () => normal('RolloutResumed', 'Rollout is resumed');
export const rolloutAborted = (message: string) => warning('RolloutAborted', message);

export const serviceSwitched = (service: string, from: string, to: string) =>
  normal('SwitchService', `Switched selector for service '${service}' from '${from}' to '${to}'`);

type Weights = NonNullable<NonNullable<RolloutStatus['canary']>['weights']>;

/** Says what changed of the weights; nothing after `updated ` when it was only a hash or a name. */
export function trafficWeightUpdated(before: Weights | undefined, after: Weights): PlannedEvent {
  const reason = 'TrafficWeightUpdated';
  if (before === undefined) return normal(reason, `Traffic weight updated to ${after.canary.weight}`);
  const moved =
    before.canary.weight === after.canary.weight
      ? ''
      : `from ${before.canary.weight} to ${after.canary.weight}`;
  const list = (weights: Weights) => JSON.stringify(weights.additional ?? []);
  const additional = list(before) === list(after) ? '' : `, additional: ${list(after)}`;
  return normal(reason, `Traffic weight updated ${moved}${additional}`);
}

export function analysisRunChanged(
  purpose: string,
  name: string,
  phase: AnalysisPhase,
  previous: string,
): PlannedEvent {
  const say = phase === 'Failed' || phase === 'Error' ? warning : normal;
  return say(
    `AnalysisRun${phase}`,
    `${purpose} Analysis Run '${name}' Status New: '${phase}' Previous: '${previous}'`,
  );
}

export const experimentCreated = (name: string) =>
  normal('ExperimentCreated', `Created Experiment '${name}'`);

/**
 * Does the event tell of this action? Then it happened as soon as the action is carried out, whatever becomes of the rest of the plan:
 * the next plan finds the action done, and does not speak of it.
 */
export function tellsOf({ reason, message }: PlannedEvent, action: Action): boolean {
  switch (action.do) {
    case 'mergePatch': {
      const { annotations = {} } = (action.body['metadata'] ?? {}) as { annotations?: object };
      return reason === 'RolloutUpdated' && revisionAnnotation in annotations;
    }
    case 'createReplicaSet': {
      const isOfIt = message.includes(` ReplicaSet ${action.replicaSet.metadata.name} `);
      return isOfIt && (reason === 'NewReplicaSetCreated' || reason === 'ScalingReplicaSet');
    }
    case 'scaleReplicaSet':
      return reason === 'ScalingReplicaSet' && message.includes(` ReplicaSet ${action.name} `);
    case 'switchService':
      return reason === 'SwitchService' && message.includes(`'${action.name}'`);
    case 'createExperiment':
      return reason === 'ExperimentCreated' && message.includes(`'${action.experiment.metadata.name}'`);
    default:
      return false;
  }
}
