import { isDnsLabel, isPortName } from '../names.ts';
import { quantityAmount } from '../quantity.ts';
import type { Container } from '../workloads.ts';
import { duplicate, type FieldError, invalid, notFound, notOneOf, required } from './field-error.ts';

type Json = Readonly<Record<string, unknown>>;

export const dnsLabelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";

/** One container, whichever list it stands in. @param volumes names that may be mounted. */
export function validateContainer(
  container: Container,
  path: string,
  volumes: ReadonlySet<string>,
): FieldError[] {
  const { name, image, imagePullPolicy } = container;
  return [
    ...validateName(name, `${path}.name`),
    ...validateImage(image, `${path}.image`),
    ...oneOf(imagePullPolicy, ['Always', 'IfNotPresent', 'Never'], `${path}.imagePullPolicy`),
    ...validatePorts(container, `${path}.ports`),
    ...validateVariables(listOf(container['env']), `${path}.env`),
    ...validateMounts(listOf(container['volumeMounts']), `${path}.volumeMounts`, volumes),
    ...(['livenessProbe', 'readinessProbe', 'startupProbe'] as const).flatMap((kind) =>
      validateProbe(container[kind] as Json | undefined, kind, `${path}.${kind}`),
    ),
    ...validateResources((container['resources'] ?? {}) as Json, `${path}.resources`),
  ];
}

export function validateName(name: string | undefined, path: string): FieldError[] {
  if (name === undefined || name === '') return [required(path)];
  return isDnsLabel(name) ? [] : [invalid(path, name, dnsLabelRule)];
}

export function oneOf(value: unknown, allowed: readonly string[], path: string): FieldError[] {
  return value === undefined || value === '' || allowed.includes(String(value))
    ? []
    : [notOneOf(path, value, allowed)];
}

export function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function validateImage(image: string | undefined, path: string): FieldError[] {
  if (image === undefined || image === '') return [required(path)];
  return image === image.trim() ? [] : [invalid(path, image, 'must not have leading or trailing whitespace')];
}

function validatePorts(container: Container, path: string): FieldError[] {
  const ports = container.ports ?? [];
  const names = ports.map(({ name }) => name);
  return ports.flatMap((port, index) => {
    const at = `${path}[${index}]`;
    const { name, containerPort, protocol } = port;
    const { hostPort } = port as { hostPort?: number };
    return [
      ...(name === undefined || name === '' || isPortName(name)
        ? []
        : [
            invalid(
              `${at}.name`,
              name,
              "must have at most 15 lower case alphanumeric characters or '-', at least one letter, and no two '-' in a row",
            ),
          ]),
      ...(name !== undefined && name !== '' && names.indexOf(name) < index
        ? [duplicate(`${at}.name`, name)]
        : []),
      ...portNumber(containerPort, `${at}.containerPort`),
      ...(hostPort === undefined || hostPort === 0 ? [] : portNumber(hostPort, `${at}.hostPort`)),
      ...oneOf(protocol, ['SCTP', 'TCP', 'UDP'], `${at}.protocol`),
    ];
  });
}

function portNumber(value: unknown, path: string): FieldError[] {
  if (value === undefined || value === 0) return [required(path)];
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 65_535
    ? []
    : [invalid(path, value, 'must be between 1 and 65535, inclusive')];
}

function validateVariables(variables: readonly Json[], path: string): FieldError[] {
  return variables.flatMap(({ name, value = '', valueFrom }, index) => {
    const at = `${path}[${index}]`;
    const sources = Object.values((valueFrom ?? {}) as Json).filter((source) => source !== undefined);
    return [
      ...(typeof name === 'string' && name !== '' ? [] : [required(`${at}.name`)]),
      ...(valueFrom !== undefined && value !== ''
        ? [invalid(`${at}.valueFrom`, '', 'may not be specified when `value` is not empty')]
        : []),
      ...(valueFrom !== undefined && sources.length !== 1
        ? [invalid(`${at}.valueFrom`, '', 'must specify exactly one source')]
        : []),
    ];
  });
}

function validateMounts(mounts: readonly Json[], path: string, volumes: ReadonlySet<string>): FieldError[] {
  const paths = mounts.map(({ mountPath }) => mountPath);
  return mounts.flatMap(({ name, mountPath }, index) => {
    const at = `${path}[${index}]`;
    return [
      ...(typeof name !== 'string' || name === ''
        ? [required(`${at}.name`)]
        : volumes.has(name)
          ? []
          : [notFound(`${at}.name`, name, 'Name one of `spec.template.spec.volumes`, or add it there.')]),
      ...(typeof mountPath !== 'string' || mountPath === '' ? [required(`${at}.mountPath`)] : []),
      ...(paths.indexOf(mountPath) < index ? [invalid(`${at}.mountPath`, mountPath, 'must be unique')] : []),
    ];
  });
}

const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'];

function validateProbe(probe: Json | undefined, kind: string, path: string): FieldError[] {
  if (probe === undefined || probe === null) return [];
  const chosen = handlers.filter((handler) => probe[handler] !== undefined);
  const [, second] = chosen;
  const successes = probe['successThreshold'];
  return [
    ...(chosen.length === 0 ? [required(path, 'must specify a handler type')] : []),
    ...(second === undefined
      ? []
      : [
          {
            path: `${path}.${second}`,
            kind: 'Forbidden' as const,
            detail: 'may not specify more than 1 handler type',
          },
        ]),
    ...(
      [
        'initialDelaySeconds',
        'timeoutSeconds',
        'periodSeconds',
        'successThreshold',
        'failureThreshold',
      ] as const
    ).flatMap((name) =>
      typeof probe[name] === 'number' && (probe[name] as number) < 0
        ? [invalid(`${path}.${name}`, probe[name], 'must be greater than or equal to 0')]
        : [],
    ),
    ...(kind !== 'readinessProbe' && typeof successes === 'number' && successes > 1
      ? [invalid(`${path}.successThreshold`, successes, 'must be 1')]
      : []),
  ];
}

function validateResources(resources: Json, path: string): FieldError[] {
  const [limits, requests] = [resources['limits'] ?? {}, resources['requests'] ?? {}];
  const amounts = (list: Json, at: string) =>
    Object.entries(list).flatMap(([name, amount]) => {
      const value = quantityAmount(amount as string | number);
      if (value === undefined) {
        return [
          invalid(
            `${at}.${name}`,
            amount,
            'must be a quantity',
            'Write an amount such as `100m` or `128Mi`.',
          ),
        ];
      }
      return value < 0 ? [invalid(`${at}.${name}`, amount, 'must be greater than or equal to 0')] : [];
    });
  const excess = Object.entries(requests as Json).flatMap(([name, request]) => {
    const limit = (limits as Json)[name];
    if (limit === undefined) return [];
    const [wanted, most] = [request, limit].map((amount) => quantityAmount(amount as string | number));
    return wanted !== undefined && most !== undefined && wanted > most
      ? [
          invalid(
            `${path}.requests`,
            request,
            `must be less than or equal to ${name} limit of ${String(limit)}`,
          ),
        ]
      : [];
  });
  return [
    ...amounts(limits as Json, `${path}.limits`),
    ...amounts(requests as Json, `${path}.requests`),
    ...excess,
  ];
}
