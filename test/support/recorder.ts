import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { routers } from '../../src/routers/registry.ts';
import { type Scene, sceneOf } from '../../src/sim/scene.ts';
import { readerOf, tableOf } from '../../src/sim/scenes.ts';
import type { Simulation } from '../../src/sim/simulation.ts';

/** A write of the operator to a Rollout, with the cluster as it was then. */
export interface Moment {
  readonly rollout: Rollout;
  readonly scene: Scene;
}

export interface Recorder {
  readonly moments: readonly Moment[];
  /** Every version of each AnalysisRun and Experiment. */
  readonly others: readonly KubeObject[];
  /** Reasons of the events about Rollouts, in the order in which they were recorded. */
  readonly events: readonly string[];
  /** While somebody else's request is under way, nothing is taken down as the operator's. */
  whileUser<T>(call: () => Promise<T>): Promise<T>;
}

/** Takes down all that the operator says of its objects while a story is told. */
export function recorderOf({ world }: Simulation): Recorder {
  const { store } = world.server;
  const reader = readerOf(store);
  const moments: Moment[] = [];
  const others: KubeObject[] = [];
  const events: string[] = [];
  let users = 0;
  store.onChange(({ resource, type, object }) => {
    if (type === 'DELETED') return;
    if (resource === tableOf(resources.rollouts) && users === 0) {
      const rollout = object as Rollout;
      moments.push({ rollout, scene: sceneOf(rollout, reader, routers) });
    }
    if (resource === tableOf(resources.analysisRuns) || resource === tableOf(resources.experiments)) {
      others.push(object);
    }
    const { involvedObject, reason } = object as { involvedObject?: { kind: string }; reason?: string };
    if (resource === 'events' && involvedObject?.kind === 'Rollout' && reason !== undefined)
      events.push(reason);
  });
  return {
    moments,
    others,
    events,
    async whileUser(call) {
      users += 1;
      try {
        return await call();
      } finally {
        users -= 1;
      }
    },
  };
}
