import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { createWorld } from '../../src/sandbox/world.ts';

const run = promisify(execFile);

/** `kubectl rollout` reads what the Deployment controller of the sandbox writes: status, revisions, templates. */
test("kubectl follows, lists and undoes the rollouts of the sandbox's Deployments", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-rollout-'));
  const world = createWorld({ clock: realClock(10), random: random(1) });
  const endpoint: HttpEndpoint = await serveHttp(world.server);
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server: endpoint.url } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'nobody' } }],
    'current-context': 'sandbox',
  };
  writeFileSync(join(folder, 'kubeconfig'), stringify(config));
  const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
  const kubectl = async (...args: string[]) => (await run('kubectl', args, { env, timeout: 60_000 })).stdout;
  const rolledOut = () => kubectl('rollout', 'status', 'deployment/web', '--timeout=50s');
  const revisions = async () => (await kubectl('rollout', 'history', 'deployment/web')).match(/^\d+/gm);
  try {
    await kubectl('create', 'deployment', 'web', '--image=web:v1', '--replicas=3');
    expect(await rolledOut()).toContain('successfully rolled out');
    await kubectl('set', 'image', 'deployment/web', 'web=web:v2');
    expect(await rolledOut()).toContain('successfully rolled out');
    expect(await revisions()).toEqual(['1', '2']);
    expect(await kubectl('rollout', 'history', 'deployment/web', '--revision=1')).toContain('web:v1');
    await kubectl('rollout', 'undo', 'deployment/web');
    expect(await rolledOut()).toContain('successfully rolled out');
    expect(await revisions()).toEqual(['2', '3']);
    const path = 'jsonpath={.spec.template.spec.containers[0].image}';
    expect(await kubectl('get', 'deployment', 'web', '-o', path)).toBe('web:v1');
  } finally {
    world.stop();
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  }
}, 180_000);
