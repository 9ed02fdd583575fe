import { stripVTControlCharacters } from 'node:util';
import { resources } from '../../src/api/resources.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type FakeCluster, fakeCluster } from '../shell/fake-cluster.ts';
import { hashOfImage, noon, pauseFor, replicaSet, rollout, setWeight } from '../support/builders.ts';
import { expectGolden } from '../support/golden.ts';
import { podOf } from './facts.ts';
import { terminal } from './terminal.ts';

const shop = rollout({
  canary: { steps: [setWeight(10), pauseFor()] },
  status: {
    phase: 'Paused',
    currentStepIndex: 1,
    stableRS: hashOfImage('shop:v1'),
    currentPodHash: hashOfImage('shop:v2'),
    replicas: 5,
    readyReplicas: 4,
    updatedReplicas: 1,
    availableReplicas: 4,
  },
});
const cart = rollout({
  name: 'cart',
  replicas: 1,
  blueGreen: { activeService: 'cart' },
  status: { phase: 'Healthy', replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 },
});
const elsewhere = rollout({ name: 'mail' });
elsewhere.metadata.namespace = 'post';

function filled(): FakeCluster {
  const cluster = fakeCluster();
  const stable = replicaSet({ image: 'shop:v1' });
  for (const one of [shop, cart, elsewhere]) cluster.put(resources.rollouts, one);
  cluster.put(resources.replicaSets, stable);
  cluster.put(resources.pods, podOf(stable, 'a1b2c'));
  return cluster;
}

describe('list rollouts', () => {
  test.each([
    ['list rollouts', 'namespace'],
    ['list ro -A --timestamps', 'everywhere'],
    ['list rollout --name shop', 'one'],
  ])('%s', async (line, golden) => {
    const ended = await terminal({ cluster: filled() }).run(line);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expectGolden(`cli/list-rollouts/${golden}.txt`, ended.out);
  });

  test('says so when there is none, which is no error', async () => {
    const ended = await terminal({ cluster: fakeCluster() }).run('list rollouts -n empty');
    expect(ended).toEqual({ code: 0, out: '', err: 'No resources found.\n' });
  });

  test('with -w prints a line only when one of its columns has changed', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { seen, interrupt, ended } = terminal({ cluster, clock }).start('list rollouts -w');
    await clock.advanceBy(1);
    const first = seen.out;
    expect(first.split('\n')).toHaveLength(4);
    cluster.put(resources.rollouts, { ...shop, metadata: { ...shop.metadata, labels: { a: 'b' } } });
    await clock.advanceBy(120);
    expect(seen.out).toBe(first);
    cluster.put(resources.rollouts, { ...shop, status: { ...shop.status, phase: 'Progressing' } });
    await clock.advanceBy(1);
    expect(seen.out.slice(first.length)).toMatch(/^shop {2}Canary {5}Progressing {2}1\/2 .*\n$/);
    interrupt();
    expect((await ended).code).toBe(0);
  });
});

describe('get rollout', () => {
  test('reads what belongs to the rollout, under each of its names', async () => {
    const run = (line: string) => terminal({ cluster: filled() }).run(line);
    const ended = await run('get rollout shop');
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toMatch(/^Name: {12}shop\n/);
    expect(ended.out).toContain(`□ shop-${hashOfImage('shop:v1')}-a1b2c`);
    expect(await run('get ro shop')).toEqual(ended);
    expect(await run('get rollouts shop')).toEqual(ended);
  });

  test('shows the rollout on a cluster without the kinds of analysis', async () => {
    const cluster = filled();
    cluster.unknownTypes.add('analysisruns').add('experiments');
    expect((await terminal({ cluster }).run('get rollout shop')).code).toBe(0);
  });

  test('names a rollout that is not there, watched or not', async () => {
    for (const line of ['get rollout nope', 'get rollout nope -w']) {
      const ended = await terminal({ cluster: filled() }).run(line);
      expect(ended).toEqual({
        code: 1,
        out: '',
        err: 'Error: rollout.argoproj.io "nope" not found\nIt is looked for in namespace "default"; -n NAME looks elsewhere.\n',
      });
    }
  });

  test('with -w draws over what it drew before, and gives the cursor back', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const host = { isTerminal: true, rows: () => 6 };
    const { seen, ended } = terminal({ cluster, clock, ...host }).start('get ro shop -w --timeout-seconds 3');
    await clock.advanceBy(0.1);
    const first = seen.out;
    expect(first.startsWith('\x1b[?2026h\x1b[?25l\x1b[2J\x1b[H')).toBe(true);
    expect(first.split('\n')).toHaveLength(6); // as many lines as the screen has, the last one empty
    expect(stripVTControlCharacters(first)).toMatch(/\n… \d+ more lines\n$/);
    cluster.put(resources.rollouts, { ...shop, status: { ...shop.status, phase: 'Degraded' } });
    await clock.advanceBy(0.2);
    const second = seen.out.slice(first.length);
    expect(second.startsWith('\x1b[?2026h\x1b[HName:')).toBe(true);
    expect(second.endsWith('\x1b[?2026l')).toBe(true); // shown whole or not at all
    expect(second).toContain('Status:          ✖ Degraded\x1b[K\n');
    expect(second).not.toContain('\x1b[2J');
    await clock.advanceBy(3);
    expect((await ended).code).toBe(0);
    expect(seen.out.endsWith('\x1b[?25h')).toBe(true);
    expect([cluster.openWatches, clock.pending]).toEqual([0, 0]);
  });

  test('with -w breaks long lines itself, so that a narrow screen does not scroll', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const host = { isTerminal: true, hasColors: true, rows: () => 8, columns: () => 19 };
    const { seen, ended } = terminal({ cluster, clock, ...host }).start('get ro shop -w --timeout-seconds 1');
    await clock.advanceBy(2);
    await ended;
    const picture = (seen.out.split('\x1b[H')[1] as string).split('\x1b[J')[0] as string;
    expect(picture.split('\n')).toHaveLength(8);
    expect(picture.split('\n')).toEqual(
      expect.arrayContaining([
        'Namespace:       de',
        'fault\x1b[K',
        'Status:          \x1b[33m॥ ',
        'Paused\x1b[39m\x1b[K',
      ]),
    );
  });

  test('with -w breaks letters of two cells where the terminal does', async () => {
    const cluster = filled();
    cluster.put(resources.rollouts, { ...shop, status: { ...shop.status, message: '失敗しました✔é!' } });
    const clock = virtualClock(noon);
    const host = { isTerminal: true, rows: () => 40, columns: () => 22 };
    const { seen, ended } = terminal({ cluster, clock, ...host }).start('get ro shop -w --timeout-seconds 1');
    await clock.advanceBy(2);
    await ended;
    expect(seen.out).toContain('\nMessage:         失敗\x1b[K\nしました✔é!\x1b[K\n');
  });

  test('with -w says that what it shows is old, while the API server is away', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { seen, interrupt, ended } = terminal({ cluster, clock }).start('get ro shop -w');
    await clock.advanceBy(2);
    const before = seen.out;
    cluster.onCall = () => {
      throw new ApiError(401, 'Unauthorized', 'Unauthorized');
    };
    cluster.dropWatches();
    await clock.advanceBy(10);
    const notice =
      /The API server cannot be read since \d+s \(Unauthorized\)\. This is how it was then:\n\nName: /;
    expect(seen.out.slice(before.length)).toMatch(notice);
    cluster.onCall = () => {};
    await clock.advanceBy(120);
    const sinceNotice = seen.out.lastIndexOf('\nName:') - seen.out.lastIndexOf('cannot be read');
    expect(sinceNotice).toBeGreaterThan(200); // a later screen is without it
    interrupt();
    expect((await ended).code).toBe(0);
  });

  test('with -w draws a change at once, and what follows within 200 ms together', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { seen, interrupt, ended } = terminal({ cluster, clock, isTerminal: true }).start('get ro shop -w');
    await clock.advanceBy(0.3);
    await clock.advanceBy(0.3); // well after the first picture
    const before = seen.out.length;
    for (const phase of ['Progressing', 'Degraded', 'Healthy'] as const) {
      cluster.put(resources.rollouts, { ...shop, status: { ...shop.status, phase } });
      await clock.advanceBy(0.01);
    }
    await clock.advanceBy(0.2);
    const drawn = seen.out.slice(before).match(/Status: +\S \w+/g);
    expect(drawn).toEqual(['Status:          ◌ Progressing', 'Status:          ✔ Healthy']);
    interrupt();
    await ended;
  });

  test('with -w into a file prints a screen only when it differs', async () => {
    const cluster = filled();
    const clock = virtualClock(noon);
    const { seen, interrupt, ended } = terminal({ cluster, clock }).start('get ro cart -w');
    await clock.advanceBy(30);
    const first = seen.out;
    expect(first.match(/Name:/g)).toHaveLength(1);
    cluster.put(resources.rollouts, { ...cart, status: { ...cart.status, phase: 'Degraded' } });
    await clock.advanceBy(1);
    expect(seen.out).toBe(
      `${first}\n${first.replaceAll('✔ Healthy', '✖ Degraded').replace('STATUS     AGE', 'STATUS      AGE')}`,
    );
    interrupt();
    await ended;
  });
});
