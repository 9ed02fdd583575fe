/**
 * What a whole release tells, in the order of `reference/rollout.md` §16: reasons of the Rollout's events, without those of route
 * objects. Words are separated by spaces; the first deployment and the rest stand on lines of their own.
 */
const routedStart =
  'RolloutAddedToInformer RolloutUpdated NewReplicaSetCreated RolloutNotCompleted ScalingReplicaSet TrafficWeightUpdated RolloutCompleted SwitchService SwitchService';
const plainStart =
  'RolloutAddedToInformer RolloutUpdated NewReplicaSetCreated RolloutNotCompleted ScalingReplicaSet RolloutCompleted';
const blueGreenStart =
  'RolloutAddedToInformer RolloutUpdated NewReplicaSetCreated ScalingReplicaSet SwitchService RolloutCompleted SwitchService';
const update = 'RolloutUpdated NewReplicaSetCreated RolloutNotCompleted ScalingReplicaSet';
/** An update's first weight: the Service turns to the canary before the weight moves. */
const routedUpdate = `${update} TrafficWeightUpdated SwitchService TrafficWeightUpdated RolloutStepCompleted`;
/** All traffic to the canary, stable's Service turned, the weight back; later the old pods go. */
const routedEnd =
  'TrafficWeightUpdated SwitchService TrafficWeightUpdated RolloutCompleted ScalingReplicaSet';

export const expectedEvents: Readonly<Record<string, readonly string[]>> = {
  'a good release opens step by step and becomes stable': [
    routedStart,
    `${routedUpdate} RolloutPaused`,
    'RolloutStepCompleted RolloutResumed ScalingReplicaSet TrafficWeightUpdated RolloutStepCompleted RolloutPaused',
    `RolloutStepCompleted RolloutResumed ScalingReplicaSet ${routedEnd}`,
  ],
  'a release that raises the error rate goes back to stable and stays there': [
    routedStart,
    routedUpdate,
    'TrafficWeightUpdated SwitchService AnalysisRunFailed RolloutAborted ScalingReplicaSet',
  ],
  'a background analysis shuts the release at whatever step it is': [
    routedStart,
    `${update} TrafficWeightUpdated AnalysisRunRunning SwitchService TrafficWeightUpdated RolloutStepCompleted RolloutPaused`,
    'RolloutStepCompleted RolloutResumed ScalingReplicaSet TrafficWeightUpdated RolloutStepCompleted RolloutPaused',
    'TrafficWeightUpdated SwitchService AnalysisRunFailed RolloutAborted ScalingReplicaSet',
  ],
  'an analysis step that succeeds lets the release go on': [
    routedStart,
    routedUpdate,
    'AnalysisRunRunning AnalysisRunSuccessful RolloutStepCompleted',
    `ScalingReplicaSet TrafficWeightUpdated RolloutStepCompleted ScalingReplicaSet ${routedEnd}`,
  ],
  'a pause without an end waits for a person': [
    routedStart,
    `${routedUpdate} RolloutPaused`,
    `RolloutStepCompleted ScalingReplicaSet ${routedEnd}`, // a person's own resume is no news
  ],
  'an abort by hand shuts the gate, and a retry starts from the first step': [
    routedStart,
    `${routedUpdate} RolloutPaused`,
    'RolloutStepCompleted ScalingReplicaSet TrafficWeightUpdated RolloutStepCompleted RolloutPaused',
    'TrafficWeightUpdated SwitchService RolloutAborted',
    'SwitchService TrafficWeightUpdated RolloutStepCompleted RolloutPaused ScalingReplicaSet',
  ],
  'a full promotion skips the pauses': [
    routedStart,
    `${routedUpdate} RolloutPaused`,
    'RolloutResumed ScalingReplicaSet SwitchService TrafficWeightUpdated RolloutCompleted ScalingReplicaSet',
  ],
  'without a router the pods are the traffic': [
    plainStart,
    `${update} ScalingReplicaSet RolloutStepCompleted RolloutPaused`,
    'RolloutStepCompleted ScalingReplicaSet ScalingReplicaSet ScalingReplicaSet RolloutStepCompleted RolloutPaused',
    'RolloutStepCompleted ScalingReplicaSet ScalingReplicaSet ScalingReplicaSet RolloutCompleted',
  ],
  'a way back within rollbackWindow skips the steps': [
    routedStart,
    `${routedUpdate} RolloutPaused`,
    'RolloutStepCompleted RolloutResumed ScalingReplicaSet TrafficWeightUpdated RolloutStepCompleted RolloutPaused',
    `RolloutStepCompleted RolloutResumed ScalingReplicaSet ${routedEnd}`,
    // the ReplicaSet is there already, and the steps go before its pods come
    'RolloutUpdated RolloutNotCompleted SkipSteps TrafficWeightUpdated ScalingReplicaSet',
    `SwitchService ${routedEnd}`,
  ],
  'restartAt replaces every older pod, a few at a time, and no younger one': [plainStart],
  'the active Service switches once the new version is up': [
    blueGreenStart,
    `${update} SwitchService SwitchService RolloutCompleted ScalingReplicaSet`,
  ],
  'a good pre-promotion analysis opens the gate': [
    blueGreenStart,
    `${update} SwitchService AnalysisRunRunning`,
    'SwitchService AnalysisRunSuccessful RolloutCompleted ScalingReplicaSet',
  ],
  'a bad pre-promotion analysis leaves the active Service where it is': [
    blueGreenStart,
    `${update} SwitchService AnalysisRunFailed RolloutAborted ScalingReplicaSet`,
  ],
  'without automatic promotion a person opens the gate': [
    blueGreenStart,
    `${update} SwitchService RolloutPaused`,
    'SwitchService RolloutCompleted ScalingReplicaSet',
  ],
  'the deadline passes for the second broken version in a row, too': [
    routedStart,
    `${update} TrafficWeightUpdated`,
    'RolloutAborted RolloutAborted', // once as the bare timeout, once as the condition says it
    'RolloutUpdated NewReplicaSetCreated ScalingReplicaSet TrafficWeightUpdated ScalingReplicaSet',
    'RolloutAborted RolloutAborted ScalingReplicaSet',
  ],
};

/** One line per list, so that a difference is seen at a glance. */
export function toldBy(events: readonly string[]): string {
  return events.filter((reason) => !reason.includes('VirtualService')).join(' ');
}
