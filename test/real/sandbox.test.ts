import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './support/processes.ts';
import { main, root, type SandboxProcess, startSandboxProcess } from './support/sandbox-process.ts';

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `sluice sandbox` as a process, as somebody meets it who has kubectl and the command. Its clock runs 20 times as fast. */
describe('the sandbox as a process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'));
  const kubeconfig = join(folder, 'state/kubeconfig');
  const env = { ...process.env, HOME: join(folder, 'home'), KUBECONFIG: kubeconfig, TERM: 'dumb' };
  let port = 0;
  let metricsPort = 0;
  let sandbox: SandboxProcess;

  beforeAll(async () => {
    sandbox = await startSandboxProcess(kubeconfig, join(folder, 'log'));
    ({ port, metricsPort } = sandbox);
  });
  afterAll(async () => {
    await sandbox?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  function run(path: string, args: readonly string[]): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(path, args, { cwd: root, env, timeout: 30_000 }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr });
      });
    });
  }
  const kubectl = (...args: string[]) => run('kubectl', args);
  const sluice = (...args: string[]) => run(process.execPath, [main, ...args]);
  const becomes = (phase: string) =>
    eventually(`shop to be ${phase}`, async () => {
      const { stdout } = await kubectl('get', 'ro', 'shop', '-o', 'jsonpath={.status.phase}');
      return stdout === phase;
    });

  test('a first release of the example is healthy at once, in kubectl and in the command', async () => {
    const applied = await kubectl('apply', '-f', 'examples/canary-istio');
    expect(applied).toMatchObject({ code: 0, stderr: '' });
    expect(applied.stdout).toContain('rollout.argoproj.io/shop created\n');

    expect(await sluice('status', 'shop')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Healthy\n$/),
    });
    expect((await kubectl('get', 'ro')).stdout).toMatch(/^NAME +DESIRED .*\nshop +4 +4 +4 +4 /);
    expect((await sluice('list', 'rollouts')).stdout).toMatch(
      /\nshop +Canary +Healthy +9\/9 +100 +4\/4 +4 +4 +4\n/,
    );
  });

  test('a good version goes all the way, and can be promoted past its pauses', async () => {
    const released = await sluice('set', 'image', 'shop', 'shop=registry.example.com/shop:v2');
    expect(released).toMatchObject({ code: 0, stdout: 'rollout "shop" image updated\n' });
    await becomes('Paused');

    const paused = await sluice('get', 'rollout', 'shop');
    expect(paused.code).toBe(0);
    expect(paused.stdout).toMatch(
      /^Name: {12}shop\nNamespace: {7}default\nStatus: {10}॥ Paused\nMessage: {9}CanaryPauseStep\n/,
    );
    expect(paused.stdout).toContain('registry.example.com/shop:v2 (canary)\n');
    expect(paused.stdout).toMatch(/└──α shop-[0-9a-f]+-2 +AnalysisRun +◌ Running/);

    expect(await sluice('promote', 'shop')).toMatchObject({ code: 0, stdout: "rollout 'shop' promoted\n" });
    expect(await sluice('promote', 'shop', '--full')).toMatchObject({
      code: 0,
      stdout: "rollout 'shop' fully promoted\n",
    });
    expect(await sluice('status', 'shop')).toMatchObject({ code: 0 });
    const route = await kubectl('get', 'vs', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}');
    expect(route.stdout).toBe('100 0');
    expect((await sluice('get', 'ro', 'shop')).stdout).toContain('registry.example.com/shop:v2 (stable)\n');
  });

  test('a version that starts to fail is shut off, and the embedded Prometheus says why', async () => {
    const failing = { 'sandbox.sluice.dev/error-rate': '0.3' };
    const patch = { spec: { template: { metadata: { annotations: failing } } } };
    expect((await kubectl('patch', 'ro', 'shop', '--type=merge', '-p', JSON.stringify(patch))).code).toBe(0);
    await becomes('Degraded');

    const ended = await sluice('status', 'shop');
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^Error: The rollout is in a degraded state with message: RolloutAborted: .*error-rate/,
    );
    expect(
      (await kubectl('get', 'vs', 'shop', '-o', 'jsonpath={.spec.http[0].route[*].weight}')).stdout,
    ).toBe('100 0');

    const query = new URLSearchParams({ query: 'sum(istio_requests_total{response_code="500"}) > bool 0' });
    const answer = await fetch(`http://127.0.0.1:${metricsPort}/api/v1/query?${query}`);
    expect(await answer.json()).toMatchObject({
      status: 'success',
      data: { result: [{ value: [expect.any(Number), '1'] }] },
    });
  });

  test('what is wrong is refused with exit code 1 and one line that names it', async () => {
    const rollout = {
      apiVersion: 'argoproj.io/v1alpha1',
      kind: 'Rollout',
      metadata: { name: 'bad' },
      spec: { bogus: 1 },
    };
    writeFileSync(join(folder, 'bad.json'), JSON.stringify(rollout));
    const refused = await Promise.all([
      kubectl('apply', '-f', join(folder, 'bad.json')),
      sluice('get', 'rollout', 'nope'),
      sluice('set', 'image', 'shop', 'nope=x:1'),
      sluice('promot', 'shop'),
      sluice('sandbox', '--port', `${port}`, '--kubeconfig', join(folder, 'second')),
    ]);
    expect(refused.map(({ code, stderr }) => [code, stderr.split('\n')[0]])).toEqual([
      [1, expect.stringContaining('unknown field "spec.bogus"')],
      [1, 'Error: rollout.argoproj.io "nope" not found'],
      [1, 'Error: unable to find container named "nope"; there are shop'],
      [1, "Error: unknown command 'promot'"],
      [1, `Error: port ${port} is taken; name another with --port, or 0 for any that is free`],
    ]);
    expect(existsSync(join(folder, 'second'))).toBe(false);
  });

  test('Ctrl-C ends it with exit code 0, and of all it wrote only the kubeconfig is left', async () => {
    const ended = new Promise<number | null>((resolve) => sandbox.child.once('exit', resolve));
    sandbox.child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(readdirSync(join(folder, 'state'))).toEqual(['kubeconfig']);
    const unreachable = await sluice('list', 'rollouts');
    expect(unreachable.code).toBe(1);
    expect(unreachable.stderr).toMatch(/^Error: the API server does not answer: .*ECONNREFUSED/);
  });
});
