import { isObject, type MutableJson } from '../json.ts';
import { serviceName, subdomainName } from '../metadata.ts';
import type { Strategy } from '../resource.ts';
import { type FieldError, invalidValue, notSupported, required } from '../status.ts';
import { objectsIn } from './pods/defaults.ts';
import { portProblem } from './pods/ports.ts';

export const ingress: Strategy = {
  defaults(object) {
    (object as { status?: unknown }).status ??= { loadBalancer: {} };
  },
  validate(object) {
    const spec = (isObject(object.spec) ? object.spec : {}) as MutableJson;
    const rules = objectsIn(spec.rules);
    if (rules.length === 0 && spec.defaultBackend === undefined) {
      return [invalidValue('spec', null, 'either `defaultBackend` or `rules` must be specified')];
    }
    return [
      ...validateClass(spec.ingressClassName),
      ...(isObject(spec.defaultBackend) ? validateBackend(spec.defaultBackend, 'spec.defaultBackend') : []),
      ...rules.flatMap((rule, index) => validateRule(rule, `spec.rules[${index}]`)),
    ];
  },
};

function validateClass(name: unknown): readonly FieldError[] {
  const problem = name === undefined ? undefined : subdomainName(String(name));
  return problem === undefined ? [] : [invalidValue('spec.ingressClassName', name, problem)];
}

function validateRule({ host, http }: MutableJson, path: string): readonly FieldError[] {
  const errors = [...validateHost(String(host ?? ''), `${path}.host`)];
  if (!isObject(http)) return errors;
  const paths = objectsIn(http.paths);
  if (paths.length === 0) return [...errors, required(`${path}.http.paths`)];
  return [...errors, ...paths.flatMap((entry, index) => validatePath(entry, `${path}.http.paths[${index}]`))];
}

const isAddress = (host: string) => /^\d+(\.\d+){3}$/.test(host) || host.includes(':');

function validateHost(host: string, field: string): readonly FieldError[] {
  if (host === '') return [];
  const errors = isAddress(host) ? [invalidValue(field, host, 'must be a DNS name, not an IP address')] : [];
  const problem = host.includes('*') ? wildcardProblem(host) : subdomainName(host);
  return problem === undefined ? errors : [...errors, invalidValue(field, host, problem)];
}

const wildcard = String.raw`\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*`;
const wildcardPattern = new RegExp(`^${wildcard}$`);

const wildcardProblem = (host: string): string | undefined =>
  wildcardPattern.test(host)
    ? undefined
    : `a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '${wildcard}')`;

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];
const oddSequences = ['//', '/./', '/../', '%2f', '%2F'];
const oddEndings = ['/..', '/.'];

function validatePath(entry: MutableJson, field: string): readonly FieldError[] {
  const { pathType, path = '', backend } = entry;
  const errors: FieldError[] = [];
  if (pathType === undefined) errors.push(required(`${field}.pathType`, 'pathType must be specified'));
  else if (!pathTypes.includes(String(pathType)))
    errors.push(notSupported(`${field}.pathType`, pathType, pathTypes));
  if (pathType !== 'ImplementationSpecific') {
    const text = String(path);
    if (!text.startsWith('/')) errors.push(invalidValue(`${field}.path`, path, 'must be an absolute path'));
    for (const part of oddSequences.filter((sequence) => text.includes(sequence)))
      errors.push(invalidValue(`${field}.path`, path, `must not contain '${part}'`));
    for (const end of oddEndings.filter((ending) => text.endsWith(ending)))
      errors.push(invalidValue(`${field}.path`, path, `cannot end with '${end}'`));
  }
  return [...errors, ...validateBackend(isObject(backend) ? backend : {}, `${field}.backend`)];
}

function validateBackend({ service, resource }: MutableJson, path: string): readonly FieldError[] {
  if (service === undefined && resource === undefined)
    return [invalidValue(path, '', 'resource or service backend is required')];
  if (service !== undefined && resource !== undefined)
    return [invalidValue(path, '', 'cannot set both resource and service backends')];
  if (!isObject(service)) return [];
  const name = String(service.name ?? '');
  const problem = name === '' ? undefined : serviceName(name);
  return [
    ...(name === '' ? [required(`${path}.service.name`)] : []),
    ...(problem === undefined ? [] : [invalidValue(`${path}.service.name`, name, problem)]),
    ...validatePort(isObject(service.port) ? service.port : {}, path),
  ];
}

function validatePort({ name = '', number = 0 }: MutableJson, path: string): readonly FieldError[] {
  if (name !== '' && number !== 0) return [invalidValue(path, '', 'cannot set both port name & port number')];
  if (name === '' && number === 0) return [required(path, 'port name or number is required')];
  const [member, value] = name === '' ? ['number', number] : ['name', name];
  const field = `${path}.service.port.${member}`;
  return portProblem(value).map((problem) => invalidValue(field, value, problem));
}
