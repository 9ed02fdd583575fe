import { type LabelSelector, matchesSelector } from '../../api/meta.ts';
import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import { validateLabels } from '../metadata.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../status.ts';
import { defaultTemplate } from './pods/defaults.ts';
import { validatePodSpec } from './pods/spec.ts';
import { templateWarnings } from './pods/warnings.ts';

export const replicaSet: Strategy = {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
    (object as { status?: unknown }).status ??= { replicas: 0 };
  },
  warnings: templateWarnings,
  validate: (object, previous) => validateWorkload(object.spec as MutableJson, previous?.spec),
  validateStatus: (object) => validateCounts((object.status ?? {}) as MutableJson),
};

export const deployment: Strategy = {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.replicas ??= 1;
    spec.revisionHistoryLimit ??= 10;
    spec.progressDeadlineSeconds ??= 600;
    const strategy = objectAt(spec, 'strategy');
    strategy.type ??= 'RollingUpdate';
    if (strategy.type === 'RollingUpdate') {
      const rollingUpdate = objectAt(strategy, 'rollingUpdate');
      rollingUpdate.maxSurge ??= '25%';
      rollingUpdate.maxUnavailable ??= '25%';
    }
    defaultTemplate(spec.template);
    objectAt(object, 'status');
  },
  warnings: templateWarnings,
  validate(object, previous) {
    const spec = object.spec as MutableJson;
    return [
      ...validateWorkload(spec, previous?.spec),
      ...validateStrategy(spec.strategy as MutableJson),
      ...validateTimes(spec),
    ];
  },
};

/** A ReplicaSet has no more ready pods than pods. */
function validateCounts(status: MutableJson): readonly FieldError[] {
  const count = (name: string) => Number(status[name] ?? 0);
  const errors = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'].flatMap((name) =>
    count(name) > count('replicas')
      ? [invalidValue(`status.${name}`, count(name), 'cannot be greater than status.replicas')]
      : [],
  );
  if (count('availableReplicas') <= count('readyReplicas')) return errors;
  const text = 'cannot be greater than readyReplicas';
  return [...errors, invalidValue('status.availableReplicas', count('availableReplicas'), text)];
}

/** Selector and template belong together, and the selector stays what it was. */
function validateWorkload(spec: MutableJson, previous: unknown): readonly FieldError[] {
  const errors: FieldError[] = [];
  const replicas = spec.replicas as number;
  if (replicas < 0)
    errors.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  const template = isObject(spec.template) ? spec.template : {};
  const metadata = isObject(template.metadata) ? template.metadata : {};
  const labels = (isObject(metadata.labels) ? metadata.labels : {}) as Record<string, string>;
  errors.push(...validateSelector(spec.selector));
  errors.push(...validateLabels(metadata.labels, 'spec.template.labels'));
  const selector = isObject(spec.selector) ? (spec.selector as LabelSelector) : undefined;
  const isEmpty = errors.some(
    ({ field, reason }) => field === 'spec.selector' && reason === 'FieldValueInvalid',
  );
  if (!isEmpty && !matchesSelector(selector, labels)) {
    const text = '`selector` does not match template `labels`';
    errors.push(invalidValue('spec.template.metadata.labels', metadata.labels ?? null, text));
  }
  const { selector: before, template: known } = (isObject(previous) ? previous : {}) as MutableJson;
  if (known === undefined || known !== spec.template)
    errors.push(...validatePodSpec(template.spec, 'spec.template.spec', ['Always']));
  if (before !== undefined && !jsonEqual(before, spec.selector)) {
    errors.push(invalidValue('spec.selector', selectorInGo(spec.selector), 'field is immutable'));
  }
  return errors;
}

/** Its members in the order in which Go prints them. */
function selectorInGo(selector: unknown): unknown {
  if (!isObject(selector)) return selector;
  const { matchLabels, matchExpressions } = selector;
  return {
    ...(matchLabels === undefined ? {} : { matchLabels }),
    ...(matchExpressions === undefined ? {} : { matchExpressions }),
  };
}

function validateSelector(selector: unknown): readonly FieldError[] {
  if (!isObject(selector)) return [required('spec.selector')];
  const labels = isObject(selector.matchLabels) ? Object.keys(selector.matchLabels).length : 0;
  const expressions = Array.isArray(selector.matchExpressions) ? selector.matchExpressions.length : 0;
  if (labels + expressions > 0) return [];
  return [invalidValue('spec.selector', selector, 'empty selector is invalid for deployment')];
}

function validateStrategy(strategy: MutableJson): readonly FieldError[] {
  if (strategy.type !== 'Recreate' && strategy.type !== 'RollingUpdate') {
    const { maxUnavailable = 0, maxSurge = 0 } = isObject(strategy.rollingUpdate)
      ? strategy.rollingUpdate
      : {};
    const rollingUpdate = { MaxUnavailable: maxUnavailable, MaxSurge: maxSurge };
    const value = {
      Type: strategy.type,
      RollingUpdate: strategy.rollingUpdate === undefined ? null : rollingUpdate,
    };
    return [notSupported('spec.strategy', value, ['Recreate', 'RollingUpdate'])];
  }
  const { rollingUpdate } = strategy;
  if (strategy.type === 'RollingUpdate')
    return isObject(rollingUpdate) ? validateRollingUpdate(rollingUpdate, 'spec.strategy.rollingUpdate') : [];
  if (rollingUpdate === undefined) return [];
  const text = "may not be specified when strategy `type` is 'Recreate'";
  return [forbiddenField('spec.strategy.rollingUpdate', text)];
}

function validateRollingUpdate(
  { maxUnavailable, maxSurge }: MutableJson,
  path: string,
): readonly FieldError[] {
  const field = `${path}.maxUnavailable`;
  const errors = [...validateAmount(maxUnavailable, field), ...validateAmount(maxSurge, `${path}.maxSurge`)];
  if (amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0)
    errors.push(invalidValue(field, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  const isTooMuch = typeof maxUnavailable === 'string' && amountOf(maxUnavailable) > 100;
  return isTooMuch
    ? [...errors, invalidValue(field, maxUnavailable, 'must not be greater than 100%')]
    : errors;
}

/** A number of pods, or a share of them in percent. */
function validateAmount(amount: unknown, field: string): readonly FieldError[] {
  if (typeof amount === 'number')
    return amount < 0 ? [invalidValue(field, amount, 'must be greater than or equal to 0')] : [];
  if (/^[0-9]+%$/.test(String(amount))) return [];
  const text =
    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')";
  return [invalidValue(field, amount, text)];
}

/** What cannot be read counts as none, as on the real server. */
const amountOf = (amount: unknown): number => Number.parseInt(String(amount), 10) || 0;

const times = ['minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'];

function validateTimes(spec: MutableJson): readonly FieldError[] {
  const negative = times.filter((name) => Number(spec[name] ?? 0) < 0);
  const errors = negative.map((name) =>
    invalidValue(`spec.${name}`, spec[name], 'must be greater than or equal to 0'),
  );
  const deadline = spec.progressDeadlineSeconds;
  if (deadline === undefined || Number(deadline) > Number(spec.minReadySeconds ?? 0)) return errors;
  const text = 'must be greater than minReadySeconds';
  return [...errors, invalidValue('spec.progressDeadlineSeconds', deadline, text)];
}
