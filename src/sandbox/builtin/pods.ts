import type { KubeObject } from '../../api/meta.ts';
import { quantityAmount } from '../../api/quantity.ts';
import { isObject, jsonEqual, type MutableJson, objectAt } from '../json.ts';
import { labelName } from '../metadata.ts';
import type { Strategy } from '../resource.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notSupported,
  required,
} from '../status.ts';

/** Defaults of `core/v1` PodSpec, as a stored pod shows them. Changes `spec` in place. */
export function defaultPodSpec(spec: MutableJson): void {
  spec.restartPolicy ??= 'Always';
  spec.terminationGracePeriodSeconds ??= 30;
  spec.dnsPolicy ??= 'ClusterFirst';
  spec.securityContext ??= {};
  spec.schedulerName ??= 'default-scheduler';
  if (spec.serviceAccountName !== undefined) spec.serviceAccount ??= spec.serviceAccountName;
  if (spec.serviceAccount !== undefined) spec.serviceAccountName ??= spec.serviceAccount;
  for (const container of containersOf(spec)) defaultContainer(container);
  for (const volume of objectsIn(spec.volumes)) defaultVolume(volume);
}

function containersOf(spec: MutableJson): readonly MutableJson[] {
  return [
    ...objectsIn(spec.initContainers),
    ...objectsIn(spec.containers),
    ...objectsIn(spec.ephemeralContainers),
  ];
}

export function objectsIn(list: unknown): readonly MutableJson[] {
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function defaultContainer(container: MutableJson): void {
  container.terminationMessagePath ??= '/dev/termination-log';
  container.terminationMessagePolicy ??= 'File';
  container.resources ??= {};
  container.imagePullPolicy ??= pullPolicy(container.image);
  for (const port of objectsIn(container.ports)) port.protocol ??= 'TCP';
  for (const variable of objectsIn(container.env)) {
    const source = isObject(variable.valueFrom) ? variable.valueFrom.fieldRef : undefined;
    if (isObject(source)) source.apiVersion ??= 'v1';
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name];
    if (isObject(probe)) defaultProbe(probe);
  }
}

/** `Always` for `:latest` and for images without a tag, so that a moving tag is fetched again. */
function pullPolicy(image: unknown): string {
  const name =
    String(image ?? '')
      .split('@')[0]
      ?.split('/')
      .at(-1) ?? '';
  const tag = name.split(':')[1];
  if (String(image ?? '').includes('@')) return 'IfNotPresent';
  return tag === undefined || tag === 'latest' ? 'Always' : 'IfNotPresent';
}

function defaultProbe(probe: MutableJson): void {
  probe.timeoutSeconds ??= 1;
  probe.periodSeconds ??= 10;
  probe.successThreshold ??= 1;
  probe.failureThreshold ??= 3;
  if (isObject(probe.httpGet)) {
    probe.httpGet.path ??= '/';
    probe.httpGet.scheme ??= 'HTTP';
  }
}

const modeSources = ['configMap', 'secret', 'downwardAPI', 'projected'];

function defaultVolume(volume: MutableJson): void {
  for (const name of modeSources) {
    const source = volume[name];
    if (isObject(source)) source.defaultMode ??= 420;
  }
  if (Object.keys(volume).length === 1) volume.emptyDir = {};
}

function validateEnvironment(variables: unknown, path: string): readonly FieldError[] {
  return objectsIn(variables).flatMap(({ name }, index) => {
    const field = `${path}[${index}].name`;
    if (name === undefined || name === '') return [required(field)];
    if (/^[\x20-\x3c\x3e-\x7e]+$/.test(String(name))) return [];
    const text =
      "a valid environment variable name must consist only of printable ASCII characters other than '='";
    return [invalidValue(field, name, text)];
  });
}

/** Nobody may ask for more than they are limited to. */
function validateRequests(resources: unknown, path: string): readonly FieldError[] {
  const { requests = {}, limits = {} } = (isObject(resources) ? resources : {}) as Record<
    string,
    MutableJson
  >;
  return Object.entries(requests).flatMap(([name, amount]) => {
    const limit = limits[name];
    const [asked, allowed] = [amount, limit].map((text) => quantityAmount(text as string | number) ?? 0);
    if (limit === undefined || (asked as number) <= (allowed as number)) return [];
    const text = `must be less than or equal to ${name} limit of ${limit}`;
    return [invalidValue(`${path}.resources.requests`, String(amount), text)];
  });
}

const restartPolicies = ['Always', 'OnFailure', 'Never'];

/** What is wrong with a pod's spec, in a pod or in a template. */
export function validatePodSpec(
  spec: unknown,
  path: string,
  allowed = restartPolicies,
): readonly FieldError[] {
  if (!isObject(spec)) return [required(`${path}.containers`)];
  const errors: FieldError[] = [];
  if (objectsIn(spec.containers).length === 0) errors.push(required(`${path}.containers`));
  if (!allowed.includes(String(spec.restartPolicy))) {
    errors.push(notSupported(`${path}.restartPolicy`, spec.restartPolicy, allowed));
  }
  const names = new Set<string>();
  for (const list of ['initContainers', 'containers'] as const) {
    for (const [index, container] of objectsIn(spec[list]).entries()) {
      errors.push(...validateContainer(container, `${path}.${list}[${index}]`, { spec, names }));
    }
  }
  const volumes = new Set<string>();
  for (const [index, volume] of objectsIn(spec.volumes).entries()) {
    errors.push(...validateName(volume.name, `${path}.volumes[${index}].name`, volumes));
  }
  return errors;
}

function validateContainer(
  container: MutableJson,
  path: string,
  { spec, names }: { spec: MutableJson; names: Set<string> },
): readonly FieldError[] {
  const errors: FieldError[] = [...validateName(container.name, `${path}.name`, names)];
  if (container.image === undefined || container.image === '') errors.push(required(`${path}.image`));
  for (const [index, port] of objectsIn(container.ports).entries()) {
    const number = port.containerPort;
    if (number === undefined || number === 0) errors.push(required(`${path}.ports[${index}].containerPort`));
    else if (!isPort(number)) {
      errors.push(
        invalidValue(
          `${path}.ports[${index}].containerPort`,
          number,
          'must be between 1 and 65535, inclusive',
        ),
      );
    }
  }
  errors.push(
    ...validateEnvironment(container.env, `${path}.env`),
    ...validateRequests(container.resources, path),
  );
  const volumeNames = objectsIn(spec.volumes).map(({ name }) => name);
  for (const [index, mount] of objectsIn(container.volumeMounts).entries()) {
    if (!volumeNames.includes(mount.name)) {
      errors.push({
        reason: 'FieldValueNotFound',
        field: `${path}.volumeMounts[${index}].name`,
        text: `Not found: ${JSON.stringify(mount.name)}`,
      });
    }
    if (mount.mountPath === undefined) errors.push(required(`${path}.volumeMounts[${index}].mountPath`));
  }
  return errors;
}

export function isPort(value: unknown): boolean {
  return typeof value === 'number' && value >= 1 && value <= 65_535;
}

function validateName(name: unknown, field: string, seen: Set<string>): readonly FieldError[] {
  if (typeof name !== 'string' || name === '') return [required(field)];
  const problem = labelName(name);
  if (problem !== undefined) return [invalidValue(field, name, problem)];
  if (seen.has(name)) return [duplicate(field, name)];
  seen.add(name);
  return [];
}

/** Pods are created once; afterwards only these may change (and `nodeName`, once, by whoever schedules). */
function changeableSpec(spec: unknown, boundTo: unknown): unknown {
  if (!isObject(spec)) return spec;
  const {
    activeDeadlineSeconds: _deadline,
    tolerations: _tolerations,
    terminationGracePeriodSeconds: _grace,
    ...rest
  } = spec;
  const withoutImage = (list: unknown) => objectsIn(list).map(({ image: _image, ...container }) => container);
  return {
    ...rest,
    containers: withoutImage(spec.containers),
    initContainers: withoutImage(spec.initContainers),
    ephemeralContainers: undefined,
    schedulingGates: undefined,
    nodeName: boundTo === undefined || boundTo === '' ? undefined : spec.nodeName,
  };
}

const immutable =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

export const pod: Strategy = {
  defaults(object, previous) {
    const spec = objectAt(object, 'spec');
    defaultPodSpec(spec);
    spec.enableServiceLinks ??= true;
    defaultResources(spec);
    if (previous === undefined) object.status = { phase: 'Pending', qosClass: qosClass(spec) };
  },
  statusDefaults: defaultAddresses,
  admission(object) {
    const spec = object.spec as MutableJson;
    spec.preemptionPolicy ??= 'PreemptLowerPriority';
    spec.priority ??= 0;
    spec.tolerations ??= ['not-ready', 'unreachable'].map((name) => ({
      key: `node.kubernetes.io/${name}`,
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 300,
    }));
  },
  validate(object, previous) {
    const errors = [...validatePodSpec(object.spec, 'spec')];
    if (previous === undefined) return errors;
    const boundTo = (previous.spec as MutableJson | undefined)?.nodeName;
    if (!jsonEqual(changeableSpec(object.spec, boundTo), changeableSpec(previous.spec, boundTo))) {
      errors.push(forbiddenField('spec', immutable));
    }
    return errors;
  },
};

/** One address is a list of one, too. */
function defaultAddresses(status: MutableJson): void {
  if (status.podIP !== undefined) status.podIPs ??= [{ ip: status.podIP }];
  if (status.hostIP !== undefined) status.hostIPs ??= [{ ip: status.hostIP }];
}

/** A limit without a request is the request, too. */
function defaultResources(spec: MutableJson): void {
  for (const { resources } of containersOf(spec)) {
    if (!isObject(resources) || !isObject(resources.limits)) continue;
    resources.requests = { ...resources.limits, ...(isObject(resources.requests) ? resources.requests : {}) };
  }
}

function qosClass(spec: MutableJson): string {
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
};

/** Defaults inside a pod template, in place. */
export function defaultTemplate(template: unknown): void {
  if (!isObject(template)) return;
  if (isObject(template.spec)) defaultPodSpec(template.spec);
}
