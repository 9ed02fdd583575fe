import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import type { ApiServer } from '../server.ts';
import { annotationEvents } from './annotation-events.ts';
import { autoscaler } from './autoscaler.ts';
import { type Controller, runController } from './controller.ts';
import { deploymentController } from './deployment.ts';
import { endpointsController } from './endpoints.ts';
import { eventExpiry } from './events.ts';
import type { FateOf } from './fate.ts';
import { jobController } from './job.ts';
import { kubelet } from './kubelet.ts';
import { loadBalancers } from './load-balancers.ts';
import { nodeLifecycle } from './node-lifecycle.ts';
import { createNodes } from './nodes.ts';
import { createPodIndex } from './pod-index.ts';
import { replicaSetController } from './replica-set.ts';
import { scheduler } from './scheduler.ts';
import { workloadApi } from './workload-api.ts';

export interface WorkloadOptions {
  readonly server: ApiServer;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /**
   * Each controller notices a change after a time drawn evenly up to this. Default 0: within the same instant. More gives
   * a simulation its disorder.
   */
  readonly maxReactionMs?: number;
  /** How pods are to lead their lives, when it is not their own annotations that say so. */
  readonly fateOf?: FateOf;
}

/** Starts what a cluster runs beside its API server. Returns how to stop it. */
export function startWorkloads(options: WorkloadOptions): Cancel {
  const { server, clock, random, log, maxReactionMs = 0 } = options;
  const pods = createPodIndex(server.store);
  const api = workloadApi(server, pods);
  const controllers: readonly Controller[] = [
    deploymentController,
    replicaSetController,
    jobController,
    scheduler(),
    kubelet(random.fork('kubelet'), options.fateOf ?? (() => undefined)),
    nodeLifecycle(),
    endpointsController,
    loadBalancers,
    autoscaler(),
    eventExpiry(),
    annotationEvents(log),
  ];
  const running = controllers.map((controller) =>
    runController(controller, { clock, random: random.fork(controller.name), log, api, maxReactionMs }),
  );
  const unsubscribe = server.onChange((change) => {
    pods.hear(change); // first, so that every controller finds what it is told of
    for (const controller of running) controller.hear(change);
  });
  createNodes(api);
  return () => {
    unsubscribe();
    for (const controller of running) controller.stop();
  };
}
