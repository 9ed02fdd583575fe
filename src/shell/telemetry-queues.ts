import type { Clock } from '../kernel/clock.ts';
import { type Instant, secondsBetween } from '../kernel/instant.ts';
import type { MetricMaker } from './metric-series.ts';
import type { Telemetry } from './telemetry.ts';

interface Followed {
  readonly clock: Clock;
  readonly waitingSince: Map<string, Instant>;
  readonly begunAt: Map<string, Instant>;
}

/** What client-go tells of its queues, under its names. */
export function queueMetrics(make: MetricMaker): Pick<Telemetry, 'queue' | 'followQueue'> {
  const depths = new Map<string, () => number>();
  const followed = new Map<string, Followed>();
  const adds = make.counter('workqueue_adds_total');
  const retries = make.counter('workqueue_retries_total');
  const waits = make.histogram('workqueue_queue_duration_seconds');
  const work = make.histogram('workqueue_work_duration_seconds');
  make.gauge('workqueue_depth', (set) => {
    for (const [name, depth] of depths) set({ name }, depth());
  });
  make.gauge('workqueue_unfinished_work_seconds', (set) => {
    for (const [name, queue] of followed) set({ name }, sum(underWay(queue)));
  });
  make.gauge('workqueue_longest_running_processor_seconds', (set) => {
    for (const [name, queue] of followed) set({ name }, Math.max(0, ...underWay(queue)));
  });
  return {
    followQueue: (name, depth) => void depths.set(name, depth),
    queue: (name, clock) => {
      const queue: Followed = { clock, waitingSince: new Map(), begunAt: new Map() };
      followed.set(name, queue);
      // a rate needs to see where a series began
      for (const counter of [adds, retries]) counter.inc({ name }, 0);
      for (const histogram of [waits, work]) histogram.zero({ name });
      return {
        added: (key) => {
          adds.inc({ name });
          queue.waitingSince.set(key, clock.now());
        },
        begun: (key) => {
          const since = queue.waitingSince.get(key);
          if (since !== undefined) waits.observe({ name }, secondsBetween(since, clock.now()));
          queue.waitingSince.delete(key);
          queue.begunAt.set(key, clock.now());
        },
        ended: (key) => {
          const begunAt = queue.begunAt.get(key);
          if (begunAt !== undefined) work.observe({ name }, secondsBetween(begunAt, clock.now()));
          queue.begunAt.delete(key);
        },
        retried: () => retries.inc({ name }),
      };
    },
  };
}

function underWay({ clock, begunAt }: Followed): number[] {
  const now = clock.now();
  return [...begunAt.values()].map((at) => secondsBetween(at, now));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
