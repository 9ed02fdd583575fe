import { parse } from 'yaml';
import { resources } from '../../src/api/resources.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { hashOfImage, noon, pauseFor, replicaSet, rollout, setWeight } from '../support/builders.ts';
import { expectGolden } from '../support/golden.ts';
import { experimentOf, podOf } from './facts.ts';
import { terminal } from './terminal.ts';

const shop = rollout({
  canary: { steps: [setWeight(10), pauseFor()] },
  status: {
    phase: 'Paused',
    message: 'CanaryPauseStep',
    currentStepIndex: 1,
    stableRS: hashOfImage('shop:v1'),
    waiting: { for: 'somebody to promote it', since: '2026-01-01T11:59:00Z' },
  },
});

function filled() {
  const cluster = fakeCluster();
  const stable = replicaSet({ image: 'shop:v1' });
  cluster.put(resources.rollouts, shop);
  cluster.put(resources.replicaSets, stable);
  cluster.put(resources.pods, podOf(stable, 'a1b2c'));
  cluster.put(resources.experiments, experimentOf(shop, 1));
  return cluster;
}

const run = (line: string) => terminal({ cluster: filled(), clock: virtualClock(noon) }).run(line);

describe('-o json', () => {
  test('of get rollout is all that its screen shows, with times as texts', async () => {
    const ended = await run('get rollout shop -o json');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse(ended.out)).toMatchObject({
      name: 'shop',
      namespace: 'default',
      phase: 'Paused',
      message: 'CanaryPauseStep',
      waiting: { for: 'somebody to promote it', since: '2026-01-01T11:59:00Z' },
      step: { index: 1, total: 2 },
      setWeight: 10,
      images: [{ image: 'shop:v1', tags: ['stable'] }],
      revisions: [{ replicaSets: [{ pods: [{ status: { text: 'Running' } }] }] }],
    });
  });

  test('of get experiment and of lists are objects with the same names', async () => {
    expect(JSON.parse((await run('get experiment shop-exp -o json')).out)).toMatchObject({
      name: 'shop-exp',
      status: { text: 'Running' },
      createdAt: '2026-01-01T11:50:00Z',
    });
    expect(JSON.parse((await run('list rollouts -o json')).out)).toMatchObject({
      items: [{ name: 'shop', phase: 'Paused', replicas: { desired: 4 } }],
    });
    expect(JSON.parse((await run('list experiments -o json')).out)).toMatchObject({
      items: [{ name: 'shop-exp' }],
    });
  });

  test('of a list with nothing in it is a list with nothing in it', async () => {
    const ended = await terminal({ cluster: fakeCluster() }).run('list rollouts -o json');
    expect({ ...ended, out: JSON.parse(ended.out) }).toEqual({ code: 0, out: { items: [] }, err: '' });
  });

  test('of status is a line for each state, with the usual exit code', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { ended, seen } = terminal({ cluster, clock }).start('status shop -o json');
    await clock.advanceBy(1);
    cluster.put(resources.rollouts, { ...shop, status: { phase: 'Degraded', message: 'bad' } });
    await clock.advanceBy(1);
    expect((await ended).code).toBe(1);
    expect(
      seen.out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        name: 'shop',
        namespace: 'default',
        phase: 'Paused',
        message: 'CanaryPauseStep',
        waiting: { for: 'somebody to promote it', since: '2026-01-01T11:59:00Z' },
      },
      { name: 'shop', namespace: 'default', phase: 'Degraded', message: 'bad' },
    ]);
  });
});

test.each([
  'get rollout shop',
  'get experiment shop-exp',
  'list rollouts',
  'list experiments',
  'status shop --no-watch',
])('-o yaml of %s says the same as -o json', async (line) => {
  const yaml = (await run(`${line} -o yaml`)).out;
  expect(yaml.startsWith('---\n')).toBe(true);
  expect(parse(yaml)).toEqual(JSON.parse((await run(`${line} -o json`)).out));
});

test.each([
  ['list rollouts -o name', 'rollout.argoproj.io/shop\n'],
  ['get ro shop -o name', 'rollout.argoproj.io/shop\n'],
  ['list experiments -o name', 'experiment.argoproj.io/shop-exp\n'],
  ['list rollouts -n web -o name', ''],
])('%s is a line for each, as kubectl takes it', async (line, out) => {
  expect(await run(line)).toEqual({ code: 0, out, err: '' });
});

test.each([
  ['list rollouts -o wide', 'list-rollouts/wide'],
  ['list experiments -o wide', 'list-experiments/wide'],
])('%s has columns for the age and the message', async (line, golden) => {
  expectGolden(`cli/${golden}.txt`, (await run(line)).out);
});

test.each([
  ['get rollout shop -o wide', /^Error: --output must be one of json, yaml, name, not "wide"\n/],
  ['status shop -o wide', /^Error: --output must be one of json, yaml, not "wide"\n/],
  [
    'list rollouts -o jsonpath={.items}',
    /^Error: --output must be one of json, yaml, name, wide, not "jsonpath=\{.items\}"; kubectl get takes it/,
  ],
  ['get rollout shop -w -o json', /^Error: --output and --watch cannot be used together; .*status -o json\n/],
  ['list rollouts -w -o json', /^Error: --output and --watch cannot be used together; /],
])('%s is refused', async (line, text) => {
  const ended = await run(line);
  expect(ended).toMatchObject({ code: 1, out: '' });
  expect(ended.err).toMatch(text);
});
