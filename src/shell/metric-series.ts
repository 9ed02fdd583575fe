import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type LabelOf, type MetricEntry, type MetricName, metricTable } from './metric-table.ts';

export type LabelsOf<Name extends MetricName> = Readonly<Record<LabelOf<Name>, string>>;

/** Makes metrics of one registry, as `metricTable` describes them. */
export interface MetricMaker {
  counter<Name extends MetricName>(name: Name): Counter<LabelOf<Name>>;
  histogram<Name extends MetricName>(name: Name): Histogram<LabelOf<Name>>;
  /** @param collect fills it whenever somebody asks; absent: it keeps what it was set to. */
  gauge<Name extends MetricName>(
    name: Name,
    collect?: (set: (labels: LabelsOf<Name>, value: number) => void) => void,
  ): Gauge<LabelOf<Name>>;
}

export function metricMaker(registry: Registry): MetricMaker {
  const common = <Name extends MetricName>(name: Name) => {
    const { labels, help }: MetricEntry = metricTable[name];
    return { name, help, labelNames: labels as readonly LabelOf<Name>[], registers: [registry] };
  };
  return {
    counter: (name) => new Counter(common(name)),
    histogram: (name) => {
      const { buckets = [] }: MetricEntry = metricTable[name];
      return new Histogram({ ...common(name), buckets: [...buckets] });
    },
    gauge: (name, collect) => {
      if (collect === undefined) return new Gauge(common(name));
      return new Gauge({
        ...common(name),
        collect() {
          this.reset();
          collect((labels, value) => this.set(labels, value));
        },
      });
    },
  };
}

/** Every series of one metric whose labels name an object of a user. */
export interface SeriesOfObjects<Name extends MetricName> {
  /** The labels to count under: the object's own names, or `other` when the metric has enough already. */
  labels(namespace: string, name: string, more: Omit<LabelsOf<Name>, 'namespace' | 'name'>): LabelsOf<Name>;
  /** Takes away the series of the object; with `only` those that have these labels too. */
  forget(namespace: string, name: string, only?: Partial<LabelsOf<Name>>): void;
}

/** What stands for namespace and name of the objects beyond the limit. */
export const otherObjects = 'other';

/**
 * Keeps the series of a metric bounded, whatever users create: objects beyond the first `most` share one name, and an
 * object that is gone makes room.
 */
export function seriesOfObjects<Name extends MetricName>(
  metric: { remove(labels: LabelsOf<Name>): void },
  most: number,
  onFold: () => void,
): SeriesOfObjects<Name> {
  const known = new Map<string, Map<string, LabelsOf<Name>>>();
  const setsOf = (key: string) => {
    const found = known.get(key);
    if (found !== undefined || known.size >= most) return found;
    const sets = new Map<string, LabelsOf<Name>>();
    known.set(key, sets);
    return sets;
  };
  return {
    labels(namespace, name, more) {
      const sets = setsOf(`${namespace}/${name}`);
      if (sets === undefined) {
        onFold();
        return { ...more, namespace: otherObjects, name: otherObjects } as LabelsOf<Name>;
      }
      const hash = Object.values<string>(more).join('/');
      const before = sets.get(hash);
      if (before !== undefined) return before;
      const labels = { namespace, name, ...more } as LabelsOf<Name>;
      sets.set(hash, labels);
      return labels;
    },
    forget(namespace, name, only = {}) {
      const key = `${namespace}/${name}`;
      const sets = known.get(key) ?? new Map<string, LabelsOf<Name>>();
      for (const [hash, labels] of sets) {
        if (!includes(labels, only)) continue;
        metric.remove(labels);
        sets.delete(hash);
      }
      if (sets.size === 0) known.delete(key);
    },
  };
}

function includes(labels: object, some: object): boolean {
  return Object.entries(some).every(([label, value]) => labels[label as keyof typeof labels] === value);
}
