import type { KubeObject } from '../api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import { messageOf } from '../kernel/errors.ts';
import { type Instant, instant } from '../kernel/instant.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import { random } from '../kernel/random.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { createWorld, type World } from '../sandbox/world.ts';
import { type Controllers, startControllers } from '../shell/controllers.ts';
import { checkers } from './checkers/index.ts';
import { readerOf, type Violation, type Watchman, watchInvariants } from './scenes.ts';
import { type VirtualClock, virtualClock } from './virtual-clock.ts';

/** The production code on a simulated cluster, on virtual time, with every invariant watched. */
export interface Simulation {
  readonly clock: VirtualClock;
  readonly world: World;
  /** As a user's kubectl sees the cluster; the operator's own requests go another way and are counted apart. */
  readonly user: Cluster;
  /** Writes of the operator so far, by verb and resource: `patch replicasets`. */
  readonly requests: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  get(ref: ObjectRef): KubeObject | undefined;
  list(type: ResourceType, namespace?: string): readonly KubeObject[];
  /** Creates an object, or replaces spec and metadata of the one that is there, as `kubectl apply` would. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  /** Lets time pass and then judges the scene at rest. */
  advance(seconds: number): Promise<void>;
  /** Stops the operator and starts a new one that knows nothing of the old one's memory. */
  restartOperator(): Promise<void>;
  stop(): Promise<void>;
}

export interface SimulationOptions {
  readonly seed?: number;
  readonly routers: RouterRegistry;
  /** Providers for this world: the metric sources of the simulated cluster answer them. */
  readonly providers: (world: World, clock: VirtualClock) => ProviderRegistry;
  readonly crds: readonly KubeObject[];
  readonly log?: Log;
  /** The operator dies after this many writes, counted from 1, and a new one is started. */
  readonly crashAfterWrite?: number;
}

/** The simulated present: an arbitrary Monday, so that logs read well and nothing depends on the machine's date. */
export const epoch: Instant = instant(Date.UTC(2026, 0, 5, 9, 0, 0));

export async function createSimulation(options: SimulationOptions): Promise<Simulation> {
  const clock = virtualClock(epoch);
  const stream = random(options.seed ?? 1);
  const world = createWorld({ clock, random: stream.fork('world') });
  for (const crd of options.crds) await world.cluster.create(crd, resources.customResourceDefinitions);
  const log = options.log ?? silentLog;
  const watchman: Watchman = watchInvariants(world.server.store, options.routers, checkers);
  const requests = new Map<string, number>();
  const reader = readerOf(world.server.store);
  let generation = 0;
  let writes = 0;
  let crashed = false;
  let controllers: Controllers;

  const startOperator = () => {
    generation += 1;
    const mine = generation;
    const dead = () => mine !== generation;
    const cluster = countedCluster(world.cluster, requests, dead, () => {
      writes += 1;
      if (writes === options.crashAfterWrite) crashed = true;
      return crashed;
    });
    controllers = startControllers({
      cluster,
      routers: options.routers,
      providers: options.providers(world, clock),
      clock,
      random: stream.fork(`operator/${mine}`),
      log,
    });
  };

  const restartOperator = async () => {
    const old = controllers;
    generation += 1; // whatever the old one still tries fails from now on
    crashed = false;
    await old.stop();
    startOperator();
    await clock.advanceBy(0);
  };

  startOperator();
  await clock.advanceBy(0);

  return {
    clock,
    world,
    user: world.cluster,
    requests,
    violations: watchman.violations,
    get: reader.get,
    list: reader.list,
    async apply(...objects) {
      for (const object of objects) await applyObject(world, object);
    },
    async advance(seconds) {
      const end = (clock.now() + seconds * 1000) as Instant;
      while (clock.now() < end) {
        const next = clock.nextAt;
        await clock.advanceTo(next === undefined || next > end ? end : next);
        if (crashed) await restartOperator();
        watchman.checkSettled();
      }
    },
    restartOperator,
    async stop() {
      watchman.stop();
      await controllers.stop();
      world.stop();
    },
  };
}

/** Counts what the operator asks for; refuses everything once it is dead, as a process that is gone asks for nothing. */
function countedCluster(
  cluster: Cluster,
  requests: Map<string, number>,
  dead: () => boolean,
  wrote: () => boolean,
): Cluster {
  const count = (verb: string, type: ResourceType) => {
    const key = `${verb} ${type.plural}`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
  };
  const never = () => new Promise<never>(() => {});
  const write = async <T>(verb: string, type: ResourceType, call: () => Promise<T>): Promise<T> => {
    if (dead()) return never();
    count(verb, type);
    try {
      return await call();
    } finally {
      // an event is no part of the state, and its write is not a place to die at
      if (type !== resources.events && wrote()) await never();
    }
  };
  return {
    get: (ref, signal) => {
      count('get', ref.type);
      return cluster.get(ref, signal);
    },
    list: (type, listOptions) => {
      count('list', type);
      return cluster.list(type, listOptions);
    },
    watch: (type, watchOptions, signal) => cluster.watch(type, watchOptions, signal),
    create: (object, type, writeOptions) =>
      write('create', type, () => cluster.create(object, type, writeOptions)),
    replace: (object, type, writeOptions) =>
      write('update', type, () => cluster.replace(object, type, writeOptions)),
    patch: (ref, patch, writeOptions) =>
      write(writeOptions?.subresource === 'status' ? 'patch status of' : 'patch', ref.type, () =>
        cluster.patch(ref, patch, writeOptions),
      ),
    delete: (ref, deleteOptions) => write('delete', ref.type, () => cluster.delete(ref, deleteOptions)),
  };
}

async function applyObject(world: World, object: KubeObject): Promise<void> {
  const response = await world.server.handle({
    method: 'PATCH',
    path: world.server.pathOf(object),
    query: new URLSearchParams({ fieldManager: 'kubectl', force: 'true' }),
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: object,
  });
  if (response.status >= 300) {
    throw new Error(
      `${object.kind} ${object.metadata.name}: ${messageOf((response as { body?: unknown }).body)}`,
    );
  }
}
