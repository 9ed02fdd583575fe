import { type LabelSelector, matchesSelector } from '../../api/meta.ts';
import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import { validateLabels } from '../metadata.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../status.ts';
import { defaultTemplate, validatePodSpec } from './pods.ts';

export const replicaSet: Strategy = {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.replicas ??= 1;
    defaultTemplate(spec.template);
    (object as { status?: unknown }).status ??= { replicas: 0 };
  },
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
  validate(object, previous) {
    const spec = object.spec as MutableJson;
    return [...validateWorkload(spec, previous?.spec), ...validateStrategy(spec.strategy as MutableJson)];
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
  errors.push(...validatePodSpec(template.spec, 'spec.template.spec', ['Always']));
  const before = isObject(previous) ? previous.selector : undefined;
  if (before !== undefined && !jsonEqual(before, spec.selector)) {
    errors.push(invalidValue('spec.selector', spec.selector, 'field is immutable'));
  }
  return errors;
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
    const value = { Type: strategy.type, RollingUpdate: null };
    return [notSupported('spec.strategy', value, ['Recreate', 'RollingUpdate'])];
  }
  if (strategy.type !== 'Recreate' || strategy.rollingUpdate === undefined) return [];
  const text = "may not be specified when strategy `type` is 'Recreate'";
  return [forbiddenField('spec.strategy.rollingUpdate', text)];
}
