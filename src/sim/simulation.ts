import type { KubeObject } from '../api/meta.ts';
import { apiVersionOf, type ObjectRef, type ResourceType, resources } from '../api/resources.ts';
import { evaluateInstant } from '../core/analysis/instant-expression.ts';
import type { Clock } from '../kernel/clock.ts';
import { invariant } from '../kernel/errors.ts';
import { type Instant, instant } from '../kernel/instant.ts';
import { type Log, silentLog } from '../kernel/log.ts';
import { type Random, random } from '../kernel/random.ts';
import { providerRegistry } from '../metrics/registry.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { TargetRegistration } from '../ports/target-registration.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { routers } from '../routers/registry.ts';
import { inProcessCluster } from '../sandbox/cluster.ts';
import { injectFaults, type RunningFaults } from '../sandbox/faults/inject.ts';
import type { FaultPlan } from '../sandbox/faults/plan.ts';
import { createWorld, type World } from '../sandbox/world.ts';
import { type Controllers, startControllers } from '../shell/controllers.ts';
import type { NotificationSettings } from '../shell/notifications/notifier.ts';
import type { DecideRollout } from '../shell/rollout-controller.ts';
import { checkers } from './checkers/index.ts';
import { readerOf, type Violation, type Watchman, watchInvariants } from './scenes.ts';
import { simulatedHttp } from './simulated-http.ts';
import { settlePromises, type VirtualClock, virtualClock } from './virtual-clock.ts';
import { watchFights } from './write-fights.ts';

/** The production code on a simulated cluster, on virtual time, with every invariant watched. */
export interface Simulation {
  readonly clock: VirtualClock;
  readonly world: World;
  /** As a user's kubectl sees the cluster; the operator's own requests go another way and are counted apart. */
  readonly user: Cluster;
  /** Writes of the operator so far, by verb and resource: `patch replicasets`. */
  readonly requests: ReadonlyMap<string, number>;
  readonly violations: readonly Violation[];
  /** Has the crash that was asked for come? When not, the story had fewer writes than that. */
  readonly hasCrashed: boolean;
  get(ref: ObjectRef): KubeObject | undefined;
  list(type: ResourceType, namespace?: string): readonly KubeObject[];
  /** Creates an object, or replaces spec and metadata of the one that is there, as `kubectl apply` would. */
  apply(...objects: readonly KubeObject[]): Promise<void>;
  /** Lets time pass and then judges the scene at rest. */
  advance(seconds: number): Promise<void>;
  /** Puts a plan of faults into force from now on, in place of the one that was. */
  inject(plan: FaultPlan): RunningFaults;
  /** Stops the operator and starts a new one that knows nothing of the old one's memory. */
  restartOperator(): Promise<void>;
  stop(): Promise<void>;
}

export interface SimulationOptions {
  readonly seed?: number;
  readonly crds: readonly KubeObject[];
  readonly log?: Log;
  /** The routers of each operator that is started. Default: all there are, none of which asks anybody outside the cluster. */
  readonly routers?: (tools: { readonly clock: Clock; readonly random: Random }) => RouterRegistry;
  /** Whom each operator asks whether pods are known to their load balancers. Default: nobody. */
  readonly registration?: (tools: { readonly clock: Clock; readonly random: Random }) => TargetRegistration;
  /** Who is told what happens. Default: nobody. */
  readonly notifications?: NotificationSettings;
  /** Makes what the operator finds in the cluster; it comes a minute later, when the pods are there. */
  readonly found?: (user: Cluster) => Promise<void>;
  /** Called when it is about to come. */
  readonly arrives?: (user: Cluster) => Promise<void>;
  /** How many changes of each resource type watches can go back; a long run keeps its memory small by it. */
  readonly historyLength?: number;
  /** Default: the decision of production. */
  readonly decide?: DecideRollout;
  /** What goes wrong, from the first instant on. */
  readonly faults?: FaultPlan;
  /** The operator dies after this many writes, counted from 1, and a new one is started. */
  readonly crashAfterWrite?: number;
  /** It dies again after each so many writes more. Default: once only. */
  readonly crashAgainEvery?: number;
}

/** The simulated present: an arbitrary Monday, so that logs read well and nothing depends on the machine's date. */
export const epoch: Instant = instant(Date.UTC(2026, 0, 5, 9, 0, 0));

export async function createSimulation(options: SimulationOptions): Promise<Simulation> {
  const clock = virtualClock(epoch, { settle: settlePromises() });
  const stream = random(options.seed ?? 1);
  const world = createWorld({
    clock,
    random: stream.fork('world'),
    ...(options.historyLength !== undefined && { historyLength: options.historyLength }),
  });
  for (const crd of options.crds) await world.cluster.create(crd, resources.customResourceDefinitions);
  const log = options.log ?? silentLog;
  const watchman: Watchman = watchInvariants(world.server.store, routers, checkers);
  const fights = watchFights(world.server.store, clock);
  const requests = new Map<string, number>();
  const reader = readerOf(world.server.store);
  const user = inProcessCluster(world.server, { userAgent: 'kubectl' });
  let operators = 0;
  let writes = 0;
  let crashed = false;
  let controllers: Controllers;

  const startOperator = () => {
    operators += 1;
    crashed = false;
    const life = { over: false };
    const cluster = countedCluster(world.cluster, requests, life, () => {
      writes += 1;
      if (!isCrashPoint(writes, options)) return;
      life.over = true;
      crashed = true;
      controllers.kill();
    });
    const providers = providerRegistry({
      http: simulatedHttp(world),
      evaluateInstant,
      readSecret: async () => undefined,
      clock,
      jobs: { cluster },
    });
    controllers = startControllers({
      cluster,
      routers: options.routers?.({ clock, random: stream.fork(`operator/${operators}/routers`) }) ?? routers,
      providers,
      registration: options.registration?.({ clock, random: stream.fork(`operator/${operators}/targets`) }),
      clock,
      random: stream.fork(`operator/${operators}`),
      ...(options.notifications && { notifications: options.notifications }),
      ...(options.decide !== undefined && { decide: options.decide }),
      log,
    });
  };

  const restartOperator = async () => {
    controllers.kill();
    startOperator();
    await clock.advanceBy(0);
  };

  let faults: RunningFaults | undefined;
  const inject = (plan: FaultPlan) => {
    faults?.stop();
    faults = injectFaults(plan, { world, clock });
    return faults;
  };
  if (options.faults !== undefined) inject(options.faults);

  if (options.found !== undefined) {
    await options.found(user);
    await clock.advanceBy(60);
  }
  await options.arrives?.(user);
  startOperator();
  await clock.advanceBy(0);

  return {
    clock,
    world,
    user,
    requests,
    violations: watchman.violations,
    get hasCrashed() {
      return operators > 1;
    },
    get: reader.get,
    list: reader.list,
    async apply(...objects) {
      for (const object of objects) {
        const type = typeOf(object);
        const { namespace = 'default', name } = object.metadata;
        const ref = { type, namespace: type.namespaced ? namespace : undefined, name };
        await user.patch(ref, { kind: 'apply', body: object });
      }
    },
    async advance(seconds) {
      const end = (clock.now() + seconds * 1000) as Instant;
      while (clock.now() < end) {
        const next = clock.nextAt;
        await clock.advanceTo(next === undefined || next > end ? end : next);
        fights.check();
        while (crashed) await restartOperator(); // what a dead operator leaves is not at rest
        if (faults?.isDisturbing() !== true) watchman.checkSettled(); // else a plan may be half done
      }
    },
    inject,
    restartOperator,
    async stop() {
      faults?.stop();
      watchman.stop();
      fights.stop();
      await controllers.stop();
      world.stop();
    },
  };
}

function isCrashPoint(write: number, { crashAfterWrite, crashAgainEvery }: SimulationOptions): boolean {
  if (crashAfterWrite === undefined || write < crashAfterWrite) return false;
  const since = write - crashAfterWrite;
  return crashAgainEvery === undefined ? since === 0 : since % crashAgainEvery === 0;
}

/** Counts what the operator asks for; answers nothing more once it is dead, as a process that is gone hears nothing. */
function countedCluster(
  cluster: Cluster,
  requests: Map<string, number>,
  life: { readonly over: boolean },
  wrote: () => void,
): Cluster {
  const never = () => new Promise<never>(() => {});
  const count = (verb: string, type: ResourceType) => {
    const key = `${verb} ${type.plural}`;
    requests.set(key, (requests.get(key) ?? 0) + 1);
  };
  const read = <T>(verb: string, type: ResourceType, call: () => Promise<T>): Promise<T> => {
    if (life.over) return never();
    count(verb, type);
    return call();
  };
  const write = async <T>(verb: string, type: ResourceType, call: () => Promise<T>): Promise<T> => {
    if (life.over) return never();
    count(verb, type);
    const answer = await call();
    if (type !== resources.events) wrote(); // an event is no part of the state, so no place to die at
    return life.over ? never() : answer;
  };
  return {
    get: (ref, signal) => read('get', ref.type, () => cluster.get(ref, signal)),
    list: (type, listOptions) => read('list', type, () => cluster.list(type, listOptions)),
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

function typeOf(object: KubeObject): ResourceType {
  const found = Object.values(resources).find(
    (type) => type.kind === object.kind && apiVersionOf(type) === object.apiVersion,
  );
  invariant(found !== undefined, `No resource type for ${object.apiVersion} ${object.kind}.`);
  return found;
}
