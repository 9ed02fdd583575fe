import type { RolloutSpec } from '../v1alpha1/rollout.ts';
import { type FieldError, internal, invalid, required } from './field-error.ts';

/** The fields beside template and strategy. */
export function validateTopLevel(spec: RolloutSpec): FieldError[] {
  return [
    ...notNegative('spec.replicas', spec.replicas),
    ...validateSelector(spec),
    ...(spec.workloadRef !== undefined && hasTemplate(spec)
      ? [internal('spec.template', 'template must be empty for workload reference rollout')]
      : []),
    ...(spec.workloadRef === undefined && spec.template === undefined
      ? [required('spec.template', "Rollout has missing field '.spec.template'")]
      : []),
    ...notNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...notNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...notNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
    ...validateDeadline(spec),
  ];
}

export function notNegative(path: string, value: number | undefined): FieldError[] {
  return value === undefined || value >= 0
    ? []
    : [invalid(path, value, 'must be greater than or equal to 0')];
}

function hasTemplate({ template }: RolloutSpec): boolean {
  return template !== undefined && JSON.stringify(template) !== '{}';
}

function validateSelector({ selector, workloadRef }: RolloutSpec): FieldError[] {
  if (selector === undefined) {
    return workloadRef === undefined
      ? [required('spec.selector', "Rollout has missing field '.spec.selector'")]
      : [];
  }
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    return [invalid('spec.selector', selector, 'empty selector is invalid for deployment')];
  }
  return matchExpressions.flatMap(({ operator, values = [] }, index) => {
    const path = `spec.selector.matchExpressions[${index}]`;
    switch (operator) {
      case 'In':
      case 'NotIn':
        return values.length > 0
          ? []
          : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
      case 'Exists':
      case 'DoesNotExist':
        return values.length === 0
          ? []
          : [
              {
                path: `${path}.values`,
                kind: 'Forbidden' as const,
                detail: "may not be specified when `operator` is 'Exists' or 'DoesNotExist'",
              },
            ];
      default:
        return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
    }
  });
}

const defaultDeadlineSeconds = 600;

function validateDeadline({ progressDeadlineSeconds, minReadySeconds = 0 }: RolloutSpec): FieldError[] {
  const deadline = progressDeadlineSeconds ?? defaultDeadlineSeconds;
  return deadline > minReadySeconds || deadline < 0
    ? []
    : [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')];
}
