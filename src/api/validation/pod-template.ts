import { type LabelSelector, matchesSelector } from '../meta.ts';
import type { Container, PodTemplateSpec } from '../workloads.ts';
import { type FieldError, invalid, required } from './field-error.ts';

/**
 * The rules of a ReplicaSet's pod template that people run into. The API server has the last word on the rest, when the
 * ReplicaSet is created.
 */
export function validatePodTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
): FieldError[] {
  const labels = template.metadata?.labels ?? {};
  const spec = template.spec ?? { containers: [] };
  const path = 'spec.template.spec';
  const restartPolicy = spec['restartPolicy'];
  return [
    ...(selector === undefined || matchesSelector(selector, labels)
      ? []
      : [invalid('spec.template.metadata.labels', labels, '`selector` does not match template `labels`')]),
    ...validateContainers(spec.containers ?? [], `${path}.containers`),
    ...(spec.initContainers ?? []).flatMap((container, index) =>
      validateContainer(container, `${path}.initContainers[${index}]`),
    ),
    ...(restartPolicy === undefined || restartPolicy === 'Always'
      ? []
      : [
          {
            path: `${path}.restartPolicy`,
            kind: 'Unsupported value' as const,
            value: restartPolicy,
            detail: 'supported values: "Always"',
          },
        ]),
    ...(spec['activeDeadlineSeconds'] === undefined
      ? []
      : [
          {
            path: `${path}.activeDeadlineSeconds`,
            kind: 'Forbidden' as const,
            detail: 'activeDeadlineSeconds in ReplicaSet is not Supported',
          },
        ]),
  ];
}

function validateContainers(containers: readonly Container[], path: string): FieldError[] {
  if (containers.length === 0) return [required(path, '')];
  const names = containers.map(({ name }) => name);
  return containers.flatMap((container, index) => [
    ...validateContainer(container, `${path}[${index}]`),
    ...(names.indexOf(container.name) < index
      ? [invalid(`${path}[${index}].name`, container.name, 'Duplicate value')]
      : []),
  ]);
}

const dnsLabel = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

function validateContainer({ name, image, ports = [] }: Container, path: string): FieldError[] {
  const nameProblem =
    name === undefined || name === ''
      ? [required(`${path}.name`, '')]
      : dnsLabel.test(name)
        ? []
        : [
            invalid(
              `${path}.name`,
              name,
              "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
            ),
          ];
  return [
    ...nameProblem,
    ...(image === undefined || image.trim() === '' ? [required(`${path}.image`, '')] : []),
    ...ports.flatMap(({ containerPort }, index) =>
      Number.isInteger(containerPort) && containerPort >= 1 && containerPort <= 65_535
        ? []
        : [
            invalid(
              `${path}.ports[${index}].containerPort`,
              containerPort,
              'must be between 1 and 65535, inclusive',
            ),
          ],
    ),
  ];
}
