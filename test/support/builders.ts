import { managedByAnnotation, podTemplateHashLabel, revisionAnnotation } from '../../src/api/labels.ts';
import type { AnalysisRun, AnalysisTemplate } from '../../src/api/v1alpha1/analysis.ts';
import type {
  BlueGreenStrategy,
  CanaryStep,
  CanaryStrategy,
  Rollout,
  RolloutSpec,
} from '../../src/api/v1alpha1/rollout.ts';
import type { PodTemplateSpec, ReplicaSet, Service } from '../../src/api/workloads.ts';
import type { Observed, ObservedRouter } from '../../src/core/rollout/observed.ts';
import { podTemplateHash } from '../../src/core/rollout/pod-template-hash.ts';
import { type Instant, instant } from '../../src/kernel/instant.ts';

/** Objects with the boring fields filled in. What a test writes itself wins. */

export const noon: Instant = instant(Date.UTC(2026, 0, 1, 12, 0, 0));

export function podTemplate(image = 'shop:v1'): PodTemplateSpec {
  return {
    metadata: { labels: { app: 'shop' } },
    spec: { containers: [{ name: 'shop', image, resources: {} }] },
  };
}

export function hashOfImage(image: string): string {
  return podTemplateHash(podTemplate(image));
}

export interface RolloutOptions extends Partial<RolloutSpec> {
  readonly name?: string;
  readonly image?: string;
  readonly canary?: CanaryStrategy;
  readonly blueGreen?: BlueGreenStrategy;
  readonly annotations?: Record<string, string>;
  readonly status?: Rollout['status'];
}

export function rollout(options: RolloutOptions = {}): Rollout {
  const { name = 'shop', image, canary, blueGreen, annotations, status, ...spec } = options;
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: {
      name,
      namespace: 'default',
      uid: `uid-${name}`,
      generation: 1,
      ...(annotations && { annotations }),
    },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: 'shop' } },
      template: podTemplate(image),
      strategy: blueGreen === undefined ? { canary: canary ?? {} } : { blueGreen },
      ...spec,
    },
    ...(status && { status }),
  };
}

/** A canary over an Istio VirtualService with its two Services. */
export function routedCanary(steps: CanaryStep[], more: Partial<CanaryStrategy> = {}): CanaryStrategy {
  return {
    canaryService: 'shop-canary',
    stableService: 'shop-stable',
    trafficRouting: { istio: { virtualService: { name: 'shop' } } },
    steps,
    ...more,
  };
}

export const setWeight = (weight: number): CanaryStep => ({ setWeight: weight });
export const pauseFor = (duration?: string | number): CanaryStep => ({
  pause: duration === undefined ? {} : { duration },
});
export const analyse = (templateName: string): CanaryStep => ({
  analysis: { templates: [{ templateName }] },
});

export function service(name: string, hash?: string): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name,
      namespace: 'default',
      ...(hash !== undefined && { annotations: { [managedByAnnotation]: 'shop' } }),
    },
    spec: {
      selector: { app: 'shop', ...(hash !== undefined && { [podTemplateHashLabel]: hash }) },
      ports: [{ port: 80 }],
    },
  };
}

export interface ReplicaSetOptions {
  readonly image?: string;
  readonly size?: number;
  readonly available?: number;
  readonly revision?: number;
  readonly createdAt?: string;
  readonly annotations?: Record<string, string>;
}

export function replicaSet(options: ReplicaSetOptions = {}): ReplicaSet {
  const { image = 'shop:v1', size = 4, revision = 1, createdAt = '2026-01-01T10:00:00Z' } = options;
  const hash = hashOfImage(image);
  const template = podTemplate(image);
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `shop-${hash}`,
      namespace: 'default',
      uid: `uid-shop-${hash}`,
      creationTimestamp: createdAt,
      labels: { app: 'shop', [podTemplateHashLabel]: hash },
      annotations: {
        [revisionAnnotation]: String(revision),
        'rollout.argoproj.io/desired-replicas': '4',
        ...options.annotations,
      },
      ownerReferences: [
        {
          apiVersion: 'argoproj.io/v1alpha1',
          kind: 'Rollout',
          name: 'shop',
          uid: 'uid-shop',
          controller: true,
        },
      ],
    },
    spec: {
      replicas: size,
      selector: { matchLabels: { app: 'shop', [podTemplateHashLabel]: hash } },
      template: {
        ...template,
        metadata: { labels: { app: 'shop', [podTemplateHashLabel]: hash } },
      },
    },
    status: {
      replicas: size,
      readyReplicas: options.available ?? size,
      availableReplicas: options.available ?? size,
    },
  };
}

export function router(more: Partial<ObservedRouter> = {}): ObservedRouter {
  return {
    kind: 'istio',
    supported: true,
    capabilities: new Set(['weight', 'headerRoute', 'mirrorRoute', 'additionalDestinations', 'pingPong']),
    problems: [],
    weight: 0,
    verified: undefined,
    ...more,
  };
}

export function analysisTemplate(name: string): AnalysisTemplate {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisTemplate',
    metadata: { name, namespace: 'default' },
    spec: {
      metrics: [
        {
          name: 'error-rate',
          count: 1,
          interval: '1m',
          successCondition: 'result[0] < 0.01',
          provider: { prometheus: { address: 'http://prometheus', query: 'errors' } },
        },
      ],
    },
  };
}

export function withPhase(
  run: AnalysisRun,
  phase: NonNullable<AnalysisRun['status']>['phase'],
  message?: string,
): AnalysisRun {
  return { ...run, status: { ...run.status, phase, ...(message !== undefined && { message }) } };
}

export function observed(more: Partial<Observed> = {}): Observed {
  return {
    rollout: rollout(),
    replicaSets: [],
    pods: [],
    services: {},
    analysisRuns: [],
    experiments: [],
    experimentReplicaSets: [],
    experimentServices: [],
    templates: {},
    routers: [],
    ...more,
  };
}
