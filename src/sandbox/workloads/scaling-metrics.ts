import { quantityAmount } from '../../api/quantity.ts';

/** One entry of an autoscaler's `spec.metrics`: a type, and under its name what is measured and the target. */
export interface MetricSpec {
  readonly type: string;
  readonly [source: string]: unknown;
}

interface Target {
  readonly type?: 'Utilization' | 'Value' | 'AverageValue';
  readonly averageUtilization?: number;
  readonly averageValue?: string | number;
  readonly value?: string | number;
}

const sources: Readonly<Record<string, string | undefined>> = {
  Resource: 'resource',
  ContainerResource: 'containerResource',
  Pods: 'pods',
  Object: 'object',
  External: 'external',
};

/**
 * What each metric must have read for so many replicas to be asked for: its target, in proportion. That is how a size is calculated
 * from a metric, the other way round.
 */
export function currentMetrics(specs: readonly MetricSpec[], asked: number, current: number): unknown[] {
  const ratio = current === 0 ? 1 : asked / current;
  return specs.flatMap((spec) => {
    const member = sources[spec.type];
    const source = member === undefined ? undefined : (spec[member] as { target?: Target } | undefined);
    if (member === undefined || source?.target === undefined) return [];
    const { target, ...what } = source;
    return [{ type: spec.type, [member]: { ...what, current: reading(target, ratio) } }];
  });
}

function reading({ averageUtilization, averageValue, value }: Target, ratio: number): object {
  if (averageUtilization !== undefined) return { averageUtilization: Math.round(averageUtilization * ratio) };
  if (averageValue !== undefined) return { averageValue: scaled(averageValue, ratio) };
  return value === undefined ? {} : { value: scaled(value, ratio) };
}

/** In thousandths, as Kubernetes writes what it has measured. */
function scaled(quantity: string | number, ratio: number): string {
  const amount = (quantityAmount(quantity) ?? 0) * ratio;
  return Number.isInteger(amount) ? String(amount) : `${Math.round(amount * 1000)}m`;
}
