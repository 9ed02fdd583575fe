import type { KubeObject } from '../../api/meta.ts';
import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, invalidValue, required } from '../status.ts';
import { validateAutoscaler } from './autoscaler-checks.ts';
import { defaultTemplate, objectsIn } from './pods/defaults.ts';
import { validatePodSpec } from './pods/spec.ts';
import { templateWarnings } from './pods/warnings.ts';

export const namespace: Strategy = {
  defaults(object, previous) {
    const { metadata } = object;
    metadata.labels = { ...metadata.labels, 'kubernetes.io/metadata.name': metadata.name };
    if (previous !== undefined) return;
    object.spec = { finalizers: ['kubernetes'] };
    object.status = { phase: 'Active' };
  },
};

/** Label and selector by which a Job finds the pods it made. */
const controllerUid = 'batch.kubernetes.io/controller-uid';

/** The largest 32-bit number: the limit of each index counts instead. */
const noLimit = 2_147_483_647;

export const job: Strategy = {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.parallelism ??= 1;
    if (spec.parallelism === 1) spec.completions ??= 1;
    spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : noLimit;
    spec.completionMode ??= 'NonIndexed';
    spec.suspend ??= false;
    spec.podReplacementPolicy ??= spec.podFailurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed';
    const rules = isObject(spec.podFailurePolicy) ? objectsIn(spec.podFailurePolicy.rules) : [];
    for (const condition of rules.flatMap((rule) => objectsIn(rule.onPodConditions)))
      condition.status ??= 'True';
    spec.manualSelector ??= false;
    defaultTemplate(spec.template);
    objectAt(object, 'status');
  },
  warnings: templateWarnings,
  admission(object) {
    const spec = object.spec as MutableJson;
    if (spec.manualSelector !== true) generateSelector(object, spec);
  },
  validate(object, previous) {
    const spec = object.spec as MutableJson;
    const template = isObject(spec.template) ? spec.template : {};
    const errors = [
      ...validatePodSpec(template.spec, 'spec.template.spec'),
      ...validateRestartPolicy(template.spec),
    ];
    const before = previous?.spec as MutableJson | undefined;
    if (before === undefined) return errors;
    for (const name of ['selector', 'template', 'completionMode'] as const) {
      if (!jsonEqual(before[name], spec[name]))
        errors.push(invalidValue(`spec.${name}`, spec[name], 'field is immutable'));
    }
    return errors;
  },
};

function validateRestartPolicy(spec: unknown): readonly FieldError[] {
  if (!isObject(spec) || spec.restartPolicy !== 'Always') return [];
  return [required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"')];
}

function generateSelector({ metadata }: KubeObject, spec: MutableJson): void {
  const uid = metadata.uid as string;
  const template = objectAt(spec, 'template');
  const templateMetadata = objectAt(template, 'metadata');
  const labels = {
    [controllerUid]: uid,
    'batch.kubernetes.io/job-name': metadata.name,
    'controller-uid': uid,
    'job-name': metadata.name,
  };
  templateMetadata.labels = { ...(templateMetadata.labels as MutableJson | undefined), ...labels };
  metadata.labels = { ...metadata.labels, ...labels };
  spec.selector = { matchLabels: { [controllerUid]: uid } };
}

/** How fast a scaler may be that says something of its speed, but not this. */
function defaultBehavior(behavior: MutableJson): void {
  const doubled = { type: 'Percent', value: 100, periodSeconds: 15 };
  const up = objectAt(behavior, 'scaleUp');
  up.stabilizationWindowSeconds ??= 0;
  up.selectPolicy ??= 'Max';
  up.policies ??= [{ type: 'Pods', value: 4, periodSeconds: 15 }, doubled];
  const down = objectAt(behavior, 'scaleDown');
  down.selectPolicy ??= 'Max';
  down.policies ??= [doubled];
}

/** What an autoscaler goes by that names nothing. */
export const defaultMetric = (): MutableJson => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } },
});

export const horizontalPodAutoscaler: Strategy = {
  defaults(object) {
    const spec = objectAt(object, 'spec');
    spec.minReplicas ??= 1;
    if (objectsIn(spec.metrics).length === 0) spec.metrics = [defaultMetric()];
    if (isObject(spec.behavior)) defaultBehavior(spec.behavior);
    (object as { status?: unknown }).status ??= { desiredReplicas: 0, currentMetrics: null };
  },
  statusDefaults(status) {
    status.desiredReplicas ??= 0;
    status.currentMetrics ??= null;
  },
  validate: (object) => validateAutoscaler(object.spec as MutableJson),
};

const noBudget = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };

export const podDisruptionBudget: Strategy = {
  defaults(object, previous) {
    objectAt(object, 'spec');
    if (previous !== undefined) return;
    object.status = { ...noBudget };
  },
  statusDefaults(status) {
    for (const [name, value] of Object.entries(noBudget)) status[name] ??= value;
  },
  validate(object) {
    const spec = (isObject(object.spec) ? object.spec : {}) as MutableJson;
    if (spec.minAvailable === undefined || spec.maxUnavailable === undefined) return [];
    const { minAvailable, maxUnavailable, selector = null } = spec;
    const value = {
      MinAvailable: minAvailable,
      Selector: selector,
      MaxUnavailable: maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    };
    return [invalidValue('spec', value, 'minAvailable and maxUnavailable cannot be both set')];
  },
};

export const endpointSlice: Strategy = {
  defaults(object) {
    for (const port of objectsIn((object as unknown as MutableJson).ports)) {
      port.name ??= '';
      port.protocol ??= 'TCP';
    }
  },
};

/** Members that stand in every event, set or not. */
function completeEvent(object: KubeObject): void {
  const members = object as unknown as MutableJson;
  members.eventTime ??= null;
  members.reportingComponent ??= '';
  members.reportingInstance ??= '';
}

export const event: Strategy = {
  admission: completeEvent,
  defaults(object, previous) {
    if (previous !== undefined) completeEvent(object);
  },
  validate(object) {
    const { involvedObject } = object as unknown as MutableJson;
    const home = isObject(involvedObject) ? (involvedObject.namespace ?? '') : '';
    const { namespace } = object.metadata;
    const fits = home === '' ? namespace === 'default' || namespace === 'kube-system' : home === namespace;
    if (fits) return [];
    return [invalidValue('involvedObject.namespace', home, 'does not match event.namespace')];
  },
};
