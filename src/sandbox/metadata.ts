import type { KubeObject } from '../api/meta.ts';
import { isObject, jsonEqual } from './json.ts';
import type { Resource } from './resource.ts';
import { type FieldError, forbiddenField, invalidValue, required } from './status.ts';

/** How the names of a kind may look. */
export type NameRule = (name: string) => string | undefined;

const subdomain = String.raw`[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const label1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';

export const subdomainName: NameRule = (name) =>
  matches(name, subdomain, 253)
    ? undefined
    : (tooLong(name, 253) ??
      `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${subdomain}')`);

export const labelName: NameRule = (name) =>
  matches(name, label, 63)
    ? undefined
    : (tooLong(name, 63) ??
      noDots(name) ??
      `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${label}')`);

export const serviceName: NameRule = (name) =>
  matches(name, label1035, 63)
    ? undefined
    : (tooLong(name, 63) ??
      `a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '${label1035}')`);

/** RBAC names may be anything that fits into a path. */
export const pathSegmentName: NameRule = (name) => {
  if (name === '.' || name === '..') return `may not be '${name}'`;
  if (name.includes('/')) return "may not contain '/'";
  return name.includes('%') ? "may not contain '%'" : undefined;
};

const noDots = (name: string): string | undefined =>
  matches(name, subdomain, 253) ? 'must not contain dots' : undefined;

const compiled = new Map<string, RegExp>();

function matches(name: string, pattern: string, maximum: number): boolean {
  let expression = compiled.get(pattern);
  if (expression === undefined) {
    expression = new RegExp(`^${pattern}$`);
    compiled.set(pattern, expression);
  }
  return name.length <= maximum && expression.test(name);
}

const tooLong = (name: string, maximum: number): string | undefined =>
  name.length > maximum ? `must be no more than ${maximum} bytes` : undefined;

const nameRules: Readonly<Record<string, NameRule>> = {
  namespaces: labelName,
  services: serviceName,
  'roles.rbac.authorization.k8s.io': pathSegmentName,
  'rolebindings.rbac.authorization.k8s.io': pathSegmentName,
  'clusterroles.rbac.authorization.k8s.io': pathSegmentName,
  'clusterrolebindings.rbac.authorization.k8s.io': pathSegmentName,
};

/**
 * What is wrong with the metadata that a client may set.
 * @param previous the object before the write: what has not changed has been judged already.
 */
export function validateMetadata(
  object: KubeObject,
  resource: Resource,
  previous?: KubeObject,
): readonly FieldError[] {
  const { metadata } = object;
  const before = previous?.metadata;
  const errors: FieldError[] = [];
  const isNew = (name: 'generateName' | 'labels' | 'annotations' | 'ownerReferences' | 'finalizers') =>
    metadata[name] !== undefined && !jsonEqual(metadata[name], before?.[name]);
  if (before !== undefined && metadata.name === before.name) {
    // its name was judged when it was created
  } else if (metadata.name === undefined || metadata.name === '') {
    errors.push(required('metadata.name', 'name or generateName is required'));
  } else {
    const problem = (nameRules[resource.storage] ?? subdomainName)(metadata.name);
    if (problem !== undefined) errors.push(invalidValue('metadata.name', metadata.name, problem));
  }
  if (isNew('generateName'))
    errors.push(...validatePrefix(metadata.generateName ?? '', nameRules[resource.storage] ?? subdomainName));
  if (isNew('labels')) errors.push(...validateLabels(metadata.labels, 'metadata.labels'));
  if (isNew('annotations')) errors.push(...validateAnnotations(metadata.annotations, 'metadata.annotations'));
  if (isNew('ownerReferences')) errors.push(...validateOwners(metadata.ownerReferences ?? []));
  if (isNew('finalizers')) errors.push(...validateFinalizers(metadata.finalizers ?? [], resource.builtin));
  return errors;
}

/** A prefix may end where the made-up part begins. */
function validatePrefix(prefix: string, rule: NameRule): readonly FieldError[] {
  if (prefix === '') return [];
  const problem = rule(prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix);
  return problem === undefined ? [] : [invalidValue('metadata.generateName', prefix, problem)];
}

const qualifiedPart = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const qualifiedPattern = new RegExp(`^${qualifiedPart}$`);
const labelValuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const nameProblem = `name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}')`;
const emptyName = 'name part must be non-empty';

/** The same, all of it: a name of nothing is told twice. */
export function qualifiedNameProblems(key: string): readonly string[] {
  const problem = qualifiedNameProblem(key);
  if (problem === undefined) return [];
  return problem === emptyName ? [problem, nameProblem] : [problem];
}

/** `name` or `prefix/name`, as label and annotation keys are. Undefined when it is fine. */
export function qualifiedNameProblem(key: string): string | undefined {
  const parts = key.split('/');
  if (parts.length > 2) {
    return `a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '${qualifiedPart}') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`;
  }
  const name = parts.at(-1) as string;
  if (parts.length === 2) {
    if (parts[0] === '') return 'prefix part must be non-empty';
    const problem = subdomainName(parts[0] as string);
    if (problem !== undefined) return `prefix part ${problem}`;
  }
  if (name === '') return emptyName;
  if (name.length > 63) return 'name part must be no more than 63 bytes';
  if (!qualifiedPattern.test(name)) {
    return nameProblem;
  }
  return undefined;
}

/** What is wrong with the value of a label. Undefined when it is fine. */
export function labelValueProblem(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters';
  return labelValuePattern.test(value)
    ? undefined
    : "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
}

export function validateLabels(labels: unknown, field: string): readonly FieldError[] {
  if (!isObject(labels)) return [];
  const errors: FieldError[] = [];
  for (const [key, value] of Object.entries(labels)) {
    const problem = qualifiedNameProblem(key);
    if (problem !== undefined) errors.push(invalidValue(field, key, problem));
    const text = String(value);
    const fault = labelValueProblem(text);
    if (fault !== undefined) errors.push(invalidValue(field, text, fault));
  }
  return errors;
}

/** All annotations of an object together, as in Kubernetes. */
const maximumAnnotationBytes = 256 * 1024;

function validateAnnotations(
  annotations: Record<string, string> | undefined,
  field: string,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(annotations ?? {})) {
    const problem = qualifiedNameProblem(key.toLowerCase());
    if (problem !== undefined) errors.push(invalidValue(field, key, problem));
    size += key.length + value.length;
  }
  if (size > maximumAnnotationBytes) {
    errors.push({
      reason: 'FieldValueTooLong',
      field,
      text: `Too long: may not be more than ${maximumAnnotationBytes} bytes`,
    });
  }
  return errors;
}

const ownerMembers = [
  ['apiVersion', 'version '],
  ['kind', ''],
  ['name', ''],
  ['uid', ''],
] as const;

function validateOwners(owners: readonly object[]): readonly FieldError[] {
  const errors: FieldError[] = [];
  for (const owner of owners) {
    const members = owner as Record<string, unknown>;
    for (const [name, subject] of ownerMembers) {
      if (members[name] === undefined || members[name] === '') {
        errors.push(invalidValue(`metadata.ownerReferences.${name}`, '', `${subject}must not be empty`));
      }
    }
  }
  const controllers = owners.filter((owner) => (owner as Record<string, unknown>).controller === true);
  if (controllers.length > 1) {
    const [first, second] = controllers.map((owner) => {
      const { kind, name } = owner as Record<string, string>;
      return `${kind}/${name}`;
    });
    errors.push(
      invalidValue(
        'metadata.ownerReferences',
        owners,
        `Only one reference can have Controller set to true. Found "true" in references for ${first} and ${second}`,
      ),
    );
  }
  return errors;
}

/** The only finalizers without a slash that built-in kinds may have. */
const standardFinalizers = new Set([
  'kubernetes',
  'orphan',
  'foregroundDeletion',
  'customresourcecleanup.apiextensions.k8s.io',
]);

function validateFinalizers(finalizers: readonly string[], isBuiltin: boolean): readonly FieldError[] {
  return finalizers.flatMap((finalizer, index) => {
    const field = `metadata.finalizers[${index}]`;
    const problem = qualifiedNameProblem(finalizer);
    if (problem !== undefined) return [invalidValue('metadata.finalizers', finalizer, problem)];
    if (!isBuiltin || finalizer.includes('/') || standardFinalizers.has(finalizer)) return [];
    return [
      invalidValue(field, finalizer, 'name is neither a standard finalizer name nor is it fully qualified'),
    ];
  });
}

/** What a write may not change about an object that exists. */
export function validateMetadataChange(
  object: KubeObject,
  previous: KubeObject,
  isBuiltin: boolean,
): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (previous.metadata.deletionTimestamp === undefined) return errors;
  const before = new Set(previous.metadata.finalizers ?? []);
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length > 0) {
    const text = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${added.map((name) => JSON.stringify(name)).join(', ')}}`;
    const fault = forbiddenField('metadata.finalizers', text);
    errors.push(...(isBuiltin ? [fault, fault] : [fault])); // as often as the real server says it
  }
  return errors;
}
