import {
  managedByAnnotation,
  podTemplateHashLabel,
  workloadGenerationAnnotation,
} from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import type { AnalysisPhase, AnalysisRun, AnalysisTemplate } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { Rollout, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import type { Action, Plan, PlannedEvent } from '../../src/core/plan.ts';
import { decideRollout } from '../../src/core/rollout/decide.ts';
import type { Observed, ObservedRegistration, ObservedRouter } from '../../src/core/rollout/observed.ts';
import { registrationNeed } from '../../src/core/rollout/registration.ts';
import { addSeconds, formatInstant, type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { sameJson } from '../../src/kernel/same-json.ts';
import type { Scene, ServicePart } from '../../src/sim/scene.ts';
import { hashOfImage, noon, podTemplate, router, service } from './builders.ts';

/** More decisions than any story needs: a rollout that decides on and on without an end is a loop. */
const mostDecisions = 60;

export interface PlayOptions {
  readonly services?: readonly string[];
  readonly templates?: readonly AnalysisTemplate[];
  readonly routers?: number;
  /** Forget the plan after so many actions, once: the process died. */
  readonly crashAfter?: number;
  /** Sees each write of the operator: the scene after it and before it. */
  readonly check?: (scene: Scene, before: Scene, action: Action) => void;
  /** With `workloadRef`: the Deployment that it names. */
  readonly workload?: KubeObject;
}

/** Something happens in the middle of the next plan, when so many of its writes are done. */
export interface Disturbance {
  readonly afterWrites: number;
  /** Somebody else writes, and the plan goes on until it meets that. Absent: the plan ends here, as at a crash or a conflict. */
  readonly deed?: () => void;
}

/**
 * A toy cluster for one Rollout, in memory and without time: decisions are carried out one after the other until nothing
 * is left to do. Pods come when a test says so, or at once.
 */
export class Play {
  rollout: Rollout;
  now: Instant = noon;
  readonly replicaSets = new Map<string, ReplicaSet>();
  readonly services: Record<string, Service> = {};
  readonly runs = new Map<string, AnalysisRun>();
  readonly experiments = new Map<string, Experiment>();
  readonly experimentReplicaSets = new Map<string, ReplicaSet>();
  readonly experimentServices = new Set<string>();
  readonly templates: Observed['templates'];
  readonly events: PlannedEvent[] = [];
  readonly actions: Action[] = [];
  /** What the routers give the Service that was the canary's when they were written. */
  weights: number[];
  canaryService: string | undefined;
  verified: boolean | undefined;
  /** What else the data plane says with it. */
  answer: Partial<ObservedRouter> = {};
  /** What AWS says of the pods behind a Service, and of whose pods. Absent: nobody asks AWS. */
  registration: Omit<ObservedRegistration, 'news'> | undefined;
  /** What the metrics count since the weight of status. Absent: they have not been asked yet. */
  requests:
    | { readonly canary: number; readonly stable: number }
    | { readonly error: string }
    | 'as weighted'
    | undefined;
  /** Does AWS know every pod that it is asked about? Absent: `registration` says. */
  knowsPods: boolean | undefined;
  statusWrites = 0;
  wakeAt: Instant | undefined;
  lastPlan: Plan<RolloutStatus> | undefined;
  /** Pods of these images never become available. */
  readonly broken = new Set<string>();
  workload: KubeObject | undefined;
  /** Weights of the running experiment's Services. */
  additionalWeight = 0;
  disturbance: Disturbance | undefined;
  private readonly options: PlayOptions;

  constructor(first: Rollout, options: PlayOptions = {}) {
    this.rollout = structuredClone(first);
    this.options = options;
    this.workload = options.workload;
    if (options.crashAfter !== undefined) this.disturbance = { afterWrites: options.crashAfter };
    this.weights = Array.from({ length: options.routers ?? 0 }, () => 0);
    for (const name of options.services ?? []) this.services[name] = service(name);
    this.templates = Object.fromEntries(
      (options.templates ?? []).map((template) => [`${template.kind}/${template.metadata.name}`, template]),
    );
  }

  get status(): RolloutStatus {
    return this.rollout.status ?? {};
  }

  /** Nothing in it is ever changed, only replaced: a scene stays as it was. */
  scene(): Scene {
    const { canary, blueGreen } = this.rollout.spec.strategy ?? {};
    const { pingPong } = canary ?? {};
    const canaryService = pingPong === undefined ? canary?.canaryService : this.canaryService;
    const stableService =
      pingPong === undefined
        ? canary?.stableService
        : canaryService === pingPong.pingService
          ? pingPong.pongService
          : pingPong.pingService;
    const parts: readonly (readonly [ServicePart, string | undefined])[] = [
      ['stable', stableService],
      ['canary', canaryService],
      ['active', blueGreen?.activeService],
      ['preview', blueGreen?.previewService],
    ];
    return {
      rollout: this.rollout,
      replicas: this.rollout.spec.replicas ?? 1,
      replicaSets: [...this.replicaSets.values()],
      services: parts.flatMap(([part, name]) => {
        const found = name === undefined ? undefined : this.services[name];
        return found === undefined ? [] : [{ part, service: found }];
      }),
      weights: this.weights.map((weight, index) => ({
        router: `router ${index + 1}`,
        weight,
        additional: this.additionalWeight,
      })),
      total: canary?.trafficRouting?.maxTrafficWeight ?? 100,
    };
  }

  observe(): Observed {
    const { maxTrafficWeight: total = 100 } = this.rollout.spec.strategy?.canary?.trafficRouting ?? {};
    return {
      rollout: this.rollout,
      ...(this.workload !== undefined && { workload: this.workload }),
      replicaSets: [...this.replicaSets.values()],
      ...this.counted(),
      ...this.registered(),
      pods: [],
      services: { ...this.services },
      analysisRuns: [...this.runs.values()],
      experiments: [...this.experiments.values()],
      experimentReplicaSets: [...this.experimentReplicaSets.values()],
      experimentServices: [...this.experimentServices],
      templates: this.templates,
      routers: this.weights.map((weight) =>
        router({
          weight: this.isSwapped() ? total - weight : weight,
          verified: this.verified,
          ...this.answer,
        }),
      ),
    };
  }

  private counted(): Pick<Observed, 'split'> {
    const since = parseInstant(this.status.canary?.observedSplit?.since);
    if (this.requests === undefined || since === undefined) return {};
    if (this.requests !== 'as weighted') return { split: { since, ...this.requests } };
    const { canary, stable } = this.status.canary?.weights ?? {};
    const of = (weight = 0) => weight * 1000;
    return { split: { since, canary: of(canary?.weight), stable: of(stable?.weight) } };
  }

  private registered(): Pick<Observed, 'registration'> {
    if (this.knowsPods === undefined) {
      return this.registration === undefined ? {} : { registration: { news: [], ...this.registration } };
    }
    const need = registrationNeed(this.rollout, [...this.replicaSets.values()]);
    const verified = need !== undefined && this.knowsPods;
    return { registration: { news: [], verified, podTemplateHash: need?.podTemplateHash } };
  }

  /** With ping-pong a router reads the weight of whoever is the canary by status, which the last write may have changed. */
  private isSwapped(): boolean {
    const { pingPong } = this.rollout.spec.strategy?.canary ?? {};
    if (pingPong === undefined || this.canaryService === undefined) return false;
    const isPing = this.status.canary?.stablePingPong === 'ping';
    return this.canaryService !== (isPing ? pingPong.pongService : pingPong.pingService);
  }

  /** One decision, carried out. True when it changed anything, or was disturbed. */
  decide(): boolean {
    const seen = this.observe();
    const plan = decideRollout(seen, this.now);
    this.lastPlan = plan;
    this.wakeAt = plan.wakeAt;
    if (plan.wakeAt !== undefined && plan.wakeAt <= this.now)
      throw new Error('woke itself at once: a busy loop');
    const observed = { rollout: this.rollout, replicaSets: new Map(this.replicaSets) };
    let writes = 0;
    let disturbed = false;
    const isCutOff = (): boolean => {
      const { disturbance } = this;
      if (disturbance === undefined || writes < disturbance.afterWrites) return false;
      this.disturbance = undefined;
      disturbed = true;
      disturbance.deed?.();
      return disturbance.deed === undefined;
    };
    for (const action of plan.actions) {
      if (isCutOff() || this.isConflict(action, observed)) return true;
      const before = this.scene();
      if (!this.apply(action)) continue;
      if (action.do === 'mergePatch' && action.ref.type.kind === 'Rollout') observed.rollout = this.rollout;
      this.actions.push(action);
      writes += 1;
      if (!disturbed) this.options.check?.(this.scene(), before, action); // nobody is judged by what could not be seen
    }
    if (isCutOff()) return true;
    if (plan.status !== undefined && !sameJson(plan.status, observed.rollout.status)) {
      if (this.rollout !== observed.rollout) return true;
      this.rollout = { ...this.rollout, status: plan.status };
      this.statusWrites += 1;
      writes += 1;
    }
    if (writes > 0) this.events.push(...plan.events);
    return writes > 0 || disturbed;
  }

  /** Has somebody else deleted what this action changes, or changed it since it was observed, where that matters? */
  private isConflict(
    action: Action,
    observed: { readonly rollout: Rollout; readonly replicaSets: ReadonlyMap<string, ReplicaSet> },
  ): boolean {
    if (action.do === 'scaleReplicaSet')
      return this.replicaSets.get(action.name) !== observed.replicaSets.get(action.name);
    if (action.do === 'switchService') return this.services[action.name] === undefined;
    if (action.do !== 'mergePatch') return false;
    if (action.ref.type.kind === 'ReplicaSet') return !this.replicaSets.has(action.ref.name);
    return action.ref.type.kind === 'Rollout' && this.rollout !== observed.rollout;
  }

  /** Decisions until nothing changes; pods become available in between unless they are broken or `pods` is false. */
  settle({ pods = true }: { pods?: boolean } = {}): this {
    for (let decisions = 0; decisions < mostDecisions; decisions += 1) {
      const decided = this.decide();
      const moved = pods ? this.movePods() : false;
      if (!decided && !moved) return this;
    }
    throw new Error(`still deciding after ${mostDecisions} decisions: ${this.lastPlan?.reason}`);
  }

  /** Lets time pass, deciding at each alarm on the way. */
  pass(seconds: number): this {
    const end = addSeconds(this.now, seconds);
    for (
      let alarms = 0;
      alarms < mostDecisions && this.wakeAt !== undefined && this.wakeAt <= end;
      alarms += 1
    ) {
      this.now = this.wakeAt;
      this.settle();
    }
    this.now = end;
    return this.settle();
  }

  image(image: string): this {
    if (this.workload === undefined) return this.edit({ template: podTemplate(image) });
    const { metadata, spec } = this.workload as KubeObject & { spec: object };
    const generation = (metadata.generation ?? 1) + 1;
    this.workload = {
      ...this.workload,
      metadata: { ...metadata, generation },
      spec: { ...spec, template: podTemplate(image) },
    } as KubeObject;
    const { metadata: own } = this.rollout;
    const annotations = { ...own.annotations, [workloadGenerationAnnotation]: String(generation) };
    this.rollout = { ...this.rollout, metadata: { ...own, annotations } };
    return this;
  }

  edit(spec: Partial<Rollout['spec']>): this {
    const { metadata } = this.rollout;
    this.rollout = {
      ...this.rollout,
      metadata: { ...metadata, generation: (metadata.generation ?? 1) + 1 },
      spec: { ...this.rollout.spec, ...spec },
    };
    return this;
  }

  /** A merge patch on status, as the command line sends it: a null removes. */
  patchStatus(patch: Record<string, unknown>): this {
    const merged = { ...this.rollout.status, ...patch };
    const status = Object.fromEntries(
      Object.entries(merged).filter(([, value]) => value !== null),
    ) as RolloutStatus;
    this.rollout = { ...this.rollout, status };
    return this;
  }

  /** Sets the phase of the newest run whose name matches. */
  judge(name: RegExp, phase: AnalysisPhase, message?: string): this {
    const run = [...this.runs.values()].filter(({ metadata }) => name.test(metadata.name)).at(-1);
    if (run === undefined) throw new Error(`no run matches ${name}: ${[...this.runs.keys()].join(', ')}`);
    this.runs.set(run.metadata.name, {
      ...run,
      status: { phase, ...(message !== undefined && { message }) },
    });
    return this;
  }

  /** Somebody creates the Service again, as its manifest says; one that is there stays. */
  restoreService(name: string): this {
    this.services[name] ??= service(name);
    return this;
  }

  /** Somebody else's hand: the Service selects this hash. */
  pointService(name: string, hash: string): this {
    const before = this.services[name];
    if (before === undefined) return this;
    const selector = { ...before.spec.selector, [podTemplateHashLabel]: hash };
    this.services[name] = { ...before, spec: { ...before.spec, selector } };
    return this;
  }

  setOf(image: string): ReplicaSet | undefined {
    return [...this.replicaSets.values()].find(
      ({ metadata }) => metadata.labels?.[podTemplateHashLabel] === hashOfImage(image),
    );
  }

  sizeOf(image: string): number {
    return this.setOf(image)?.spec.replicas ?? 0;
  }

  availableOf(image: string): number {
    return this.setOf(image)?.status?.availableReplicas ?? 0;
  }

  setAvailable(image: string, available: number): this {
    const set = this.setOf(image);
    if (set === undefined) throw new Error(`no ReplicaSet of ${image}`);
    this.replicaSets.set(set.metadata.name, {
      ...set,
      status: {
        ...set.status,
        replicas: set.spec.replicas,
        readyReplicas: available,
        availableReplicas: available,
      },
    });
    return this;
  }

  selected(name: string): string | undefined {
    return this.services[name]?.spec.selector?.[podTemplateHashLabel];
  }

  reasons(): string[] {
    return this.events.map(({ reason }) => reason);
  }

  /** Every pod that is asked for exists and is available, unless its image is broken. True when that changed anything. */
  movePods(): boolean {
    let moved = false;
    for (const [name, set] of this.replicaSets) {
      const size = set.spec.replicas ?? 0;
      const isBroken = this.broken.has(set.spec.template.spec?.containers[0]?.image ?? '');
      const available = isBroken ? Math.min(size, set.status?.availableReplicas ?? 0) : size;
      if (set.status?.replicas === size && set.status.availableReplicas === available) continue;
      this.replicaSets.set(name, {
        ...set,
        status: { replicas: size, readyReplicas: available, availableReplicas: available },
      });
      moved = true;
    }
    return moved;
  }

  /** Carries out one action; false when the world is so already. */
  private apply(action: Action): boolean {
    switch (action.do) {
      case 'createReplicaSet':
        return this.createReplicaSet(action.replicaSet);
      case 'scaleReplicaSet':
        return this.patch(this.replicaSets, action.name, {
          spec: { replicas: action.replicas },
          metadata: { annotations: action.annotations ?? {} },
        });
      case 'switchService':
        return this.switchService(action.name, action.podTemplateHash);
      case 'route': {
        const { weight, service } = action.split.canary;
        const sum = [action.split.stable, action.split.canary, ...action.split.additional].reduce(
          (all, to) => all + to.weight,
          0,
        );
        if (sum !== action.split.total) throw new Error(`the weights sum to ${sum}`);
        const changed = this.weights.some((shown) => shown !== weight) || this.canaryService !== service;
        this.additionalWeight = action.split.additional.reduce((all, to) => all + to.weight, 0);
        this.weights = this.weights.map(() => weight);
        this.canaryService = service;
        return changed;
      }
      case 'createAnalysisRun':
        if (this.runs.has(action.run.metadata.name)) return false;
        this.runs.set(action.run.metadata.name, this.stamped(action.run));
        return true;
      case 'terminateAnalysisRun':
        return this.patch(this.runs, action.name, { spec: { terminate: true } });
      case 'createExperiment':
        this.experiments.set(action.experiment.metadata.name, this.stamped(action.experiment));
        return true;
      case 'terminateExperiment':
        return this.patch(this.experiments, action.name, { spec: { terminate: true } });
      case 'delete':
        return [this.replicaSets, this.runs, this.experiments].some((objects) =>
          objects.delete(action.ref.name),
        );
      case 'mergePatch':
        return this.mergePatch(action.ref.type.kind, action.ref.name, action.body);
      case 'adoptReplicaSet':
      case 'releaseReplicaSet':
        return this.patch(this.replicaSets, action.name, {
          metadata: { ownerReferences: action.ownerReferences },
        });
      case 'evictPod':
      case 'create':
        return true;
    }
  }

  private stamped<T extends KubeObject>(object: T): T {
    return structuredClone({
      ...object,
      metadata: {
        ...object.metadata,
        creationTimestamp: formatInstant(this.now),
        uid: `uid-${object.metadata.name}`,
      },
    });
  }

  private createReplicaSet(set: ReplicaSet): boolean {
    if (this.replicaSets.has(set.metadata.name)) return false;
    this.replicaSets.set(set.metadata.name, {
      ...this.stamped(set),
      status: { replicas: 0, availableReplicas: 0 },
    });
    return true;
  }

  private switchService(name: string, hash: string): boolean {
    const before = this.services[name];
    if (before === undefined) throw new Error(`no Service ${name}`);
    if (before.spec.selector?.[podTemplateHashLabel] === hash) return false;
    this.services[name] = {
      ...before,
      metadata: {
        ...before.metadata,
        annotations: { ...before.metadata.annotations, [managedByAnnotation]: this.rollout.metadata.name },
      },
      spec: { ...before.spec, selector: { ...before.spec.selector, [podTemplateHashLabel]: hash } },
    };
    return true;
  }

  private mergePatch(kind: string, name: string, body: Readonly<Record<string, unknown>>): boolean {
    if (kind === 'ReplicaSet') return this.patch(this.replicaSets, name, body);
    if (kind === 'Deployment') {
      const before = this.workload;
      this.workload = merge(before, body) as KubeObject;
      return !sameJson(before, this.workload);
    }
    if (kind !== 'Rollout') return true;
    const next = merge(this.rollout, body) as Rollout;
    const changed = !sameJson(next, this.rollout);
    this.rollout = next;
    return changed;
  }

  private patch<T extends KubeObject>(
    objects: Map<string, T>,
    name: string,
    body: Readonly<Record<string, unknown>>,
  ): boolean {
    const before = objects.get(name);
    if (before === undefined) throw new Error(`no object ${name}`);
    const after = merge(before, body) as T;
    objects.set(name, after);
    return !sameJson(before, after);
  }
}

/** RFC 7396. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = {
    ...(typeof target === 'object' && target !== null ? target : {}),
  };
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = merge(result[key], value);
  }
  return result;
}
