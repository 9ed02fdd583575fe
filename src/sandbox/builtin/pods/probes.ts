import { isObject, type MutableJson } from '../../json.ts';
import { type FieldError, forbiddenField, invalidValue, notSupported, required } from '../../status.ts';
import { objectsIn } from './defaults.ts';
import { portProblem } from './ports.ts';

/** What is wrong with the probes and hooks of a container that may have them. */
export function validateProbes(container: MutableJson, path: string): readonly FieldError[] {
  const { lifecycle, livenessProbe, readinessProbe, startupProbe } = container;
  const hooks = isObject(lifecycle) ? ['postStart', 'preStop'] : [];
  return [
    ...hooks.flatMap((name) => {
      const hook = (lifecycle as MutableJson)[name];
      return isObject(hook) ? validateHandler(hook, `${path}.lifecycle.${name}`) : [];
    }),
    ...validateProbe(livenessProbe, `${path}.livenessProbe`, true),
    ...validateProbe(readinessProbe, `${path}.readinessProbe`, false),
    ...validateProbe(startupProbe, `${path}.startupProbe`, true),
  ];
}

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
];

/** @param restarts whether a container that fails the probe is restarted: such a probe is good after one success. */
function validateProbe(probe: unknown, path: string, restarts: boolean): readonly FieldError[] {
  if (!isObject(probe)) return [];
  const errors: FieldError[] = [...validateHandler(probe, path)];
  for (const name of counts) {
    const value = Number(probe[name] ?? 0);
    if (value < 0) errors.push(invalidValue(`${path}.${name}`, value, 'must be greater than or equal to 0'));
  }
  const grace = probe.terminationGracePeriodSeconds;
  const field = `${path}.terminationGracePeriodSeconds`;
  if (grace !== undefined && Number(grace) <= 0)
    errors.push(invalidValue(field, grace, 'must be greater than 0'));
  if (restarts && probe.successThreshold !== 1)
    errors.push(invalidValue(`${path}.successThreshold`, probe.successThreshold, 'must be 1'));
  if (!restarts && grace !== undefined)
    errors.push(invalidValue(field, grace, 'must not be set for readinessProbes'));
  return errors;
}

const handlers: Readonly<Record<string, (action: MutableJson, path: string) => readonly FieldError[]>> = {
  exec: ({ command }, path) =>
    Array.isArray(command) && command.length > 0 ? [] : [required(`${path}.command`)],
  httpGet: validateHttpGet,
  tcpSocket: ({ port }, path) => portErrors(port, `${path}.port`),
  grpc: ({ port }, path) => portErrors(port ?? 0, `${path}.port`),
  sleep: () => [],
};

function validateHandler(owner: MutableJson, path: string): readonly FieldError[] {
  const named = Object.keys(handlers).filter((name) => isObject(owner[name]));
  const [first, ...others] = named;
  if (first === undefined) return [required(path, 'must specify a handler type')];
  return [
    ...(handlers[first]?.(owner[first] as MutableJson, `${path}.${first}`) ?? []),
    ...others.map((name) => forbiddenField(`${path}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

const schemes = ['HTTP', 'HTTPS'];

function validateHttpGet(action: MutableJson, path: string): readonly FieldError[] {
  const errors: FieldError[] = [];
  if (action.path === '') errors.push(required(`${path}.path`));
  errors.push(...portErrors(action.port, `${path}.port`));
  if (!schemes.includes(String(action.scheme)))
    errors.push(notSupported(`${path}.scheme`, action.scheme, schemes));
  for (const { name } of objectsIn(action.httpHeaders)) {
    if (/^[-A-Za-z0-9]+$/.test(String(name ?? ''))) continue;
    const rule =
      "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
    errors.push(invalidValue(`${path}.httpHeaders`, name ?? '', rule));
  }
  return errors;
}

const portErrors = (port: unknown, field: string): readonly FieldError[] =>
  portProblem(port ?? '').map((problem) => invalidValue(field, port ?? '', problem));
