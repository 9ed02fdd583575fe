import { controllerOf, type KubeObject } from '../../api/meta.ts';
import { resources } from '../../api/resources.ts';
import type { AnalysisRun } from '../../api/v1alpha1/analysis.ts';
import type { Experiment } from '../../api/v1alpha1/experiment.ts';
import type { Rollout } from '../../api/v1alpha1/rollout.ts';
import type { Pod, ReplicaSet } from '../../api/workloads.ts';
import { addSeconds } from '../../kernel/instant.ts';
import { isApiError } from '../../ports/cluster.ts';
import type { EventObject } from '../../view/explain-rollout.ts';
import { type Bell, bell } from '../bell.ts';
import { type Contact, watchContact } from '../contact.ts';
import { follow, ofRollouts } from '../observe.ts';
import type { Session } from '../verb.ts';
import type { InfoFacts } from './rollout-info.ts';

/** The Rollouts of one namespace and all that belongs to them, kept up to date by watches. */
export interface Feed extends Contact {
  /** What belongs to one; undefined when there is none of the name. */
  one(name: string): InfoFacts | undefined;
  all(): InfoFacts[];
  /** Rung at every change, until it is left. */
  join(): { readonly changes: Bell; leave(): void };
}

/** Feeds are opened when somebody looks, shared by all who do, and closed some time after the last one has left. */
export interface Feeds {
  /** Fails when the namespace cannot be read. */
  of(namespace: string): Promise<Feed>;
  close(): void;
}

/** Somebody who goes from a page to the next comes back within moments. */
const keptSeconds = 30;

interface Opened {
  readonly feed: Promise<Feed>;
  readonly stop: () => void;
}

export function feeds(session: Session): Feeds {
  const open = new Map<string, Opened>();
  return {
    async of(namespace) {
      const known = open.get(namespace);
      if (known !== undefined) return known.feed;
      const stopping = new AbortController();
      const stop = () => {
        stopping.abort();
        if (open.get(namespace)?.stop === stop) open.delete(namespace);
      };
      const signal = AbortSignal.any([session.signal, stopping.signal]);
      const feed = openFeed(session, namespace, signal, stop);
      open.set(namespace, { feed, stop });
      try {
        return await feed;
      } catch (error) {
        stop(); // the next one asks anew
        throw error;
      }
    },
    close() {
      for (const { stop } of open.values()) stop();
    },
  };
}

async function openFeed(
  session: Session,
  namespace: string,
  signal: AbortSignal,
  stop: () => void,
): Promise<Feed> {
  const { clock } = session;
  const bells = new Set<Bell>();
  const changes = {
    ring: () => {
      for (const one of bells) one.ring();
    },
  };
  const { cluster, lost } = watchContact((await session.open()).cluster, clock, changes.ring);
  const scope = { cluster, namespace, signal, changes };
  const [rollouts, replicaSets, pods, analysisRuns, experiments, events] = await Promise.all([
    follow<Rollout>(session, scope, resources.rollouts),
    follow<ReplicaSet>(session, scope, resources.replicaSets, ofRollouts),
    follow<Pod>(session, scope, resources.pods, ofRollouts),
    follow<AnalysisRun>(session, scope, resources.analysisRuns),
    follow<Experiment>(session, scope, resources.experiments),
    follow<EventObject>(session, scope, resources.events, {
      fieldSelector: 'involvedObject.kind=Rollout',
    }).catch((error: unknown) => {
      if (isApiError(error, 403)) return undefined; // then there is no history
      throw error;
    }),
  ]);

  const factsOf = (mine: readonly Rollout[]): InfoFacts[] => {
    const now = session.serverNow();
    const sets = byOwner(replicaSets.cache.list());
    const runs = byOwner(analysisRuns.cache.list());
    const trials = byOwner(experiments.cache.list());
    const members = byOwner(pods.cache.list());
    const history = byUid(events?.cache.list());
    return mine.map((rollout) => {
      const uid = rollout.metadata.uid ?? '';
      const ownTrials = trials.get(uid) ?? [];
      const below = <T>(owners: Map<string, T[]>) => [
        ...(owners.get(uid) ?? []),
        ...ownTrials.flatMap(({ metadata }) => owners.get(metadata.uid ?? '') ?? []),
      ];
      const ownSets = below(sets);
      return {
        rollout,
        replicaSets: ownSets,
        pods: ownSets.flatMap(({ metadata }) => members.get(metadata.uid ?? '') ?? []),
        analysisRuns: below(runs),
        experiments: ownTrials,
        events: history === undefined ? undefined : (history.get(uid) ?? []),
        now,
      };
    });
  };

  let users = 0;
  let cancelClose = () => {};
  const closeSoon = () => {
    cancelClose = clock.schedule(addSeconds(clock.now(), keptSeconds), stop);
  };
  signal.addEventListener('abort', () => cancelClose(), { once: true });
  closeSoon();
  return {
    lost,
    one: (name) => {
      const rollout = rollouts.cache.get(namespace, name);
      return rollout === undefined ? undefined : factsOf([rollout])[0];
    },
    all: () => factsOf(rollouts.cache.list().toSorted(byName)),
    join: () => {
      const mine = bell(clock);
      bells.add(mine);
      users += 1;
      cancelClose();
      return {
        changes: mine,
        leave: () => {
          bells.delete(mine);
          users -= 1;
          if (users === 0 && !signal.aborted) closeSoon();
        },
      };
    },
  };
}

function byOwner<T extends KubeObject>(objects: readonly T[]): Map<string, T[]> {
  return Map.groupBy(objects, (object) => controllerOf(object)?.uid ?? '');
}

function byUid(events: readonly EventObject[] | undefined): Map<string, EventObject[]> | undefined {
  if (events === undefined) return undefined;
  return Map.groupBy(events, ({ involvedObject }) => involvedObject?.uid ?? '');
}

function byName(left: KubeObject, right: KubeObject): number {
  return left.metadata.name.localeCompare(right.metadata.name);
}
