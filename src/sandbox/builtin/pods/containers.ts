import { quantityAmount } from '../../../api/quantity.ts';
import { isObject, type MutableJson } from '../../json.ts';
import { labelName, qualifiedNameProblem } from '../../metadata.ts';
import {
  duplicate,
  type FieldError,
  forbiddenField,
  invalidValue,
  notFoundField,
  notSupported,
  required,
} from '../../status.ts';
import { objectsIn } from './defaults.ts';
import { isPort, portNameProblem } from './ports.ts';
import { validateProbes } from './probes.ts';

/** What is wrong with the containers of a pod, and with those that run before them. */
export function validateContainers(spec: MutableJson, path: string): readonly FieldError[] {
  const containers = objectsIn(spec.containers);
  const volumes = new Set(objectsIn(spec.volumes).map(({ name }) => name));
  const names = new Set<unknown>();
  const errors: FieldError[] = containers.length === 0 ? [required(`${path}.containers`)] : [];
  for (const [index, container] of containers.entries()) {
    const field = `${path}.containers[${index}]`;
    errors.push(
      ...validateContainer(container, field, volumes),
      ...validateUnique(container.name, field, names),
      ...validateProbes(container, field),
    );
  }
  for (const [index, container] of objectsIn(spec.initContainers).entries()) {
    const field = `${path}.initContainers[${index}]`;
    errors.push(
      ...validateContainer(container, field, volumes),
      ...validateUnique(container.name, field, names),
      ...(container.restartPolicy === 'Always'
        ? validateProbes(container, field)
        : forbidProbes(container, field)),
    );
  }
  return errors;
}

function validateUnique(name: unknown, path: string, names: Set<unknown>): readonly FieldError[] {
  if (names.has(name)) return [duplicate(`${path}.name`, name)];
  if (name !== undefined) names.add(name);
  return [];
}

/** What ends before the others begin has nothing to be watched for. */
const forbidProbes = (container: MutableJson, path: string): readonly FieldError[] =>
  ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe']
    .filter((name) => container[name] !== undefined)
    .map((name) =>
      forbiddenField(`${path}.${name}`, 'may not be set for init containers without restartPolicy=Always'),
    );

const pullPolicies = ['Always', 'IfNotPresent', 'Never'];
const terminationPolicies = ['File', 'FallbackToLogsOnError'];

function validateContainer(
  container: MutableJson,
  path: string,
  volumes: ReadonlySet<unknown>,
): readonly FieldError[] {
  const { name, image, terminationMessagePolicy, imagePullPolicy } = container;
  const errors: FieldError[] = [];
  const problem = typeof name === 'string' && name !== '' ? labelName(name) : undefined;
  if (typeof name !== 'string' || name === '') errors.push(required(`${path}.name`));
  else if (problem !== undefined) errors.push(invalidValue(`${path}.name`, name, problem));
  if (image === undefined || image === '') errors.push(required(`${path}.image`));
  if (!terminationPolicies.includes(String(terminationMessagePolicy))) {
    const field = `${path}.terminationMessagePolicy`;
    errors.push(notSupported(field, terminationMessagePolicy, terminationPolicies));
  }
  errors.push(
    ...validatePorts(container.ports, `${path}.ports`),
    ...validateEnvironment(container.env, `${path}.env`),
    ...validateMounts(container.volumeMounts, `${path}.volumeMounts`, volumes),
  );
  if (!pullPolicies.includes(String(imagePullPolicy)))
    errors.push(notSupported(`${path}.imagePullPolicy`, imagePullPolicy, pullPolicies));
  return [...errors, ...validateResources(container.resources, `${path}.resources`)];
}

const protocols = ['SCTP', 'TCP', 'UDP'];

function validatePorts(ports: unknown, path: string): readonly FieldError[] {
  const names = new Set<string>();
  return objectsIn(ports).flatMap((port, index) => {
    const { name, containerPort, hostPort, protocol } = port;
    const field = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (typeof name === 'string' && name !== '') {
      const problems = portNameProblem(name);
      errors.push(...problems.map((problem) => invalidValue(`${field}.name`, name, problem)));
      if (problems.length === 0 && names.has(name)) errors.push(duplicate(`${field}.name`, name));
      names.add(name);
    }
    if (containerPort === undefined || containerPort === 0) errors.push(required(`${field}.containerPort`));
    else errors.push(...validateNumber(containerPort, `${field}.containerPort`));
    if (hostPort !== undefined && hostPort !== 0)
      errors.push(...validateNumber(hostPort, `${field}.hostPort`));
    if (!protocols.includes(String(protocol)))
      errors.push(notSupported(`${field}.protocol`, protocol, protocols));
    return errors;
  });
}

const validateNumber = (port: unknown, field: string): readonly FieldError[] =>
  isPort(port) ? [] : [invalidValue(field, port, 'must be between 1 and 65535, inclusive')];

function validateEnvironment(variables: unknown, path: string): readonly FieldError[] {
  return objectsIn(variables).flatMap((variable, index) => {
    const { name } = variable;
    const field = `${path}[${index}]`;
    const errors = [...validateSource(variable, `${field}.valueFrom`)];
    if (name === undefined || name === '') return [required(`${field}.name`), ...errors];
    if (/^[\x20-\x3c\x3e-\x7e]+$/.test(String(name))) return errors;
    const text =
      "a valid environment variable name must consist only of printable ASCII characters other than '='";
    return [invalidValue(`${field}.name`, name, text), ...errors];
  });
}

/** Where the value of a variable may come from. */
const sources = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'];

/** What of its pod a container can be told (`metadata.labels` and annotations by key only). */
const podFields = new Set([
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
]);
const byKey = /^metadata\.(labels|annotations)\['.+'\]$/;

function validateSource({ value, valueFrom }: MutableJson, path: string): readonly FieldError[] {
  if (!isObject(valueFrom)) return [];
  const errors: FieldError[] = [];
  const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (isObject(fieldRef)) errors.push(...validateField(fieldRef.fieldPath, `${path}.fieldRef.fieldPath`));
  for (const [name, source] of Object.entries({ configMapKeyRef, secretKeyRef })) {
    if (isObject(source) && (source.key === undefined || source.key === ''))
      errors.push(required(`${path}.${name}.key`));
  }
  const given = sources.filter((name) => valueFrom[name] !== undefined).length;
  if (given === 0) {
    const names = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
    errors.push(invalidValue(path, '', names));
  } else if (value !== undefined && value !== '')
    errors.push(invalidValue(path, '', 'may not be specified when `value` is not empty'));
  else if (given > 1)
    errors.push(invalidValue(path, '', 'may not have more than one field specified at a time'));
  return errors;
}

function validateField(fieldPath: unknown, field: string): readonly FieldError[] {
  if (fieldPath === undefined || fieldPath === '') return [required(field)];
  const name = String(fieldPath);
  if (podFields.has(name) || byKey.test(name)) return [];
  const text = `error converting fieldPath: field label not supported: ${name}`;
  return [invalidValue(field, name, text)];
}

function validateMounts(mounts: unknown, path: string, volumes: ReadonlySet<unknown>): readonly FieldError[] {
  const taken = new Set<unknown>();
  return objectsIn(mounts).flatMap(({ name, mountPath }, index) => {
    const field = `${path}[${index}]`;
    const errors: FieldError[] = [];
    if (name === undefined || name === '') errors.push(required(`${field}.name`));
    if (!volumes.has(name)) errors.push(notFoundField(`${field}.name`, name ?? ''));
    if (mountPath === undefined || mountPath === '') errors.push(required(`${field}.mountPath`));
    if (taken.has(mountPath))
      errors.push(invalidValue(`${field}.mountPath`, mountPath ?? '', 'must be unique'));
    taken.add(mountPath);
    return errors;
  });
}

const standardResources = new Set(['cpu', 'memory', 'ephemeral-storage']);
const isStandard = (name: string) => standardResources.has(name) || name.startsWith('hugepages-');

function validateResources(resources: unknown, path: string): readonly FieldError[] {
  const { requests = {}, limits = {} } = (isObject(resources) ? resources : {}) as Record<
    string,
    MutableJson
  >;
  const errors = Object.entries(limits).flatMap(([name, amount]) =>
    validateAmount(name, amount, `${path}.limits`),
  );
  for (const [name, amount] of Object.entries(requests)) {
    errors.push(
      ...validateAmount(name, amount, `${path}.requests`),
      ...validateRequest({ name, amount, limit: limits[name] }, path),
    );
  }
  return errors;
}

function validateAmount(name: string, amount: unknown, path: string): readonly FieldError[] {
  const field = `${path}[${name}]`;
  const problem = qualifiedNameProblem(name);
  const errors: FieldError[] = problem === undefined ? [] : [invalidValue(field, name, problem)];
  if (!name.includes('/') && !isStandard(name)) {
    if (problem === undefined)
      errors.push(invalidValue(field, name, 'must be a standard resource type or fully qualified'));
    errors.push(invalidValue(field, name, 'must be a standard resource for containers'));
  }
  if (amountOf(amount) < 0)
    errors.push(invalidValue(field, String(amount), 'must be greater than or equal to 0'));
  return errors;
}

/** Nobody may ask for more than they are limited to, nor for less of what cannot be shared. */
function validateRequest(
  { name, amount, limit }: { name: string; amount: unknown; limit: unknown },
  path: string,
): readonly FieldError[] {
  const isShared = !name.includes('/') && !name.startsWith('hugepages-');
  if (limit === undefined) {
    if (isShared) return [];
    return [required(`${path}.limits`, 'Limit must be set for non overcommitable resources')];
  }
  const [asked, allowed] = [amountOf(amount), amountOf(limit)];
  const rule = isShared ? 'less than or equal' : 'equal';
  if (isShared ? asked <= allowed : asked === allowed) return [];
  const text = `must be ${rule} to ${name} limit of ${limit}`;
  return [invalidValue(`${path}.requests`, String(amount), text)];
}

const amountOf = (text: unknown): number => quantityAmount(text as string | number) ?? 0;
