import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ObjectRef, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { eventually, freePorts, start } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { main } from './support/sandbox-process.ts';

/** Short, so that the tests do not wait long for it. Seconds. */
const lease = 6;
const flags = [
  `--leader-election-lease-duration=${lease}s`,
  '--leader-election-renew-deadline=4s',
  '--leader-election-retry-period=1s',
  '--metricsPort=0',
];
const rolloutRef = (name: string): ObjectRef => ({ type: resources.rollouts, namespace: 'default', name });
const leaseRef: ObjectRef = {
  type: resources.leases,
  namespace: 'default',
  name: 'argo-rollouts-controller-lock',
};

const shop = (name: string, version: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name, namespace: 'default' },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: `shop:${version}` }] },
    },
    strategy: { canary: { steps: [{ setWeight: 50 }, { pause: { duration: '3s' } }, { setWeight: 100 }] } },
  },
});

interface Candidate {
  readonly user: string;
  kill(signal: NodeJS.Signals): void;
  /** Exit code; undefined while it runs. */
  exitCode(): number | undefined;
  probe(path: '/healthz' | '/readyz'): Promise<number>;
  log(): string;
  stop(): Promise<void>;
}

describe('of two controllers on one API server', () => {
  let real: RealCluster;
  let cluster: Cluster;
  let dir: string;
  const running: Candidate[] = [];

  beforeAll(async () => {
    real = await startRealCluster({ audit: true });
    cluster = real.cluster;
    dir = mkdtempSync(join(tmpdir(), 'sluice-leaders-'));
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
  });
  afterAll(async () => {
    await real?.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  /** As a process of its own, whose requests the server tells from those of others. */
  const begin = async (user: string): Promise<Candidate> => {
    const config = JSON.parse(readFileSync(real.plane.kubeconfig, 'utf8')) as { users: { user: object }[] };
    for (const each of config.users) Object.assign(each.user, { as: user, 'as-groups': ['system:masters'] });
    const file = join(dir, user);
    writeFileSync(file, JSON.stringify(config));
    const [port = 0] = await freePorts(1);
    const args = [main, 'controller', '--kubeconfig', file, `--healthzPort=${port}`, ...flags];
    const log = join(dir, `${user}.log`);
    const process = start(globalThis.process.execPath, args, log);
    const probe = async (path: string) => (await fetch(`http://127.0.0.1:${port}${path}`)).status;
    const candidate: Candidate = {
      user,
      kill: (signal) => void process.child.kill(signal),
      exitCode: () => process.child.exitCode ?? undefined,
      probe,
      log: () => readFileSync(log, 'utf8'),
      stop: async () => {
        process.child.kill('SIGCONT');
        await process.stop();
      },
    };
    running.push(candidate);
    await eventually(`${user} to be ready`, async () => (await probe('/readyz')) === 200);
    return candidate;
  };
  const pair = async (one: string, other: string) => {
    const leader = await begin(one);
    await eventually(`${one} to lead`, async () => leader.log().includes('Controllers started.'));
    return { leader, standby: await begin(other) };
  };
  const release = (name: string, version: string) =>
    cluster.patch(rolloutRef(name), { kind: 'merge', body: { spec: shop(name, version).spec } });
  const statusOf = async (name: string) =>
    ((await cluster.get(rolloutRef(name))) as Rollout | undefined)?.status;
  const healthyWith = (name: string, image: string) =>
    eventually(`${name} to be healthy with ${image}`, async () => {
      const { phase, stableRS, currentPodHash } = (await statusOf(name)) ?? {};
      const sets = await cluster.list(resources.replicaSets, { namespace: 'default' });
      const stable = sets.items.find(({ metadata }) => metadata.name === `${name}-${stableRS}`);
      return phase === 'Healthy' && stableRS === currentPodHash && JSON.stringify(stable).includes(image);
    });
  /** What this one has changed, or tried to, in order; events aside. */
  const writesOf = (user: string) =>
    real.plane
      .requests()
      .filter(
        (each) => each.user === user && !/^(get|list|watch)$/.test(each.verb) && each.resource !== 'events',
      );
  const takenAt = (user: string) =>
    writesOf(user).find(({ resource, status }) => resource === 'leases' && status < 300)?.at;
  const firstWorkOf = (user: string) => writesOf(user).find(({ resource }) => resource !== 'leases')?.at;
  const secondsFrom = (from: number, at: string | undefined) => (Date.parse(at ?? '') - from) / 1000;

  test('the other one acts within two seconds of a clean end, in the middle of a release', async () => {
    await cluster.create(shop('clean', 'v1'), resources.rollouts);
    const { leader } = await pair('clean-1', 'clean-2');
    await healthyWith('clean', 'shop:v1');
    await release('clean', 'v2');
    await eventually('the canary to be there', async () => (await statusOf('clean'))?.currentStepIndex === 1);
    const endedAt = Date.now();
    leader.kill('SIGTERM');
    await release('clean', 'v3');
    await eventually('it to end', async () => leader.exitCode() === 0);
    await healthyWith('clean', 'shop:v3');
    expect(secondsFrom(endedAt, firstWorkOf('clean-2'))).toBeLessThan(2);
  });

  test('the other one acts when the lease of one that was killed runs out, and not before', async () => {
    await cluster.create(shop('killed', 'v1'), resources.rollouts);
    const { leader } = await pair('killed-1', 'killed-2');
    await healthyWith('killed', 'shop:v1');
    leader.kill('SIGKILL');
    await release('killed', 'v2');
    await healthyWith('killed', 'shop:v2');
    const lastRenewal = Date.parse(
      writesOf('killed-1').findLast(({ resource }) => resource === 'leases')?.at ?? '',
    );
    expect(secondsFrom(lastRenewal, takenAt('killed-2'))).toBeGreaterThan(lease - 0.1);
    expect(secondsFrom(lastRenewal, firstWorkOf('killed-2'))).toBeLessThan(lease + 2);
  });

  test('one that was stopped for longer than the lease writes nothing when it goes on, and ends', async () => {
    const names = ['stopped-a', 'stopped-b', 'stopped-c', 'stopped-d'];
    for (const name of names) await cluster.create(shop(name, 'v1'), resources.rollouts);
    const { leader } = await pair('stopped-1', 'stopped-2');
    for (const name of names) await healthyWith(name, 'shop:v1');
    for (const name of names) await release(name, 'v2');
    await eventually('the pauses to have begun', async () => {
      const all = await Promise.all(names.map(statusOf));
      return all.every((status) => (status?.pauseConditions ?? []).length > 0);
    });
    leader.kill('SIGSTOP'); // their ends come while it stands still, and much else
    for (const name of names) await healthyWith(name, 'shop:v2');
    for (const name of names) await release(name, 'v3');
    leader.kill('SIGCONT');
    await eventually('it to end', async () => leader.exitCode() === 1);
    const since = takenAt('stopped-2') ?? '';
    expect(since).not.toBe('');
    expect(writesOf('stopped-1').filter(({ at }) => at > since)).toEqual([]);
    for (const name of names) await healthyWith(name, 'shop:v3');
  });

  test('a lease that somebody deletes stays with its holder', async () => {
    const { leader, standby } = await pair('deleted-1', 'deleted-2');
    await cluster.delete(leaseRef);
    await eventually('the lease to be made anew', async () => (await cluster.get(leaseRef)) !== undefined);
    leader.kill('SIGTERM');
    await eventually('the other one to lead', async () => standby.log().includes('"Leading."'));
    expect(leader.exitCode() ?? 0).toBe(0);
    expect(leader.log()).not.toContain('Leadership is lost');
  });
});
