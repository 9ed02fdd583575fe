import { type LabelSelector, matchesSelector } from '../meta.ts';
import type { PodSpec, PodTemplateSpec } from '../workloads.ts';
import { listOf, oneOf, validateContainer, validateName } from './containers.ts';
import { duplicate, type FieldError, forbidden, invalid, notOneOf, required } from './field-error.ts';
import { notNegative, validateLabels } from './top-level.ts';

/**
 * The rules of a ReplicaSet's pod template that people run into. The API server has the last word on the rest, when the
 * ReplicaSet is created.
 */
export function validatePodTemplate(
  template: PodTemplateSpec,
  selector: LabelSelector | undefined,
): FieldError[] {
  const labels = template.metadata?.labels ?? {};
  return [
    ...(selector === undefined || matchesSelector(selector, labels)
      ? []
      : [
          invalid(
            'spec.template.metadata.labels',
            labels,
            '`selector` does not match template `labels`',
            'Give the template every label of `spec.selector`. The selector itself cannot change.',
          ),
        ]),
    ...validateLabels(labels, 'spec.template.metadata.labels'),
    ...validatePodSpec(template.spec ?? { containers: [] }, 'spec.template.spec'),
  ];
}

function validatePodSpec(spec: PodSpec, path: string): FieldError[] {
  const restartPolicy = spec['restartPolicy'];
  const volumes = listOf(spec['volumes']).map(({ name }) => name as string);
  return [
    ...volumes.flatMap((name, index) => [
      ...validateName(name, `${path}.volumes[${index}].name`),
      ...(volumes.indexOf(name) < index ? [duplicate(`${path}.volumes[${index}].name`, name)] : []),
    ]),
    ...validateContainers(spec, path, new Set(volumes)),
    ...(restartPolicy === undefined || restartPolicy === 'Always'
      ? []
      : [notOneOf(`${path}.restartPolicy`, restartPolicy, ['Always'])]),
    ...oneOf(
      spec['dnsPolicy'],
      ['ClusterFirst', 'ClusterFirstWithHostNet', 'Default', 'None'],
      `${path}.dnsPolicy`,
    ),
    ...notNegative(
      `${path}.terminationGracePeriodSeconds`,
      spec['terminationGracePeriodSeconds'] as number | undefined,
    ),
    ...(spec['activeDeadlineSeconds'] === undefined
      ? []
      : [forbidden(`${path}.activeDeadlineSeconds`, 'activeDeadlineSeconds in ReplicaSet is not Supported')]),
  ];
}

/** Names are unique over both lists. */
function validateContainers(spec: PodSpec, path: string, volumes: ReadonlySet<string>): FieldError[] {
  const containers = spec.containers ?? [];
  const initContainers = spec.initContainers ?? [];
  const all = [
    ...containers.map((container, index) => ({ container, at: `${path}.containers[${index}]` })),
    ...initContainers.map((container, index) => ({ container, at: `${path}.initContainers[${index}]` })),
  ];
  const names = all.map(({ container }) => container.name);
  return [
    ...(containers.length === 0 ? [required(`${path}.containers`)] : []),
    ...all.flatMap(({ container, at }, index) => [
      ...validateContainer(container, at, volumes),
      ...(names.indexOf(container.name) < index ? [duplicate(`${at}.name`, container.name)] : []),
    ]),
  ];
}
