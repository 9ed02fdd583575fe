import { isLabelValue, isQualifiedName } from '../names.ts';
import type { RolloutSpec } from '../v1alpha1/rollout.ts';
import { type FieldError, forbidden, internal, invalid, required } from './field-error.ts';

/** What comes before the pod template is looked at: size, selector, and where the template comes from. */
export function validateWorkload(spec: RolloutSpec): FieldError[] {
  return [
    ...notNegative('spec.replicas', spec.replicas),
    ...validateSelector(spec),
    ...(spec.workloadRef !== undefined && hasTemplate(spec)
      ? [
          internal(
            'spec.template',
            'template must be empty for workload reference rollout',
            'Remove `spec.template`, or `spec.workloadRef`.',
          ),
        ]
      : []),
    ...(spec.workloadRef === undefined && spec.template === undefined
      ? [required('spec.template', "Rollout has missing field '.spec.template'")]
      : []),
  ];
}

/** What comes after it: times and limits. */
export function validateTimes(spec: RolloutSpec): FieldError[] {
  return [
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
      ? [
          required(
            'spec.selector',
            "Rollout has missing field '.spec.selector'",
            'Set `spec.selector.matchLabels` to labels of the pod template.',
          ),
        ]
      : [];
  }
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length + matchExpressions.length === 0) {
    return [invalid('spec.selector', selector, 'empty selector is invalid for deployment')];
  }
  return [
    ...validateLabels(matchLabels, 'spec.selector.matchLabels'),
    ...matchExpressions.flatMap((expression, index) =>
      validateExpression(expression, `spec.selector.matchExpressions[${index}]`),
    ),
  ];
}

/** Are these labels that the API server takes? */
export function validateLabels(labels: Readonly<Record<string, string>>, path: string): FieldError[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...(isQualifiedName(key) ? [] : [invalid(path, key, keyRule)]),
    ...(isLabelValue(value) ? [] : [invalid(path, value, valueRule)]),
  ]);
}

const keyRule =
  "a label's name must consist of alphanumeric characters, '-', '_' or '.', start and end with an alphanumeric character, and have at most 63 characters; a prefix before '/' must be a DNS name";
const valueRule =
  "a label's value must be empty or consist of alphanumeric characters, '-', '_' or '.', start and end with an alphanumeric character, and have at most 63 characters";

function validateExpression(
  { key, operator, values = [] }: { key: string; operator: string; values?: string[] },
  path: string,
): FieldError[] {
  const keyProblem = isQualifiedName(key) ? [] : [invalid(`${path}.key`, key, keyRule)];
  switch (operator) {
    case 'In':
    case 'NotIn':
      return values.length > 0
        ? keyProblem
        : [required(`${path}.values`, "must be specified when `operator` is 'In' or 'NotIn'"), ...keyProblem];
    case 'Exists':
    case 'DoesNotExist':
      return values.length === 0
        ? keyProblem
        : [
            forbidden(`${path}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"),
            ...keyProblem,
          ];
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')];
  }
}

const defaultDeadlineSeconds = 600;

function validateDeadline({ progressDeadlineSeconds, minReadySeconds = 0 }: RolloutSpec): FieldError[] {
  const deadline = progressDeadlineSeconds ?? defaultDeadlineSeconds;
  return deadline > minReadySeconds || deadline < 0
    ? []
    : [invalid('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')];
}
