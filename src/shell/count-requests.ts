import type { MetricAnswer } from '../api/measurement.ts';
import type { Metric } from '../api/v1alpha1/analysis.ts';
import { splitQueries, splitSettings, windowPlaceholder } from '../api/v1alpha1/observed-split.ts';
import type { Rollout } from '../api/v1alpha1/rollout.ts';
import type { ObservedSplit } from '../core/rollout/observed.ts';
import { splitCountedSince } from '../core/rollout/observed-split.ts';
import type { Clock } from '../kernel/clock.ts';
import { messageOf } from '../kernel/errors.ts';
import { addSeconds, type Instant, later, secondsBetween } from '../kernel/instant.ts';
import type { MetricProvider, ProviderRegistry } from '../ports/metric-provider.ts';

/** Counts the requests of each version of the Rollouts that compare them with the weight. */
export interface RequestCounter {
  /** What is known at once. Asks in the background when it is time; `heard` is called when there is more to say. */
  observe(rollout: Rollout, heard: () => void, signal: AbortSignal): CountedRequests;
}

export interface CountedRequests {
  readonly split: ObservedSplit | undefined;
  /** When to look again. */
  readonly lookAgainAt: Instant | undefined;
}

export interface RequestCounterOptions {
  readonly clock: Clock;
  /** Absent, or without Prometheus: nothing can be counted, and that is said. */
  readonly providers?: ProviderRegistry;
}

interface Asked {
  readonly since: Instant;
  askedAt: Instant | undefined;
  split: ObservedSplit | undefined;
}

/** Rollouts that are in the middle of an update at the same time; beyond, the first one begins anew. */
const mostAsked = 10_000;
const notMeant: CountedRequests = { split: undefined, lookAgainAt: undefined };

export function requestCounter({ clock, providers = {} }: RequestCounterOptions): RequestCounter {
  const asking = new Map<string, Asked>();

  const askedFor = (uid: string, since: Instant): Asked => {
    const before = asking.get(uid);
    if (before?.since === since) return before;
    const asked: Asked = { since, askedAt: undefined, split: undefined };
    asking.delete(uid);
    asking.set(uid, asked);
    if (asking.size > mostAsked) asking.delete(asking.keys().next().value as string);
    return asked;
  };

  return {
    observe(rollout, heard, signal) {
      const { uid = '' } = rollout.metadata;
      const settings = splitSettings(rollout.spec.strategy?.canary?.observedSplit);
      const since = splitCountedSince(rollout);
      if (settings === undefined || since === undefined) {
        asking.delete(uid);
        return notMeant;
      }
      const asked = askedFor(uid, since);
      const due = addSeconds(later(since, asked.askedAt ?? since), settings.intervalSeconds);
      if (clock.now() < due) return { split: asked.split, lookAgainAt: due };
      asked.askedAt = clock.now();
      void count(rollout, since, clock.now(), { providers, signal }).then((split) => {
        asked.split = split;
        heard();
      });
      return { split: asked.split, lookAgainAt: addSeconds(clock.now(), settings.intervalSeconds) };
    },
  };
}

interface Asking {
  readonly providers: ProviderRegistry;
  readonly signal: AbortSignal;
}

/** Never fails: what could not be counted is told. */
async function count(
  rollout: Rollout,
  since: Instant,
  at: Instant,
  { providers, signal }: Asking,
): Promise<ObservedSplit> {
  try {
    const { namespace = '', name, uid = '' } = rollout.metadata;
    const canaryStrategy = rollout.spec.strategy?.canary ?? {};
    const queries = splitQueries(canaryStrategy, namespace);
    const provider = providers.prometheus as MetricProvider | undefined;
    if (queries === undefined || provider === undefined) {
      throw new Error('there is no Prometheus to ask, or no query');
    }
    const ask = async (query: string) => {
      const window = `${Math.floor(secondsBetween(since, at))}s`;
      const prometheus = {
        ...canaryStrategy.observedSplit?.prometheus,
        query: query.replaceAll(windowPlaceholder, window),
      };
      const metric: Metric = { name: 'requests', provider: { prometheus } };
      return requestsOf(await provider.measure(metric, at, signal, { namespace, name, uid }));
    };
    const [canary, stable] = await Promise.all([ask(queries.canary), ask(queries.stable)]);
    return { since, canary, stable };
  } catch (error) {
    return { since, error: messageOf(error) };
  }
}

/** Several series are counted together. No series, or one without a number, had no requests. */
function requestsOf({ result }: MetricAnswer): number {
  if (result.kind !== 'scalar' && result.kind !== 'vector') {
    throw new Error('a number of requests was expected');
  }
  const values = result.kind === 'scalar' ? [result.value] : result.value;
  return values.reduce<number>((sum, value) => sum + (Number.isFinite(value) ? Math.max(0, value) : 0), 0);
}
