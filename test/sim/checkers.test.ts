import { podTemplateHashLabel } from '../../src/api/labels.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { ReplicaSet, Service } from '../../src/api/workloads.ts';
import { checkers } from '../../src/sim/checkers/index.ts';
import type { Scene, ServicePart } from '../../src/sim/scene.ts';

interface Picture {
  canaryWeight?: number;
  /** Available pods and size by revision. */
  pods?: Record<string, { available: number; size?: number }>;
  /** Revision that each Service selects; null is a selector without one. */
  selects?: Partial<Record<ServicePart, string | null>>;
  status?: Rollout['status'];
  otherRouter?: number;
  /** A Service of an experiment that has a weight of 5. */
  receiver?: { exists?: boolean; size?: number; available?: number };
}

/** A canary of ten pods over Istio: `old` is stable, `new` is the canary, steps 10, pause, 50, pause. */
function scene(picture: Picture): Scene {
  const status = { stableRS: 'old', currentPodHash: 'new', currentStepIndex: 1, ...picture.status };
  const weights = [{ router: 'istio', weight: picture.canaryWeight ?? 10 }];
  if (picture.otherRouter !== undefined) weights.push({ router: 'alb', weight: picture.otherRouter });
  return {
    rollout: {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'shop', namespace: 'web' },
      spec: {
        replicas: 10,
        strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] } },
      },
      status,
    },
    replicas: 10,
    total: 100,
    weights,
    ...(picture.receiver && {
      receivers: [{ service: 'trial', weight: 5, exists: true, size: 2, available: 2, ...picture.receiver }],
    }),
    replicaSets: Object.entries<{ available: number; size?: number }>({
      old: { available: 10 },
      new: { available: 1 },
      ...picture.pods,
    }).map(([hash, { available, size = available }]) => replicaSet(hash, size, available)),
    services: Object.entries({ stable: 'old', canary: 'new', ...picture.selects }).map(([part, hash]) => ({
      part: part as ServicePart,
      service: service(part, hash),
    })),
  };
}

function replicaSet(hash: string, size: number, available: number): ReplicaSet {
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: `shop-${hash}`, namespace: 'web', labels: { [podTemplateHashLabel]: hash } },
    spec: { replicas: size, selector: {}, template: {} },
    status: { replicas: size, availableReplicas: available },
  };
}

function service(name: string, hash: string | null): Service {
  const selector = { app: 'shop', ...(hash !== null && { [podTemplateHashLabel]: hash }) };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'web' }, spec: { selector } };
}

/** Each row: what happened, the scenes before and after, and the one invariant that must speak up (or none). */
const rows: readonly [string, Picture, Picture, string | undefined][] = [
  ['a quiet moment in the middle of a release', {}, {}, undefined],
  [
    'half of the traffic goes to a canary of one pod',
    {},
    { canaryWeight: 50, status: { currentStepIndex: 3 } },
    'I1 capacity',
  ],
  [
    'half of the traffic goes to a canary of five pods',
    {},
    { canaryWeight: 50, status: { currentStepIndex: 3 }, pods: { new: { available: 5 } } },
    undefined,
  ],
  ['an experiment with all its pods gets weight', {}, { receiver: {} }, undefined],
  ['an experiment with one pod of two gets weight', {}, { receiver: { available: 1 } }, 'I1 capacity'],
  ['an experiment loses a pod by itself', { receiver: {} }, { receiver: { available: 1 } }, undefined],
  ['an experiment is scaled down under its weight', { receiver: {} }, { receiver: { size: 0 } }, 'I6 order'],
  ['a Service that is not there gets weight', {}, { receiver: { exists: false } }, 'I2 total'],
  [
    'everything goes back to a stable that has two pods left',
    {
      canaryWeight: 50,
      status: { currentStepIndex: 3 },
      pods: { old: { available: 2 }, new: { available: 10 } },
    },
    { canaryWeight: 0, pods: { old: { available: 2 }, new: { available: 10 } } },
    'I1 capacity',
  ],
  [
    'a weight above the maximum',
    { canaryWeight: 110, pods: { new: { available: 99 } }, status: { promoteFull: true } },
    { canaryWeight: 110, pods: { new: { available: 99 } }, status: { promoteFull: true } },
    'I2 total',
  ],
  ['two routers that disagree', {}, { otherRouter: 5 }, 'I2 total'],
  [
    'a weight for a canary Service that points nowhere',
    { selects: { canary: null } },
    { selects: { canary: null } },
    'I2 total',
  ],
  [
    'more than the step allows',
    { canaryWeight: 20, pods: { new: { available: 5 } } },
    { canaryWeight: 20, pods: { new: { available: 5 } } },
    'I3 step',
  ],
  [
    'a weight that rises during an abort',
    { canaryWeight: 5, status: { abort: true }, pods: { new: { available: 10 } } },
    { canaryWeight: 10, status: { abort: true }, pods: { new: { available: 10 } } },
    'I4 shut',
  ],
  ['a stable Service that loses its revision', {}, { selects: { stable: null } }, 'I5 selector'],
  [
    'a canary Service that is pointed at no pods',
    { pods: { gone: { available: 0 } } },
    { pods: { gone: { available: 0 } }, selects: { canary: 'gone' } },
    'I5 selector',
  ],
  [
    'a canary that loses its pods before its traffic',
    {},
    { pods: { new: { available: 1, size: 0 } } },
    'I6 order',
  ],
  [
    'a canary that loses its pods after its traffic',
    { canaryWeight: 0 },
    { canaryWeight: 0, pods: { new: { available: 1, size: 0 } } },
    undefined,
  ],
];

describe('the invariants’ checkers', () => {
  test.each(rows)('%s', (_, before, after, name) => {
    const [earlier, now] = [scene(before), scene(after)];
    const spoken = checkers.filter(
      (checker) => checker.onWrite?.(now, earlier) !== undefined || checker.whenSettled?.(now) !== undefined,
    );
    const names = spoken.map((checker) => checker.name);
    if (name === undefined) expect(names).toEqual([]);
    else expect(names).toContain(name);
  });
});
