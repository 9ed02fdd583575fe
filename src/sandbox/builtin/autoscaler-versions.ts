import type { KubeObject } from '../../api/meta.ts';
import { isObject, type MutableJson, valueAt } from '../json.ts';
import type { Strategy } from '../resource.ts';
import { defaultMetric, horizontalPodAutoscaler } from './others.ts';
import { objectsIn } from './pods/defaults.ts';

/** What version 1 of the autoscaler has no member for stands in these annotations, as JSON. */
const annotated = {
  metrics: 'autoscaling.alpha.kubernetes.io/metrics',
  behavior: 'autoscaling.alpha.kubernetes.io/behavior',
  conditions: 'autoscaling.alpha.kubernetes.io/conditions',
  currentMetrics: 'autoscaling.alpha.kubernetes.io/current-metrics',
} as const;

const isCpu = (metric: MutableJson): boolean =>
  metric.type === 'Resource' && valueAt(metric, ['resource', 'name']) === 'cpu';
const usage = ['averageUtilization'];

/** Version 2, which is stored, as version 1 shows it. */
export function toFirstAutoscaler(object: KubeObject): KubeObject {
  const spec = (isObject(object.spec) ? object.spec : {}) as MutableJson;
  const status = (isObject(object.status) ? object.status : {}) as MutableJson;
  const { metrics, behavior, ...shared } = spec;
  const { currentMetrics, conditions, ...counts } = status;
  const byUse = (metric: MutableJson) =>
    isCpu(metric) && valueAt(metric, ['resource', 'target', ...usage]) !== undefined;
  const cpu = objectsIn(metrics).find(byUse);
  const used = objectsIn(currentMetrics).find(isCpu);
  const rest = {
    metrics: objectsIn(metrics)
      .filter((metric) => metric !== cpu)
      .map(firstMetric),
    currentMetrics: objectsIn(currentMetrics).filter((metric) => metric !== used),
    conditions: objectsIn(conditions),
    ...(isObject(behavior) ? { behavior: behaviorInGo(behavior) } : {}),
  };
  const notes = Object.entries(rest)
    .filter(([, value]) => !Array.isArray(value) || value.length > 0)
    .map(([name, value]) => [annotated[name as keyof typeof annotated], JSON.stringify(value)]);
  const annotations = { ...object.metadata.annotations, ...Object.fromEntries(notes) };
  const percent = valueAt(used ?? {}, ['resource', 'current', ...usage]);
  return {
    ...object,
    apiVersion: 'autoscaling/v1',
    metadata: { ...object.metadata, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      ...shared,
      ...(cpu === undefined
        ? {}
        : { targetCPUUtilizationPercentage: valueAt(cpu, ['resource', 'target', ...usage]) }),
    },
    status: {
      currentReplicas: 0,
      ...counts,
      ...(percent === undefined ? {} : { currentCPUUtilizationPercentage: percent }),
    },
  } as KubeObject;
}

/** What was written in version 1, as it is stored. */
export function fromFirstAutoscaler(object: KubeObject): KubeObject {
  const { targetCPUUtilizationPercentage: percent, ...shared } = object.spec as MutableJson;
  const status = (object.status ?? {}) as MutableJson;
  const { currentCPUUtilizationPercentage: used, currentReplicas, ...counts } = status;
  const notes = new Map(Object.entries(object.metadata.annotations ?? {}));
  const noted = (name: keyof typeof annotated): unknown => {
    const text = notes.get(annotated[name]);
    notes.delete(annotated[name]);
    return text === undefined ? undefined : parsed(text);
  };
  const [metrics, behavior, conditions, currentMetrics] = [
    noted('metrics'),
    noted('behavior'),
    noted('conditions'),
    noted('currentMetrics'),
  ];
  const cpuOf = (member: string, value: unknown) =>
    value === undefined
      ? []
      : [
          {
            type: 'Resource',
            resource: { name: 'cpu', [member]: { type: 'Utilization', averageUtilization: value } },
          },
        ];
  const usedCpu = cpuOf('current', used).map(({ type, resource }) => ({
    type,
    resource: { ...resource, current: { averageUtilization: used } },
  }));
  const { annotations: _annotations, ...metadata } = object.metadata;
  const targets = [...objectsIn(metrics).map(secondMetric), ...cpuOf('target', percent)];
  return {
    ...object,
    apiVersion: 'autoscaling/v2',
    metadata: { ...metadata, ...(notes.size === 0 ? {} : { annotations: Object.fromEntries(notes) }) },
    spec: {
      ...shared,
      metrics: targets.length === 0 ? [defaultMetric()] : targets,
      ...(isObject(behavior) ? { behavior: behaviorFromGo(behavior) } : {}),
    },
    status: {
      ...(Number(currentReplicas ?? 0) === 0 ? {} : { currentReplicas }),
      ...counts,
      ...(conditions === undefined ? {} : { conditions }),
      currentMetrics:
        used === undefined && currentMetrics === undefined
          ? null
          : [...usedCpu, ...objectsIn(currentMetrics)],
    },
  } as KubeObject;
}

/** In version 1 the target of a resource has no object of its own. */
function firstMetric(metric: MutableJson): MutableJson {
  if (metric.type !== 'Resource' || !isObject(metric.resource)) return metric;
  const { name, target } = metric.resource;
  const { averageUtilization, averageValue } = (isObject(target) ? target : {}) as MutableJson;
  return {
    ...metric,
    resource: {
      name,
      ...(averageUtilization === undefined ? {} : { targetAverageUtilization: averageUtilization }),
      ...(averageValue === undefined ? {} : { targetAverageValue: averageValue }),
    },
  };
}

function secondMetric(metric: MutableJson): MutableJson {
  if (metric.type !== 'Resource' || !isObject(metric.resource) || metric.resource.target !== undefined)
    return metric;
  const { name, targetAverageUtilization: percent, targetAverageValue: averageValue } = metric.resource;
  const target =
    percent === undefined
      ? { type: 'AverageValue', averageValue }
      : { type: 'Utilization', averageUtilization: percent };
  return { ...metric, resource: { name, target } };
}

/** The server's own form of a behavior, as Go prints it: names in capitals, and nulls where nothing is said. */
function behaviorInGo(behavior: MutableJson): object {
  const rules = (given: unknown) => {
    if (!isObject(given)) return null;
    const policies = objectsIn(given.policies).map(({ type, value, periodSeconds }) => ({
      Type: type,
      Value: value,
      PeriodSeconds: periodSeconds,
    }));
    return {
      StabilizationWindowSeconds: given.stabilizationWindowSeconds ?? null,
      SelectPolicy: given.selectPolicy ?? null,
      Policies: policies,
      Tolerance: given.tolerance ?? null,
    };
  };
  return { ScaleUp: rules(behavior.scaleUp), ScaleDown: rules(behavior.scaleDown) };
}

function behaviorFromGo(behavior: MutableJson): MutableJson {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (!isObject(value)) return value;
    const members = Object.entries(value).filter(([, member]) => member !== null);
    return Object.fromEntries(
      members.map(([name, member]) => [name.charAt(0).toLowerCase() + name.slice(1), plain(member)]),
    );
  };
  return plain(behavior) as MutableJson;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Version 1: the same rules, without metrics to default. */
export const firstAutoscaler: Strategy = {
  ...horizontalPodAutoscaler,
  defaults(object) {
    const { spec } = object as unknown as { spec?: MutableJson };
    if (spec !== undefined) spec.minReplicas ??= 1;
    (object as { status?: unknown }).status ??= { currentReplicas: 0, desiredReplicas: 0 };
  },
};
