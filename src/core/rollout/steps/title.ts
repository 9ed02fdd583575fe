import type { CanaryStep } from '../../../api/v1alpha1/rollout.ts';

/** What `status.waiting` says during a pause step. */
export const pauseToEnd = 'the pause to end';

/** A step in the words of events and faces: `setWeight: 20`, `pause: 10s`. */
export function titleOf(step: CanaryStep | undefined): string {
  if (step === undefined) return 'invalid';
  if (step.setWeight !== undefined) return `setWeight: ${step.setWeight}`;
  if (step.pause !== undefined) return titleOfPause(step.pause.duration);
  if (step.experiment !== undefined) return 'experiment';
  if (step.analysis !== undefined) return 'analysis';
  if (step.setCanaryScale !== undefined) return titleOfScale(step.setCanaryScale);
  if (step.plugin !== undefined) return `plugin: ${step.plugin.name}`;
  if (step.setHeaderRoute !== undefined) return `setHeaderRoute: ${step.setHeaderRoute.name ?? ''}`;
  if (step.setMirrorRoute !== undefined) return `setMirrorRoute: ${step.setMirrorRoute.name}`;
  return 'invalid';
}

function titleOfPause(duration: string | number | undefined): string {
  if (duration === undefined) return 'pause';
  return `pause: ${/^\d+$/.test(String(duration)) ? `${duration}s` : duration}`;
}

function titleOfScale(scale: NonNullable<CanaryStep['setCanaryScale']>): string {
  if (scale.weight !== undefined) return `setCanaryScale{weight: ${scale.weight}}`;
  if (scale.matchTrafficWeight === true) return 'setCanaryScale{matchTrafficWeight: true}';
  return `setCanaryScale{replicas: ${scale.replicas ?? 0}}`;
}
