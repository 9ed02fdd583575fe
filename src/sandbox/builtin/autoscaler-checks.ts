import { quantityAmount } from '../../api/quantity.ts';
import { isObject, type MutableJson } from '../json.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../status.ts';
import { objectsIn } from './pods/defaults.ts';

/** What is wrong with what an autoscaler is asked for, in the words of the real server. */
export function validateAutoscaler(spec: MutableJson): readonly FieldError[] {
  const minimum = Number(spec.minReplicas ?? 1);
  const maximum = Number(spec.maxReplicas ?? 0);
  const { scaleTargetRef, behavior } = spec;
  return [
    ...(minimum === 0 ? validateZero(objectsIn(spec.metrics)) : []),
    ...(minimum < 1 ? [invalidValue('spec.minReplicas', minimum, 'must be greater than or equal to 1')] : []),
    ...(maximum < 1 ? [invalidValue('spec.maxReplicas', maximum, 'must be greater than 0')] : []),
    ...(maximum < minimum
      ? [invalidValue('spec.maxReplicas', maximum, 'must be greater than or equal to `minReplicas`')]
      : []),
    ...validateReference(isObject(scaleTargetRef) ? scaleTargetRef : {}, 'spec.scaleTargetRef'),
    ...objectsIn(spec.metrics).flatMap((metric, index) => validateMetric(metric, `spec.metrics[${index}]`)),
    ...(isObject(behavior) ? validateBehavior(behavior) : []),
  ];
}

/** Without pods there is nothing to measure in them. */
function validateZero(metrics: readonly MutableJson[]): readonly FieldError[] {
  if (metrics.some(({ type }) => type === 'Object' || type === 'External')) return [];
  const text = 'must specify at least one Object or External metric to support scaling to zero replicas';
  return [forbiddenField('spec.metrics', text)];
}

function validateReference(reference: MutableJson, path: string): readonly FieldError[] {
  const errors = validateNames(reference, path);
  if ((reference.apiVersion ?? '') !== '') return errors;
  return [...errors, invalidValue(`${path}.apiVersion`, '', 'apiVersion must specify API group')];
}

function validateNames(reference: MutableJson, path: string): readonly FieldError[] {
  return ['kind', 'name']
    .filter((member) => (reference[member] ?? '') === '')
    .map((member) => required(`${path}.${member}`));
}

type Check = (source: MutableJson, path: string) => readonly FieldError[];

/** Each kind of metric: its type, the member that describes it, and what has to stand there. */
const sources: readonly (readonly [string, string, Check])[] = [
  ['Object', 'object', validateObjectSource],
  ['External', 'external', validateNamed],
  ['Pods', 'pods', validateNamed],
  ['Resource', 'resource', validateResource],
  ['ContainerResource', 'containerResource', validateResource],
];
const types = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];

function validateMetric(metric: MutableJson, path: string): readonly FieldError[] {
  const { type } = metric;
  if (!types.includes(String(type))) {
    const unknown = notSupported(`${path}.type`, type ?? '', types);
    const missing = required(`${path}.type`, 'must specify a metric source type');
    return [...((type ?? '') === '' ? [missing] : []), unknown, unknown]; // as often as the real server says it
  }
  const present = sources.filter(([, member]) => metric[member] !== undefined);
  const [first] = present;
  const expected = sources.find(([name]) => name === type)?.[1] as string;
  const others = present.length === 1 ? [] : present.filter(([, member]) => member !== expected);
  return [
    ...(first === undefined ? [] : first[2](metric[first[1]] as MutableJson, `${path}.${first[1]}`)),
    ...(metric[expected] === undefined
      ? [required(`${path}.${expected}`, 'must populate information for the given metric source')]
      : []),
    ...others.map(([, member]) =>
      forbiddenField(`${path}.${member}`, 'must populate the given metric source only'),
    ),
  ];
}

function validateResource(source: MutableJson, path: string): readonly FieldError[] {
  const target = targetOf(source);
  const isContainer = path.endsWith('.containerResource');
  const missing = (name: string) => source[name] === undefined || source[name] === '';
  const both = target.averageUtilization !== undefined && target.averageValue !== undefined;
  const neither = target.averageUtilization === undefined && target.averageValue === undefined;
  return [
    ...(missing('name') ? [required(`${path}.name`, 'must specify a resource name')] : []),
    ...(isContainer && missing('container')
      ? [required(`${path}.container`, 'must specify a container')]
      : []),
    ...validateTarget(target, `${path}.target`),
    ...(neither
      ? [
          required(
            `${path}.target.averageUtilization`,
            'must set either a target raw value or a target utilization',
          ),
        ]
      : []),
    ...(both
      ? [
          forbiddenField(
            `${path}.target.averageValue`,
            'may not set both a target raw value and a target utilization',
          ),
        ]
      : []),
  ];
}

const targetOf = ({ target }: MutableJson): MutableJson => (isObject(target) ? target : {});

function validateNamed(source: MutableJson, path: string): readonly FieldError[] {
  const target = targetOf(source);
  const metric = isObject(source.metric) ? source.metric : {};
  const isPods = path.endsWith('.pods');
  const both = !isPods && target.value !== undefined && target.averageValue !== undefined;
  const neither = target.averageValue === undefined && (isPods || target.value === undefined);
  const missing = isPods
    ? required(`${path}.target.averageValue`, 'must specify a positive target averageValue')
    : required(
        `${path}.target.averageValue`,
        'must set either a target value for metric or a per-pod target',
      );
  return [
    ...((metric.name ?? '') === '' ? [required(`${path}.metric.name`, 'must specify a metric name')] : []),
    ...validateTarget(target, `${path}.target`),
    ...(neither ? [missing] : []),
    ...(both
      ? [
          forbiddenField(
            `${path}.target.value`,
            'may not set both a target value for metric and a per-pod target',
          ),
        ]
      : []),
  ];
}

function validateObjectSource(source: MutableJson, path: string): readonly FieldError[] {
  const { describedObject } = source;
  const target = targetOf(source);
  const metric = isObject(source.metric) ? source.metric : {};
  return [
    ...validateNames(isObject(describedObject) ? describedObject : {}, `${path}.describedObject`),
    ...((metric.name ?? '') === '' ? [required(`${path}.metric.name`, 'must specify a metric name')] : []),
    ...validateTarget(target, `${path}.target`),
    ...(target.value === undefined && target.averageValue === undefined
      ? [required(`${path}.target.averageValue`, 'must set either a target value or averageValue')]
      : []),
  ];
}

const targetTypes = ['Utilization', 'Value', 'AverageValue'];

function validateTarget(target: MutableJson, path: string): readonly FieldError[] {
  const { type, averageUtilization } = target;
  const errors: FieldError[] = [];
  if (type === undefined || type === '')
    errors.push(required(`${path}.type`, 'must specify a metric target type'));
  if (!targetTypes.includes(String(type ?? '')))
    errors.push(
      invalidValue(`${path}.type`, type ?? '', 'must be either Utilization, Value, or AverageValue'),
    );
  for (const name of ['value', 'averageValue']) {
    const amount = target[name] === undefined ? undefined : quantityAmount(String(target[name]));
    if (amount !== undefined && amount <= 0)
      errors.push(invalidValue(`${path}.${name}`, target[name], 'must be positive'));
  }
  if (averageUtilization !== undefined && Number(averageUtilization) < 1)
    errors.push(invalidValue(`${path}.averageUtilization`, averageUtilization, 'must be greater than 0'));
  return errors;
}

const longestWindowSeconds = 3600;
const longestPeriodSeconds = 1800;

function validateBehavior(behavior: MutableJson): readonly FieldError[] {
  return ['scaleUp', 'scaleDown'].flatMap((direction) => {
    const rules = behavior[direction];
    return isObject(rules) ? validateRules(rules, `spec.behavior.${direction}`) : [];
  });
}

function validateRules(rules: MutableJson, path: string): readonly FieldError[] {
  const { stabilizationWindowSeconds: window, selectPolicy, policies } = rules;
  const errors: FieldError[] = [];
  const windowField = `${path}.stabilizationWindowSeconds`;
  if (Number(window ?? 0) < 0)
    errors.push(invalidValue(windowField, window, 'must be greater than or equal to zero'));
  if (Number(window ?? 0) > longestWindowSeconds)
    errors.push(invalidValue(windowField, window, `must be less than or equal to ${longestWindowSeconds}`));
  const choices = ['Disabled', 'Max', 'Min'];
  if (selectPolicy !== undefined && !choices.includes(String(selectPolicy)))
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, choices));
  const list = objectsIn(policies);
  if (list.length === 0) errors.push(required(`${path}.policies`, 'must specify at least one Policy'));
  return [
    ...errors,
    ...list.flatMap((policy, index) => validatePolicy(policy, `${path}.policies[${index}]`)),
  ];
}

function validatePolicy(
  { type, value = 0, periodSeconds = 0 }: MutableJson,
  path: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (type !== 'Pods' && type !== 'Percent')
    errors.push(notSupported(`${path}.type`, type ?? '', ['Percent', 'Pods']));
  if (Number(value) <= 0) errors.push(invalidValue(`${path}.value`, value, 'must be greater than zero'));
  const field = `${path}.periodSeconds`;
  if (Number(periodSeconds) <= 0)
    errors.push(invalidValue(field, periodSeconds, 'must be greater than zero'));
  if (Number(periodSeconds) > longestPeriodSeconds)
    errors.push(invalidValue(field, periodSeconds, `must be less than or equal to ${longestPeriodSeconds}`));
  return errors;
}
