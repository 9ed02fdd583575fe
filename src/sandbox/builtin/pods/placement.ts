import { isObject, type MutableJson } from '../../json.ts';
import { labelValueProblem, qualifiedNameProblems } from '../../metadata.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../status.ts';
import { objectsIn } from './defaults.ts';

/** What is wrong with the wishes of a pod for the node that it runs on. */
export function validatePlacement(spec: MutableJson, path: string): readonly FieldError[] {
  return [
    ...validateAffinity(spec.affinity, `${path}.affinity`),
    ...validateSpread(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
    ...validateTolerations(spec.tolerations, `${path}.tolerations`),
  ];
}

const [demanded, preferred] = [
  'requiredDuringSchedulingIgnoredDuringExecution',
  'preferredDuringSchedulingIgnoredDuringExecution',
] as const;

function validateAffinity(affinity: unknown, path: string): readonly FieldError[] {
  if (!isObject(affinity)) return [];
  return [
    ...(isObject(affinity.nodeAffinity)
      ? validateNodeAffinity(affinity.nodeAffinity, `${path}.nodeAffinity`)
      : []),
    ...['podAffinity', 'podAntiAffinity'].flatMap((name) => {
      const wish = affinity[name];
      return isObject(wish) ? validatePodAffinity(wish, `${path}.${name}`) : [];
    }),
  ];
}

function validateNodeAffinity(wish: MutableJson, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (isObject(wish[demanded])) {
    const field = `${path}.${demanded}.nodeSelectorTerms`;
    const terms = objectsIn(wish[demanded].nodeSelectorTerms);
    if (terms.length === 0) errors.push(required(field, 'must have at least one node selector term'));
    for (const [index, term] of terms.entries()) errors.push(...validateTerm(term, `${field}[${index}]`));
  }
  for (const [index, { weight, preference }] of objectsIn(wish[preferred]).entries()) {
    const field = `${path}.${preferred}[${index}]`;
    errors.push(...validateWeight(weight, `${field}.weight`));
    if (isObject(preference)) errors.push(...validateTerm(preference, `${field}.preference`));
  }
  return errors;
}

const validateWeight = (weight: unknown, field: string): readonly FieldError[] =>
  Number(weight) >= 1 && Number(weight) <= 100
    ? []
    : [invalidValue(field, weight ?? 0, 'must be in the range 1-100')];

const validateTerm = ({ matchExpressions }: MutableJson, path: string): readonly FieldError[] =>
  objectsIn(matchExpressions).flatMap((expression, index) =>
    validateExpression(expression, `${path}.matchExpressions[${index}]`),
  );

function validateExpression({ key, operator, values }: MutableJson, path: string): readonly FieldError[] {
  const count = Array.isArray(values) ? values.length : 0;
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    const text = "must be specified when `operator` is 'In' or 'NotIn'";
    if (count === 0) errors.push(required(`${path}.values`, text));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (count > 0) errors.push(forbiddenField(`${path}.values`, text));
  } else if (operator === 'Gt' || operator === 'Lt') {
    const text = "must be specified single value when `operator` is 'Lt' or 'Gt'";
    if (count !== 1) errors.push(required(`${path}.values`, text));
  } else errors.push(invalidValue(`${path}.operator`, operator ?? '', 'not a valid selector operator'));
  return [...errors, ...validateKey(key, `${path}.key`)];
}

function validateKey(key: unknown, field: string): readonly FieldError[] {
  const problems = qualifiedNameProblems(String(key ?? ''));
  return problems.map((problem) => invalidValue(field, key ?? '', problem));
}

function validatePodAffinity(wish: MutableJson, path: string): readonly FieldError[] {
  return [
    ...objectsIn(wish[demanded]).flatMap((term, index) =>
      validateTopologyKey(term.topologyKey, `${path}.${demanded}[${index}]`),
    ),
    ...objectsIn(wish[preferred]).flatMap(({ weight, podAffinityTerm }, index) => {
      const field = `${path}.${preferred}[${index}]`;
      const { topologyKey } = isObject(podAffinityTerm) ? podAffinityTerm : ({} as MutableJson);
      return [
        ...validateWeight(weight, `${field}.weight`),
        ...validateTopologyKey(topologyKey, `${field}.podAffinityTerm`),
      ];
    }),
  ];
}

function validateTopologyKey(key: unknown, path: string): readonly FieldError[] {
  const field = `${path}.topologyKey`;
  const errors = validateKey(key, field);
  return (key ?? '') === '' ? [required(field, 'can not be empty'), ...errors] : errors;
}

const whenUnsatisfiable = ['DoNotSchedule', 'ScheduleAnyway'];

function validateSpread(constraints: unknown, path: string): readonly FieldError[] {
  return objectsIn(constraints).flatMap((constraint, index) => {
    const field = `${path}[${index}]`;
    const errors: FieldError[] = [];
    const skew = constraint.maxSkew ?? 0;
    if (Number(skew) <= 0) errors.push(invalidValue(`${field}.maxSkew`, skew, 'must be greater than zero'));
    if ((constraint.topologyKey ?? '') === '')
      errors.push(required(`${field}.topologyKey`, 'can not be empty'));
    if (!whenUnsatisfiable.includes(String(constraint.whenUnsatisfiable)))
      errors.push(
        notSupported(`${field}.whenUnsatisfiable`, constraint.whenUnsatisfiable ?? '', whenUnsatisfiable),
      );
    return errors;
  });
}

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function validateTolerations(tolerations: unknown, path: string): readonly FieldError[] {
  return objectsIn(tolerations).flatMap((toleration, index) =>
    validateToleration(toleration, `${path}[${index}]`),
  );
}

function validateToleration(toleration: MutableJson, path: string): readonly FieldError[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration;
  const errors: FieldError[] = key === '' ? [] : [...validateKey(key, `${path}.key`)];
  if (key === '' && operator !== 'Exists') {
    const text = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
    errors.push(invalidValue(`${path}.operator`, operator, text));
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    const text = "effect must be 'NoExecute' when `tolerationSeconds` is set";
    errors.push(invalidValue(`${path}.effect`, effect, text));
  }
  if (operator === '' || operator === 'Equal') {
    const problem = labelValueProblem(String(value));
    if (problem !== undefined) errors.push(invalidValue(`${path}.operator`, value, problem));
  } else if (operator !== 'Exists')
    errors.push(notSupported(`${path}.operator`, operator, ['Equal', 'Exists']));
  else if (value !== '')
    errors.push(invalidValue(`${path}.operator`, value, "value must be empty when `operator` is 'Exists'"));
  if (effect !== '' && !effects.includes(String(effect)))
    errors.push(notSupported(`${path}.effect`, effect, effects));
  return errors;
}
