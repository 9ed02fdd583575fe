import type { KubeObject } from '../../api/meta.ts';
import type { Change } from '../store.ts';
import type { Traffic } from '../traffic/data-plane.ts';
import { podStateFamilies } from './pod-state-metrics.ts';
import type { StateFamily } from './state-family.ts';
import { createStateHistory } from './state-history.ts';
import type { SeriesSource } from './store.ts';
import { usageFamily, usageMetrics } from './usage-metrics.ts';
import { workloadStateFamilies } from './workload-state-metrics.ts';

/** Metrics of the state of objects, as kube-state-metrics 2 shows them, and of what containers use, as cAdvisor does. */
export interface StateMetrics extends SeriesSource {
  hear(change: Change): void;
}

const families: Readonly<Record<string, StateFamily | undefined>> = {
  ...podStateFamilies,
  ...workloadStateFamilies,
};

/**
 * @param traffic where pods have their load from; asked only by a query.
 * @param nowMs the end of what can be known.
 */
export function stateMetrics(traffic: () => Traffic, nowMs: () => number): StateMetrics {
  const resources = new Set(Object.values(families).flatMap((one) => one?.resource ?? []));
  const history = createStateHistory(resources, nowMs);
  return {
    metricNames: [...Object.keys(families), ...usageMetrics],
    hear: history.hear,
    series(metricName, fromMs) {
      const family = families[metricName] ?? usageFamily(metricName, traffic(), fromMs);
      if (family === undefined) return [];
      const { resource, samples } = family;
      return history.series(metricName, resource, (object: KubeObject) => samples(object), fromMs);
    },
  };
}
