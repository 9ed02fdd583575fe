import type { CanaryStrategy } from '../v1alpha1/rollout.ts';
import { type FieldError, invalid } from './field-error.ts';

export function validateAntiAffinity(affinity: CanaryStrategy['antiAffinity'], path: string): FieldError[] {
  if (affinity === undefined) return [];
  const {
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
    requiredDuringSchedulingIgnoredDuringExecution: required,
  } = affinity;
  if ((preferred === undefined) === (required === undefined)) {
    return [invalid(`${path}.antiAffinity`, affinity, 'AntiAffinity must have exactly one strategy listed')];
  }
  if (preferred !== undefined && (preferred.weight < 1 || preferred.weight > 100)) {
    return [
      invalid(
        `${path}.antiAffinity.preferredDuringSchedulingIgnoredDuringExecution.weight`,
        preferred.weight,
        'AntiAffinity weight must be between 1-100',
      ),
    ];
  }
  return [];
}
