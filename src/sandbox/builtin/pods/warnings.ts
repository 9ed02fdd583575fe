import type { KubeObject } from '../../../api/meta.ts';
import { quantityAmount } from '../../../api/quantity.ts';
import { isObject, jsonEqual, type MutableJson, valueAt } from '../../json.ts';
import { objectsIn } from './defaults.ts';

/** The same for a kind with a pod template; a write that leaves the spec as it is has been warned before. */
export function templateWarnings(object: KubeObject, previous?: KubeObject): readonly string[] {
  if (previous !== undefined && jsonEqual(previous.spec, object.spec)) return [];
  return podWarnings(valueAt(object, ['spec', 'template', 'spec']), 'spec.template.spec');
}

/** What a writer of a pod or of a template is warned of, in the words of Kubernetes 1.34. */
export function podWarnings(spec: unknown, path: string): readonly string[] {
  if (!isObject(spec)) return [];
  const containers = ['initContainers', 'containers'].flatMap((list) =>
    objectsIn(spec[list]).map((container, index) => ({ container, field: `${path}.${list}[${index}]` })),
  );
  const grace = spec.terminationGracePeriodSeconds;
  return [
    ...oldLabels(spec, path),
    ...objectsIn(spec.topologySpreadConstraints).flatMap(({ labelSelector, topologyKey }, index) => {
      const field = `${path}.topologySpreadConstraints[${index}]`;
      const isOld = labelAdvice[String(topologyKey)] !== undefined;
      return [
        ...(isOld ? [`${field}.topologyKey: ${topologyKey} is ${labelAdvice[String(topologyKey)]}`] : []),
        ...(labelSelector === undefined
          ? [`${field}.labelSelector: a null labelSelector results in matching no pod`]
          : []),
      ];
    }),
    ...containers.flatMap(({ container, field }) => [
      ...fractions(container.resources, `${field}.resources`),
      ...hiddenVariables(container.env, `${field}.env`),
    ]),
    ...repeatedPorts(containers),
    ...(Number(grace) < 0
      ? [
          `${path}.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1`,
        ]
      : []),
  ];
}

const since14 = (name: string) => `deprecated since v1.14; use "${name}" instead`;
const since17 = (name: string) => `deprecated since v1.17; use "${name}" instead`;

/** Labels of nodes that have another name today. Source: Kubernetes 1.34, pkg/api/node/util.go. */
const labelAdvice: Readonly<Record<string, string>> = {
  'beta.kubernetes.io/arch': since14('kubernetes.io/arch'),
  'beta.kubernetes.io/os': since14('kubernetes.io/os'),
  'failure-domain.beta.kubernetes.io/region': since17('topology.kubernetes.io/region'),
  'failure-domain.beta.kubernetes.io/zone': since17('topology.kubernetes.io/zone'),
  'beta.kubernetes.io/instance-type': since17('node.kubernetes.io/instance-type'),
  'app.kubernetes.io/created-by': 'deprecated since v1.9',
  'scheduler.alpha.kubernetes.io/preferAvoidPods':
    'deprecated since v1.22; use Taints and Tolerations instead',
  'node-role.kubernetes.io/master': 'use "node-role.kubernetes.io/control-plane" instead',
};

function oldLabels(spec: MutableJson, path: string): readonly string[] {
  const selector = isObject(spec.nodeSelector) ? Object.keys(spec.nodeSelector) : [];
  const affinity = ['affinity', 'nodeAffinity'];
  const required = ['requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms'];
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const terms = [
    ...objectsIn(valueAt(spec, [...affinity, ...required])).map((term, index) => ({
      term,
      at: `${[path, ...affinity, ...required].join('.')}[${index}]`,
    })),
    ...objectsIn(valueAt(spec, [...affinity, preferred])).map(({ preference }, index) => ({
      term: preference,
      at: `${[path, ...affinity, preferred].join('.')}[${index}].preference`,
    })),
  ];
  return [
    ...selector.flatMap((key) =>
      labelAdvice[key] === undefined ? [] : [`${path}.nodeSelector[${key}]: ${labelAdvice[key]}`],
    ),
    ...terms.flatMap(({ term, at }) =>
      objectsIn(valueAt(term, ['matchExpressions'])).flatMap(({ key }, index) => {
        const advice = labelAdvice[String(key)];
        return advice === undefined ? [] : [`${at}.matchExpressions[${index}].key: ${key} is ${advice}`];
      }),
    ),
  ];
}

/** A byte cannot be divided; who writes `128m` meant `128M`. */
function fractions(resources: unknown, path: string): readonly string[] {
  if (!isObject(resources)) return [];
  return ['memory', 'ephemeral-storage'].flatMap((name) =>
    ['limits', 'requests'].flatMap((list) => {
      const amounts = resources[list];
      const amount = isObject(amounts) ? amounts[name] : undefined;
      const value = amount === undefined ? 0 : quantityAmount(amount as string | number);
      if (value === undefined || Number.isInteger(value)) return [];
      return [
        `${path}.${list}[${name}]: fractional byte value ${JSON.stringify(String(amount))} is invalid, must be an integer`,
      ];
    }),
  );
}

function hiddenVariables(variables: unknown, path: string): readonly string[] {
  const seen = new Set<unknown>();
  return objectsIn(variables).flatMap(({ name, value = '', valueFrom }, index) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const reference = `$(${name})`;
    const buildsOnIt = String(value).includes(reference) && value !== reference && valueFrom === undefined;
    if (buildsOnIt) return [];
    return [
      `${path}[${index}]: hides previous definition of ${JSON.stringify(name)}, which may be dropped when using apply`,
    ];
  });
}

interface Placed {
  readonly container: MutableJson;
  readonly field: string;
}

function repeatedPorts(containers: readonly Placed[]): readonly string[] {
  const byNumber = new Map<string, string>();
  const byName = new Map<unknown, string>();
  const numbers: string[] = [];
  const names: string[] = [];
  for (const { container, field } of containers) {
    for (const [index, { containerPort, protocol, hostPort = 0, name }] of objectsIn(
      container.ports,
    ).entries()) {
      const place = `${field}.ports[${index}]`;
      const key = `${containerPort}/${protocol}/${hostPort}`;
      const [same, namesake] = [byNumber.get(key), byName.get(name)];
      if (same === undefined) byNumber.set(key, place);
      else numbers.push(`${place}: duplicate port definition with ${same}`);
      if (name === undefined) continue;
      if (namesake === undefined) byName.set(name, place);
      else
        names.push(
          `${place}: duplicate port name ${JSON.stringify(name)} with ${namesake}, services and probes that select ports by name will use ${namesake}`,
        );
    }
  }
  return [...numbers, ...names];
}
