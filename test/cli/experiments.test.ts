import { experimentNameAnnotation, experimentTemplateAnnotation } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { Experiment } from '../../src/api/v1alpha1/experiment.ts';
import type { ReplicaSet } from '../../src/api/workloads.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from '../shell/fake-cluster.ts';
import { noon, replicaSet, rollout } from '../support/builders.ts';
import { trial } from '../support/experiment-play.ts';
import { expectGolden } from '../support/golden.ts';
import { controlledBy, experimentOf, podOf, runOf } from './facts.ts';
import { terminal } from './terminal.ts';

const running: Experiment = {
  ...trial({ duration: '10m' }),
  status: { phase: 'Running', availableAt: '2026-01-01T11:56:00Z' },
};
running.metadata.creationTimestamp = '2026-01-01T11:55:00Z';

const invalid = trial({ duration: 'soon' });
invalid.metadata = { ...invalid.metadata, name: 'wrong', namespace: 'post', uid: 'uid-wrong' };

function templateSet(image: string, template: string): ReplicaSet {
  const set = replicaSet({ image, size: 1 });
  return {
    ...set,
    status: { replicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 },
    metadata: {
      ...set.metadata,
      name: `trial-${template}`,
      uid: `uid-trial-${template}`,
      creationTimestamp: '2026-01-01T11:55:00Z',
      annotations: { [experimentNameAnnotation]: 'trial', [experimentTemplateAnnotation]: template },
      ownerReferences: controlledBy(running),
    },
  };
}

function filled(): FakeCluster {
  const cluster = fakeCluster();
  const [old, young] = [templateSet('shop:v1', 'old'), templateSet('shop:v2', 'new')];
  for (const each of [running, invalid, experimentOf(rollout(), 2)]) cluster.put(resources.experiments, each);
  for (const each of [old, young]) {
    cluster.put(resources.replicaSets, each);
    cluster.put(resources.pods, podOf(each, 'a1b2c'));
  }
  cluster.put(
    resources.analysisRuns,
    runOf({ name: 'trial-errors', owner: running, phase: 'Running', metrics: [{ successful: 3 }] }),
  );
  return cluster;
}

describe('list experiments', () => {
  test.each([
    ['list experiments', 'namespace'],
    ['list exp -A', 'everywhere'],
  ])('%s', async (line, golden) => {
    const ended = await terminal({ cluster: filled(), clock: virtualClock(noon) }).run(line);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expectGolden(`cli/list-experiments/${golden}.txt`, ended.out);
  });

  test('says so when there is none, which is no error', async () => {
    const ended = await terminal({ cluster: fakeCluster() }).run('list experiment');
    expect(ended).toEqual({ code: 0, out: '', err: 'No resources found.\n' });
  });
});

describe('get experiment', () => {
  test('shows what it has made', async () => {
    const ended = await terminal({ cluster: filled(), clock: virtualClock(noon) }).run(
      'get experiment trial',
    );
    expect(ended).toMatchObject({ code: 0, err: '' });
    expectGolden('cli/get-experiment/running.txt', ended.out);
  });

  test('says that one is not there', async () => {
    const ended = await terminal({ cluster: filled() }).run('get exp nobody');
    expect(ended).toMatchObject({
      code: 1,
      err: expect.stringContaining('experiment.argoproj.io "nobody" not found'),
    });
  });

  test('with -w draws again when something changes, and ends when it is gone', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { seen, ended } = terminal({ cluster, clock }).start('get experiment trial -w');
    await clock.advanceBy(1);
    expect(seen.out).toContain('◌ Running');
    cluster.put(resources.experiments, {
      ...running,
      status: { ...running.status, phase: 'Failed', message: 'too slow' },
    });
    await clock.advanceBy(1);
    expect(seen.out).toContain('✖ Failed');
    expect(seen.out).toContain('too slow');
    cluster.remove({ type: resources.experiments, namespace: 'default', name: 'trial' });
    await clock.advanceBy(2);
    expect(await ended).toMatchObject({ code: 1 });
  });
});
