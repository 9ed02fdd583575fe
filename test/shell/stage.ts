import { podTemplateHashLabel } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, type ResourceType, resources } from '../../src/api/resources.ts';
import type { Share } from '../../src/api/share.ts';
import type { Split } from '../../src/api/split.ts';
import type { Rollout, RolloutSpec, RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import type { Plan } from '../../src/core/plan.ts';
import type { Observed } from '../../src/core/rollout/observed.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { Facts, Log } from '../../src/kernel/log.ts';
import { random } from '../../src/kernel/random.ts';
import type { RouterRegistry, TrafficRouter } from '../../src/ports/traffic-router.ts';
import { startControllers } from '../../src/shell/controllers.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from './fake-cluster.ts';

export const start = instant(Date.UTC(2026, 0, 1));

export const rolloutRef: ObjectRef = { type: resources.rollouts, namespace: 'web', name: 'shop' };
export const refOf = (type: ResourceType, name: string): ObjectRef => ({ type, namespace: 'web', name });

export function aRollout(name = 'shop', spec: Partial<RolloutSpec> = {}, status?: RolloutStatus): Rollout {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name, namespace: 'web' },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: `${name}:v1` }] },
      },
      strategy: { canary: {} },
      ...spec,
    },
    ...(status && { status }),
  };
}

export function aReplicaSet(owner: Rollout, hash: string, replicas = 0): ReplicaSet {
  const { name, namespace, uid = '' } = owner.metadata;
  const labels = { app: name, [podTemplateHashLabel]: hash };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${name}-${hash}`,
      ...(namespace !== undefined && { namespace }),
      labels,
      ownerReferences: [{ apiVersion: owner.apiVersion, kind: 'Rollout', name, uid, controller: true }],
    },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers: [{ name: 'main', image: `${name}:v1` }] } },
    },
  };
}

export function aService(name: string, selector: Record<string, string> = { app: 'shop' }): Service {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'web' }, spec: { selector } };
}

export function aSplit(canary: number, total = 100): Split {
  return {
    total,
    stable: { service: 'shop-stable', podTemplateHash: 'aaa', weight: total - canary },
    canary: { service: 'shop-canary', podTemplateHash: 'bbb', weight: canary },
    additional: [],
    headerRoutes: [],
    mirrorRoutes: [],
  };
}

/** A router whose object is a ConfigMap-like VirtualService with one number in it. */
export const toyRouter: TrafficRouter = {
  kind: 'istio',
  capabilities: new Set(['weight']),
  objects: ({ spec, metadata }) => [
    {
      type: resources.virtualServices,
      namespace: metadata.namespace,
      name: spec.strategy?.canary?.trafficRouting?.istio?.virtualService?.name ?? '',
    },
  ],
  validate: (_, [object]) => (object === undefined ? [{ path: 'istio', value: '', detail: 'missing' }] : []),
  render: (_, [object], split) => {
    const current = object as KubeObject & { spec: { canary?: number } };
    if (current.spec.canary === split.canary.weight) return [current];
    return [{ ...current, spec: { ...current.spec, canary: split.canary.weight } }];
  },
  describeChange: ({ metadata }, split) => ({
    reason: 'Updated VirtualService',
    message: `VirtualService \`${metadata.name}\` set to desiredWeight '${split.canary.weight}'`,
  }),
  readWeight: (_, [object]) => (object as { spec: { canary?: number } } | undefined)?.spec.canary,
};

export const routed: Partial<RolloutSpec> = {
  strategy: {
    canary: {
      stableService: 'shop-stable',
      canaryService: 'shop-canary',
      trafficRouting: { istio: { virtualService: { name: 'shop' } } },
    },
  },
};

export const noPlan: Plan<RolloutStatus> = { actions: [], events: [], reason: 'nothing to do' };

export interface StageOptions {
  readonly decide?: (observed: Observed, now: Instant) => Plan<RolloutStatus>;
  readonly prepare?: (cluster: FakeCluster) => void;
  readonly routers?: RouterRegistry;
  readonly workers?: number;
  readonly share?: Share;
  readonly onlyNamespaced?: boolean;
}

export interface LogLine {
  readonly level: keyof Log;
  readonly message: string;
  readonly facts: Facts;
}

/** The shell with a decision of the test's own, on a server that may misbehave, at rest. */
export async function stage(options: StageOptions = {}) {
  const clock = virtualClock(start);
  const cluster = fakeCluster();
  options.prepare?.(cluster);
  const seen: { at: number; observed: Observed }[] = [];
  const lines: LogLine[] = [];
  const line =
    (level: keyof Log) =>
    (message: string, facts: Facts = {}) =>
      void lines.push({ level, message, facts });
  const controllers = startControllers({
    cluster,
    routers: options.routers ?? { istio: toyRouter },
    providers: {},
    clock,
    random: random(1),
    log: { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') },
    decide: (observed, now) => {
      seen.push({ at: (now - start) / 1000, observed });
      return options.decide?.(observed, now) ?? noPlan;
    },
    reconcileAnalysisRun: async () => undefined,
    ...(options.share !== undefined && { share: options.share }),
    ...(options.onlyNamespaced !== undefined && { onlyNamespaced: options.onlyNamespaced }),
    ...(options.workers !== undefined && { workers: { rollouts: options.workers } }),
  });
  await clock.advanceBy(0);
  /** Calls that changed something, other than events. */
  const writes = () => cluster.calls.filter((call) => /^(create|patch|replace|delete) (?!events)/.test(call));
  const events = () =>
    cluster.bodies
      .map((body) => body as { kind?: string; reason?: string; message?: string; type?: string })
      .filter(({ kind }) => kind === 'Event')
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  return { clock, cluster, controllers, seen, lines, writes, events };
}
