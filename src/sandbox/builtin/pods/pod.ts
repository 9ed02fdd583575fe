import type { KubeObject } from '../../../api/meta.ts';
import { isObject, jsonEqual, type MutableJson, objectAt, valueAt } from '../../json.ts';
import type { Strategy } from '../../resource.ts';
import { forbiddenField } from '../../status.ts';
import { containersOf, defaultPodSpec, defaultTemplate, objectsIn } from './defaults.ts';
import { validatePodSpec } from './spec.ts';
import { podWarnings } from './warnings.ts';

/** Pods are created once; afterwards only these may change (and `nodeName`, once, by whoever schedules). */
function changeableSpec(spec: unknown, boundTo: unknown): unknown {
  if (!isObject(spec)) return spec;
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, ...rest } = spec;
  const withoutImage = (list: unknown) => objectsIn(list).map(({ image: _image, ...container }) => container);
  return {
    ...rest,
    containers: withoutImage(spec.containers),
    initContainers: withoutImage(spec.initContainers),
    schedulingGates: undefined,
    nodeName: boundTo === undefined || boundTo === '' ? undefined : spec.nodeName,
  };
}

const immutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** A grace that was negative may become the 1 that it means. */
function withinGrace(before: unknown, after: unknown): unknown {
  if (!isObject(before) || !isObject(after) || Number(before.terminationGracePeriodSeconds) >= 0)
    return before;
  return after.terminationGracePeriodSeconds === 1 ? { ...before, terminationGracePeriodSeconds: 1 } : before;
}

const containerLists = ['containers', 'initContainers'] as const;

const countOf = (spec: unknown, name: string): number => objectsIn(isObject(spec) ? spec[name] : []).length;

export const pod: Strategy = {
  defaults(object, previous) {
    const spec = objectAt(object, 'spec');
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
    defaultResources(spec);
    if (previous !== undefined) tolerateLostNodes(spec);
    if (previous === undefined) object.status = { phase: 'Pending', qosClass: qosClass(spec) };
  },
  statusDefaults: completeStatus,
  admission(object) {
    const spec = object.spec as MutableJson;
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
    spec.priority ??= 0;
    tolerateLostNodes(spec);
  },
  warnings: (object, previous) => (previous === undefined ? podWarnings(object.spec, 'spec') : []),
  validate(object, previous) {
    const errors = [...validatePodSpec(object.spec, 'spec')];
    const { ephemeralContainers } = (object.spec ?? {}) as MutableJson;
    if (previous === undefined)
      return ephemeralContainers === undefined
        ? errors
        : [...errors, forbiddenField('spec.ephemeralContainers', 'cannot be set on create')];
    const moved = containerLists.filter(
      (name) => countOf(object.spec, name) !== countOf(previous.spec, name),
    );
    if (moved.length > 0)
      return [
        ...errors,
        ...moved.map((name) =>
          forbiddenField(`spec.${name}`, 'pod updates may not add or remove containers'),
        ),
      ];
    const boundTo = (previous.spec as MutableJson | undefined)?.nodeName;
    const before = withinGrace(previous.spec, object.spec);
    if (!jsonEqual(changeableSpec(object.spec, boundTo), changeableSpec(before, boundTo))) {
      errors.push(forbiddenField('spec', immutable));
    }
    return errors;
  },
};

/** A node that is not ready or not reachable keeps its pods for five minutes, unless they say otherwise. */
function tolerateLostNodes(spec: MutableJson): void {
  const own = objectsIn(spec.tolerations);
  const missing = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable'].filter(
    (taint) =>
      !own.some(
        ({ key = '', effect = '' }) =>
          (key === taint || key === '') && (effect === '' || effect === 'NoExecute'),
      ),
  );
  if (missing.length === 0) return;
  const added = missing.map((key) => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  }));
  spec.tolerations = [...own, ...added];
}

/** One address is a list of one, too; the class of a pod stays. */
function completeStatus(status: MutableJson, previous: unknown): void {
  if (isObject(previous) && previous.qosClass !== undefined) status.qosClass ??= previous.qosClass;
  if (status.podIP !== undefined) status.podIPs ??= [{ ip: status.podIP }];
  if (status.hostIP !== undefined) status.hostIPs ??= [{ ip: status.hostIP }];
}

/** A limit without a request is the request, too. */
export function defaultResources(spec: MutableJson): void {
  for (const { resources } of containersOf(spec)) {
    if (!isObject(resources) || !isObject(resources.limits)) continue;
    const requests = isObject(resources.requests) ? resources.requests : {};
    // What is stored already has them, and must not be written to.
    if (Object.keys(resources.limits).every((name) => name in requests)) continue;
    resources.requests = { ...resources.limits, ...requests };
  }
}

export function qosClass(spec: MutableJson): string {
  const resources = [...objectsIn(spec.initContainers), ...objectsIn(spec.containers)].map(
    (container) => container.resources as MutableJson,
  );
  const compute = ['cpu', 'memory'];
  const named = resources.some(({ requests, limits }) =>
    compute.some(
      (name) =>
        (requests as MutableJson | undefined)?.[name] !== undefined ||
        (limits as MutableJson | undefined)?.[name] !== undefined,
    ),
  );
  if (!named) return 'BestEffort';
  const guaranteed = resources.every(({ requests, limits }) =>
    compute.every((name) => {
      const limit = (limits as MutableJson | undefined)?.[name];
      return limit !== undefined && limit === (requests as MutableJson | undefined)?.[name];
    }),
  );
  return guaranteed ? 'Guaranteed' : 'Burstable';
}

export const podTemplate: Strategy = {
  defaults(object) {
    defaultTemplate((object as KubeObject & { template?: unknown }).template);
  },
  warnings: (object) => podWarnings(valueAt(object, ['template', 'spec']), 'template.spec'),
};
