import type { KubeObject } from '../../src/api/meta.ts';
import type { AnalysisPhase, AnalysisRun, AnalysisTemplate } from '../../src/api/v1alpha1/analysis.ts';
import type { Experiment, ExperimentSpec, ExperimentStatus } from '../../src/api/v1alpha1/experiment.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import { decideExperiment, type ExperimentPlan } from '../../src/core/experiment/decide.ts';
import type { ObservedExperiment } from '../../src/core/experiment/observed.ts';
import type { Action, PlannedEvent } from '../../src/core/plan.ts';
import { addSeconds, type Instant } from '../../src/kernel/instant.ts';
import { noon } from './builders.ts';

/** One template, of pods that listen on a port. */
export function trialTemplate(name: string, more: object = {}): ExperimentSpec['templates'][number] {
  const labels = { app: 'trial', version: name };
  const containers = [{ name: 'main', image: `shop:${name}`, ports: [{ containerPort: 8080 }] }];
  return {
    name,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers } },
    ...more,
  };
}

export function trial(spec: Partial<ExperimentSpec> = {}): Experiment {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Experiment',
    metadata: { name: 'trial', namespace: 'default', uid: 'uid-trial' },
    spec: { templates: [trialTemplate('old'), trialTemplate('new')], ...spec },
  };
}

/** More decisions than any story needs. */
const mostDecisions = 40;

/** A toy cluster for one Experiment, in memory and without time: decisions are carried out until nothing is left to do. */
export class ExperimentPlay {
  experiment: Experiment;
  now: Instant = noon;
  readonly replicaSets = new Map<string, ReplicaSet>();
  readonly services = new Map<string, Service>();
  readonly runs = new Map<string, AnalysisRun>();
  readonly events: PlannedEvent[] = [];
  readonly ownerEvents: PlannedEvent[] = [];
  readonly actions: Action[] = [];
  /** Templates whose pods never become available. */
  readonly broken = new Set<string>();
  seen: Partial<ObservedExperiment> = {};
  lastPlan: ExperimentPlan | undefined;
  private readonly templates: ObservedExperiment['templates'];

  constructor(experiment: Experiment, templates: readonly AnalysisTemplate[] = []) {
    this.experiment = structuredClone(experiment);
    this.templates = Object.fromEntries(
      templates.map((each) => [`${each.kind}/${each.metadata.name}`, each]),
    );
  }

  get status(): ExperimentStatus {
    return this.experiment.status ?? {};
  }

  /** `Running`, or `Failed: why`. */
  get verdict(): string {
    const { phase, message } = this.status;
    return message === undefined ? `${phase}` : `${phase}: ${message}`;
  }

  template(name: string): string | undefined {
    return this.status.templateStatuses?.find((each) => each.name === name)?.status;
  }

  /** Sizes of the ReplicaSets, by name. */
  get sizes(): Record<string, number> {
    return Object.fromEntries(
      [...this.replicaSets.values()].map(({ metadata, spec }) => [metadata.name, spec.replicas ?? 1]),
    );
  }

  decide(): boolean {
    const plan = decideExperiment(structuredClone(this.observed()), this.now);
    this.lastPlan = plan;
    if (plan.wakeAt !== undefined && plan.wakeAt <= this.now)
      throw new Error('woke itself at once: a busy loop');
    for (const action of plan.actions) this.apply(action);
    this.actions.push(...plan.actions);
    const changed =
      plan.actions.length > 0 ||
      (plan.status !== undefined && JSON.stringify(plan.status) !== JSON.stringify(this.experiment.status));
    if (plan.status !== undefined)
      this.experiment = structuredClone({ ...this.experiment, status: plan.status });
    this.events.push(...plan.events);
    this.ownerEvents.push(...plan.ownerEvents);
    return changed;
  }

  /** Decisions until nothing changes; pods become available in between. */
  settle(): this {
    for (let decisions = 0; decisions < mostDecisions; decisions += 1) {
      const decided = this.decide();
      if (!this.movePods() && !decided) return this;
    }
    throw new Error(`still deciding after ${mostDecisions} decisions: ${this.lastPlan?.reason}`);
  }

  /** Lets time pass, deciding at each alarm on the way. */
  pass(seconds: number): this {
    const end = addSeconds(this.now, seconds);
    for (let at = this.lastPlan?.wakeAt; at !== undefined && at <= end; at = this.lastPlan?.wakeAt) {
      this.now = at;
      this.settle();
    }
    this.now = end;
    return this.settle();
  }

  edit(spec: Partial<ExperimentSpec>): this {
    this.experiment = { ...this.experiment, spec: { ...this.experiment.spec, ...spec } };
    return this;
  }

  judge(name: string, phase: AnalysisPhase, message?: string): this {
    const run = this.runs.get(name);
    if (run === undefined) throw new Error(`no run ${name}: ${[...this.runs.keys()].join(', ')}`);
    this.runs.set(name, { ...run, status: { phase, ...(message !== undefined && { message }) } });
    return this.settle();
  }

  private observed(): ObservedExperiment {
    return {
      experiment: this.experiment,
      replicaSets: [...this.replicaSets.values()],
      services: [...this.services.values()],
      analysisRuns: [...this.runs.values()],
      otherRuns: [],
      templates: this.templates,
      taken: [],
      served: new Set(),
      refusals: [],
      ...this.seen,
    };
  }

  private movePods(): boolean {
    let moved = false;
    for (const [name, set] of this.replicaSets) {
      const replicas = set.spec.replicas ?? 1;
      const isBroken = this.broken.has(name);
      const available = isBroken ? 0 : replicas;
      if (set.status?.replicas === replicas && set.status.availableReplicas === available) continue;
      this.replicaSets.set(name, {
        ...set,
        status: { replicas, readyReplicas: available, availableReplicas: available },
      });
      moved = true;
    }
    return moved;
  }

  private apply(action: Action): void {
    switch (action.do) {
      case 'createReplicaSet':
        this.replicaSets.set(action.replicaSet.metadata.name, stamped(action.replicaSet));
        return;
      case 'create':
        this.services.set(action.ref.name, stamped(action.object as Service));
        return;
      case 'createAnalysisRun':
        this.runs.set(action.run.metadata.name, stamped(action.run));
        return;
      case 'delete':
        this.services.delete(action.ref.name);
        return;
      case 'terminateAnalysisRun': {
        const run = this.runs.get(action.name) as AnalysisRun;
        this.runs.set(action.name, { ...run, spec: { ...run.spec, terminate: true } });
        return;
      }
      case 'scaleReplicaSet': {
        const set = this.replicaSets.get(action.name) as ReplicaSet;
        const annotations = Object.entries({ ...set.metadata.annotations, ...action.annotations });
        this.replicaSets.set(action.name, {
          ...set,
          metadata: {
            ...set.metadata,
            annotations: Object.fromEntries(
              annotations.filter((pair): pair is [string, string] => pair[1] !== null),
            ),
          },
          spec: { ...set.spec, replicas: action.replicas },
        });
        return;
      }
      default:
        throw new Error(`an Experiment's plan has no ${action.do}`);
    }
  }
}

function stamped<T extends KubeObject>(object: T): T {
  return structuredClone({ ...object, metadata: { ...object.metadata, uid: `uid-${object.metadata.name}` } });
}
