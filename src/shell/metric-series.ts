import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { type LabelOf, type MetricEntry, type MetricName, metricTable } from './metric-table.ts';

export type LabelsOf<Name extends MetricName> = Readonly<Record<LabelOf<Name>, string>>;

/** Makes metrics of one registry, as `metricTable` describes them. */
export interface MetricMaker {
  counter<Name extends MetricName>(name: Name): Counter<LabelOf<Name>>;
  histogram<Name extends MetricName>(name: Name): Histogram<LabelOf<Name>>;
  /** A counter whose labels name objects of users. */
  objectCounter<Name extends MetricName>(name: Name, limit: ObjectLimit): ObjectCounter<Name>;
  /** A histogram whose only labels are the names of an object of a user. */
  objectHistogram(name: MetricName, limit: ObjectLimit): ObjectHistogram;
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
      return new ReadGauge({
        ...common(name),
        collect() {
          this.reset();
          collect((labels, value) => this.set(labels, value));
        },
      });
    },
    objectCounter: (name, limit) => objectCounter(name, limit, registry),
    objectHistogram: (name, limit) => objectHistogram(name, limit, registry),
  };
}

/** Keeps nothing between two readings: what it is filled from is there anyway, and the series of a Rollout are larger than the Rollout. */
class ReadGauge<Label extends string> extends Gauge<Label> {
  override async get(): ReturnType<Gauge<Label>['get']> {
    const read = await super.get();
    this.reset();
    return read;
  }
}

/**
 * Keeps the series of a metric bounded, whatever users create: objects beyond the first `most` share one name, and an
 * object that is gone makes room.
 */
export interface ObjectLimit {
  readonly most: number;
  readonly onFold: () => void;
}

/** What stands for namespace and name of the objects beyond the limit. */
export const otherObjects = 'other';

/** Labels besides the names of the object. */
type More<Name extends MetricName> = Omit<LabelsOf<Name>, 'namespace' | 'name'>;

export interface ObjectCounter<Name extends MetricName> {
  inc(namespace: string, name: string, more: More<Name>): void;
  /** Takes away the series of the object; with `only` those that have these labels too. */
  forget(namespace: string, name: string, only?: Partial<More<Name>>): void;
}

export interface ObjectHistogram {
  observe(namespace: string, name: string, value: number): void;
  forget(namespace: string, name: string): void;
}

/** One line of the answer, as prom-client prints it. */
interface Series {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * The labels besides the object's names recur in all objects, so that of each only a number is kept, with its count: prom-client keeps
 * 400 bytes of every series, and one Rollout has twenty.
 */
function objectCounter<Name extends MetricName>(
  metric: Name,
  limit: ObjectLimit,
  registry: Registry,
): ObjectCounter<Name> {
  const labelSets: More<Name>[] = [];
  const numbers = new Map<string, number>();
  /** In turn the number of a label set and its count. */
  const counts = objectTable<number[]>(limit, () => []);

  const numberOf = (more: More<Name>): number => {
    const id = Object.values<string>(more).join('/');
    const known = numbers.get(id) ?? labelSets.push(more) - 1;
    numbers.set(id, known);
    return known;
  };

  serve(registry, metric, () =>
    counts.flatMap((namespace, name, pairs) =>
      pairs.flatMap((set, index): Series[] =>
        index % 2 === 0
          ? [{ labels: { namespace, name, ...labelSets[set] }, value: pairs[index + 1] as number }]
          : [],
      ),
    ),
  );
  return {
    inc(namespace, name, more) {
      const set = numberOf(more);
      counts.change(namespace, name, (pairs) => {
        const at = pairs.findIndex((each, index) => index % 2 === 0 && each === set);
        if (at === -1) return pairs.concat(set, 1); // unlike `push`, without room for more
        pairs[at + 1] = (pairs[at + 1] as number) + 1;
        return pairs;
      });
    },
    forget(namespace, name, only = {}) {
      counts.reduce(namespace, name, (pairs) => {
        const isKept = (index: number) => !includes(labelSets[pairs[index] as number] as object, only);
        const kept = pairs.filter((_, index) => isKept(index - (index % 2)));
        return kept.length === 0 ? undefined : kept;
      });
    },
  };
}

function objectHistogram(metric: MetricName, limit: ObjectLimit, registry: Registry): ObjectHistogram {
  const { buckets = [] }: MetricEntry = metricTable[metric];
  /** How many values each bucket has beyond those of the smaller ones, then how many are in none, then their sum. */
  const observed = objectTable<number[]>(limit, () => new Array<number>(buckets.length + 2).fill(0));
  const bounds = [...buckets, '+Inf'];

  serve(registry, metric, () =>
    observed.flatMap((namespace, name, values) => {
      let count = 0;
      const series = bounds.map((le, index): Series => {
        count += values[index] as number;
        return { metricName: `${metric}_bucket`, labels: { le, namespace, name }, value: count };
      });
      const labels = { namespace, name };
      series.push({ metricName: `${metric}_sum`, labels, value: values.at(-1) as number });
      series.push({ metricName: `${metric}_count`, labels, value: count });
      return series;
    }),
  );
  return {
    observe(namespace, name, value) {
      const found = buckets.findIndex((bound) => value <= bound);
      const bucket = found === -1 ? buckets.length : found;
      observed.change(namespace, name, (values) => {
        values[bucket] = (values[bucket] as number) + 1;
        values[values.length - 1] = (values.at(-1) as number) + value;
        return values;
      });
    },
    forget: (namespace, name) => observed.reduce(namespace, name, () => undefined),
  };
}

/** What is kept of each object, by namespace and name: strings that the object has anyway. */
interface ObjectTable<Value> {
  /** Changes what is kept of the object, or of all those beyond the limit. */
  change(namespace: string, name: string, how: (value: Value) => Value): void;
  /** Keeps less of the object; undefined: nothing. */
  reduce(namespace: string, name: string, how: (value: Value) => Value | undefined): void;
  flatMap<Result>(show: (namespace: string, name: string, value: Value) => readonly Result[]): Result[];
}

function objectTable<Value>({ most, onFold }: ObjectLimit, initial: () => Value): ObjectTable<Value> {
  const namespaces = new Map<string, Map<string, Value>>();
  /** Without that of the objects beyond the limit. */
  let size = 0;
  const countsAs = (namespace: string, name: string) =>
    namespace === otherObjects && name === otherObjects ? 0 : 1;

  const set = (namespace: string, name: string, value: Value) => {
    const names = namespaces.get(namespace) ?? new Map<string, Value>();
    namespaces.set(namespace, names);
    if (!names.has(name)) size += countsAs(namespace, name);
    names.set(name, value);
  };

  const remove = (namespace: string, name: string) => {
    const names = namespaces.get(namespace);
    if (names?.delete(name)) size -= countsAs(namespace, name);
    if (names?.size === 0) namespaces.delete(namespace);
  };

  return {
    change(namespace, name, how) {
      const known = namespaces.get(namespace)?.get(name);
      if (known !== undefined || size < most) return set(namespace, name, how(known ?? initial()));
      onFold();
      const folded = namespaces.get(otherObjects)?.get(otherObjects) ?? initial();
      set(otherObjects, otherObjects, how(folded));
    },
    reduce(namespace, name, how) {
      const known = namespaces.get(namespace)?.get(name);
      const less = known === undefined ? undefined : how(known);
      if (less === undefined) remove(namespace, name);
      else set(namespace, name, less);
    },
    flatMap: (show) =>
      [...namespaces].flatMap(([namespace, names]) =>
        [...names].flatMap(([name, value]) => show(namespace, name, value)),
      ),
  };
}

/** A metric whose series are put together whenever somebody asks. */
function serve(registry: Registry, name: MetricName, seriesOf: () => readonly Series[]): void {
  const { type, help }: MetricEntry = metricTable[name];
  const metric = {
    name,
    help,
    type,
    get: async () => ({ name, help, type, aggregator: 'sum', values: seriesOf() }),
    reset() {},
  };
  registry.registerMetric(metric as unknown as Gauge);
}

function includes(labels: object, some: object): boolean {
  return Object.entries(some).every(([label, value]) => labels[label as keyof typeof labels] === value);
}
