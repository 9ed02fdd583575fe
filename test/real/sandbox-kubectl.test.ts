import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { createApiServer } from '../../src/sandbox/server.ts';
import { widget, widgetCrd } from '../sandbox/api/support.ts';

const run = promisify(execFile);

/** The API server of the sandbox on a socket, without the controllers that would act on what kubectl writes. */
describe("the machine's own kubectl on the sandbox", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-kubectl-'));
  let endpoint: HttpEndpoint;

  beforeAll(async () => {
    const server = createApiServer({ clock: realClock(), random: random(1) });
    server.installCrd(widgetCrd());
    endpoint = await serveHttp(server);
    const cluster = { name: 'sandbox', cluster: { server: endpoint.url } };
    const context = { name: 'sandbox', context: { cluster: 'sandbox', user: 'nobody' } };
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [cluster],
      users: [{ name: 'nobody', user: {} }],
      contexts: [context],
      'current-context': 'sandbox',
    };
    writeFileSync(join(folder, 'kubeconfig'), stringify(config));
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** Runs kubectl with a home of its own, so that no cached discovery is used or left. */
  async function kubectl(...args: string[]): Promise<string> {
    const env = { ...process.env, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
    const { stdout } = await run('kubectl', args, { env, timeout: 20_000 });
    return stdout;
  }
  const refused = (...args: string[]) =>
    kubectl(...args).then(String, (error: { stderr: string }) => error.stderr);
  function file(name: string, object: unknown): string {
    writeFileSync(join(folder, name), stringify(object));
    return join(folder, name);
  }

  test('applies, shows, changes, scales, waits for and deletes a custom resource', async () => {
    const manifest = file('widget.yaml', widget('w'));
    expect(await kubectl('apply', '-f', manifest)).toContain('created');
    expect(await kubectl('apply', '-f', manifest)).toContain('unchanged');
    expect(await kubectl('get', 'wd')).toMatch(/NAME +SIZE +AGE\nw +small/);
    expect(await kubectl('patch', 'wd', 'w', '--type=merge', '-p', '{"spec":{"size":"large"}}')).toContain(
      'patched',
    );
    expect(await kubectl('scale', 'wd/w', '--replicas=3')).toContain('scaled');
    expect(await kubectl('wait', 'wd/w', '--for=jsonpath={.spec.replicas}=3', '--timeout=5s')).toContain(
      'met',
    );
    expect(await kubectl('apply', '--server-side', '--force-conflicts', '-f', manifest)).toContain('applied');
    expect(await kubectl('describe', 'wd', 'w')).toContain('Size:');
    expect(await kubectl('delete', 'wd', 'w', '--timeout=5s')).toContain('deleted');
  });

  test('explains what a definition says', async () => {
    expect(await kubectl('explain', 'widgets.spec.parts')).toContain('weight');
    expect(await kubectl('explain', 'deployments.spec.template.spec')).toContain('containers');
  });

  test('refuses a member that the kind does not know, without any flag', async () => {
    const manifest = file('wrong.yaml', widget('wrong', { sise: 'small' }));
    expect(await refused('apply', '-f', manifest)).toContain('unknown field "spec.sise"');
    expect(await refused('create', '-f', file('huge.yaml', widget('huge', { size: 'huge' })))).toContain(
      'Unsupported value: "huge": supported values: "small", "large"',
    );
  });

  test('makes objects of its own, which it sends as protocol buffers', async () => {
    await kubectl('create', 'namespace', 'shop');
    await kubectl('create', 'deployment', 'web', '--image=web:1', '--replicas=2', '--port=80', '-n', 'shop');
    await kubectl('expose', 'deployment', 'web', '-n', 'shop');
    await kubectl('create', 'configmap', 'settings', '--from-literal=a=b', '-n', 'shop');
    await kubectl('create', 'ingress', 'web', '--rule=shop.example/*=web:80', '-n', 'shop');
    expect(await kubectl('get', 'all,configmap,ingress', '-n', 'shop', '-o', 'name')).toBe(
      ['service/web', 'deployment.apps/web', 'configmap/settings', 'ingress.networking.k8s.io/web', ''].join(
        '\n',
      ),
    );
    await kubectl('set', 'image', 'deployment/web', '*=web:2', '-n', 'shop');
    await kubectl('rollout', 'pause', 'deployment/web', '-n', 'shop');
    const text = await kubectl('get', 'deployment', 'web', '-n', 'shop', '-o', 'json');
    expect(JSON.parse(text)).toMatchObject({
      spec: { paused: true, replicas: 2, template: { spec: { containers: [{ image: 'web:2' }] } } },
    });
    expect(await kubectl('delete', 'namespace', 'shop', '--timeout=10s')).toContain('deleted');
  });

  test('watches what others do', async () => {
    const watching = kubectl('get', 'configmaps', '-w', '-o', 'name', '--request-timeout=3s');
    await kubectl('create', 'configmap', 'seen', '--from-literal=a=b');
    expect(await watching).toContain('configmap/seen');
  });

  test('compares, dry-runs and asks what it may do', async () => {
    const manifest = file('dry.yaml', widget('dry'));
    expect(await kubectl('create', '--dry-run=server', '-f', manifest)).toContain('server dry run');
    expect(await refused('get', 'wd', 'dry')).toContain('not found');
    expect(await kubectl('auth', 'can-i', 'delete', 'pods')).toContain('yes');
    const difference = await kubectl('diff', '-f', manifest).catch(
      (error: { stdout: string }) => error.stdout,
    );
    expect(difference).toContain('+  size: small');
  });

  test('is told why there are no logs', async () => {
    await kubectl('run', 'alone', '--image=web:1');
    expect(await refused('logs', 'alone')).toContain('the sandbox runs no containers');
  });
});
