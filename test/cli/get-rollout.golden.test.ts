import picocolors from 'picocolors';
import { revisionAnnotation } from '../../src/api/labels.ts';
import type { ReplicaSet } from '../../src/api/workloads.ts';
import { renderRollout } from '../../src/cli/render-rollout.ts';
import { type RolloutFacts, viewRollout } from '../../src/view/rollout-view.ts';
import {
  hashOfImage,
  noon,
  pauseFor,
  replicaSet,
  rollout,
  routedCanary,
  setWeight,
} from '../support/builders.ts';
import { expectGolden } from '../support/golden.ts';
import { controlledBy, experimentOf, podOf, runOf } from './facts.ts';

const [v1, v2] = [hashOfImage('shop:v1'), hashOfImage('shop:v2')];
const old = replicaSet({ image: 'shop:v1', size: 2, revision: 1, createdAt: '2025-12-29T12:00:00Z' });
const young = replicaSet({ image: 'shop:v2', size: 1, revision: 2, createdAt: '2026-01-01T11:57:19Z' });
const older = replicaSet({ image: 'shop:v0', size: 0, revision: 0, createdAt: '2025-12-01T12:00:00Z' });
const counts = { replicas: 3, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 };
const none = { pods: [], analysisRuns: [], experiments: [], now: noon };

function screenOf(facts: RolloutFacts, colors = false): string {
  return renderRollout(viewRollout(facts), { colors: picocolors.createColors(colors), now: facts.now });
}

function pausedCanary(): RolloutFacts {
  const shop = rollout({
    replicas: 2,
    canary: routedCanary([setWeight(20), pauseFor('5m'), setWeight(50), pauseFor()]),
    status: {
      ...counts,
      phase: 'Paused',
      message: 'CanaryPauseStep',
      observedGeneration: '1',
      stableRS: v1,
      currentPodHash: v2,
      currentStepIndex: 1,
      canary: {
        weights: { canary: { weight: 20 }, stable: { weight: 80 } },
        observedSplit: {
          state: 'SplitMatches',
          message: 'the canary has had 19.6 % of 1530 requests; istio was told 20 %',
          since: '2026-01-01T11:58:15Z',
        },
      },
      waiting: { for: 'the pause to end', since: '2026-01-01T11:58:00Z', until: '2026-01-01T12:03:00Z' },
    },
  });
  shop.metadata.creationTimestamp = '2025-12-29T12:00:00Z';
  const stranger = { ...old, metadata: { ...old.metadata, name: 'other-1', ownerReferences: [] } };
  const jobs = [
    { phase: 'Successful' as const, startedAt: '2026-01-01T11:59:00Z', metadata: { 'job-name': 'smoke-1' } },
  ];
  return {
    ...none,
    rollout: shop,
    replicaSets: [old, young, stranger],
    pods: [
      podOf(old, 'q8r2t'),
      podOf(old, 'b7k4z', {
        containerStatuses: [{ name: 'shop', ready: true, restartCount: 2, state: { running: {} } }],
      }),
      podOf(young, 'x2k9d'),
    ],
    analysisRuns: [
      runOf({
        name: 'shop-2-background',
        owner: shop,
        revision: 2,
        phase: 'Running',
        metrics: [{ successful: 3, failed: 1, error: 2 }],
      }),
      runOf({
        name: 'shop-2-1',
        owner: shop,
        revision: 2,
        phase: 'Successful',
        createdAt: '2026-01-01T11:59:00Z',
        metrics: [{ successful: 1, measurements: jobs }],
      }),
      runOf({ name: 'shop-2-2', owner: shop, revision: 2, createdAt: '2026-01-01T12:00:00Z' }),
    ],
  };
}

function abortedCanary(): RolloutFacts {
  const message = 'RolloutAborted: Rollout aborted update to revision 2: Step-based analysis phase failed';
  const leaving: ReplicaSet = {
    ...young,
    metadata: {
      ...young.metadata,
      annotations: { ...young.metadata.annotations, 'scale-down-deadline': '2026-01-01T12:00:25Z' },
    },
  };
  const shop = rollout({
    replicas: 2,
    canary: { steps: [setWeight(20), pauseFor()] },
    status: {
      ...counts,
      phase: 'Degraded',
      message,
      observedGeneration: '1',
      abort: true,
      currentStepIndex: 0,
      stableRS: v1,
      currentPodHash: v2,
    },
  });
  return { ...none, rollout: shop, replicaSets: [old, leaving, older], pods: [podOf(old, 'q8r2t')] };
}

function blueGreen(): RolloutFacts {
  const shop = rollout({
    replicas: 2,
    blueGreen: { activeService: 'shop-active', previewService: 'shop-preview' },
    status: {
      ...counts,
      phase: 'Paused',
      message: 'BlueGreenPause',
      observedGeneration: '1',
      stableRS: v1,
      currentPodHash: v2,
      blueGreen: { activeSelector: v1, previewSelector: v2 },
    },
  });
  return {
    ...none,
    rollout: shop,
    replicaSets: [old, young],
    pods: [podOf(old, 'q8r2t'), podOf(young, 'x2k9d')],
  };
}

function canaryWithExperiment(): RolloutFacts {
  const shop = rollout({
    canary: { steps: [setWeight(20)], pingPong: { pingService: 'ping', pongService: 'pong' } },
    status: {
      phase: 'Progressing',
      message: 'more replicas need to be updated',
      observedGeneration: '1',
      stableRS: v1,
      currentPodHash: v2,
      currentStepIndex: 0,
      canary: { stablePingPong: 'ping' },
    },
  });
  const experiment = experimentOf(shop, 2);
  const baseline: ReplicaSet = {
    ...old,
    metadata: {
      ...old.metadata,
      name: 'shop-exp-baseline',
      uid: 'uid-baseline',
      annotations: { 'experiment.argoproj.io/template-name': 'baseline', [revisionAnnotation]: '1' },
      ownerReferences: controlledBy(experiment),
    },
  };
  return {
    ...none,
    rollout: shop,
    replicaSets: [old, young, baseline],
    pods: [podOf(old, 'q8r2t'), podOf(young, 'x2k9d'), podOf(baseline, 'm1n2p')],
    experiments: [experiment],
    analysisRuns: [runOf({ name: 'shop-exp-rate', owner: experiment, phase: 'Inconclusive' })],
  };
}

describe('the screen of get rollout', () => {
  test.each([
    ['a canary that is paused at a step', 'paused-canary', pausedCanary],
    ['a canary that was aborted', 'aborted-canary', abortedCanary],
    ['a blue-green rollout before its promotion', 'blue-green', blueGreen],
    ['an experiment inside a canary', 'experiment', canaryWithExperiment],
  ])('shows %s', (_, name, facts) => {
    expectGolden(`cli/get-rollout/${name}.txt`, screenOf(facts()));
  });

  test('stays aligned in colour', () => {
    const plain = screenOf(pausedCanary());
    const coloured = screenOf(pausedCanary(), true);
    expect(coloured).toContain('\x1b[33m॥ Paused\x1b[39m');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the colours
    expect(coloured.replace(/\x1b\[\d+m/g, '')).toBe(plain);
  });
});
