import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { realClock } from '../../src/kernel/clock.ts';
import { random } from '../../src/kernel/random.ts';
import { type HttpEndpoint, serveHttp } from '../../src/sandbox/http.ts';
import { createApiServer } from '../../src/sandbox/server.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';
import { pathFolders, program } from './support/processes.ts';

const source = join(__dirname, 'fixtures/client-go');

/** Whether informers ask for a list and then watch, or for a watch that lists first. */
const manners = [
  ['lists, then watches', 'false'],
  ['watches with a list first', 'true'],
] as const;

describe("an operator's program in Go on both servers", () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-client-go-'));
  const binary = join(folder, 'client-go');
  let plane: ControlPlane;
  let endpoint: HttpEndpoint;
  const kubeconfig = join(folder, 'kubeconfig');

  beforeAll(async () => {
    const go = program('go', 'install Go 1.24 or newer', [...pathFolders(), '/usr/local/go/bin']);
    execFileSync(go, ['build', '-o', binary, '.'], { cwd: source, stdio: 'pipe' });
    plane = await startControlPlane({ controllers: false });
    endpoint = await serveHttp(createApiServer({ clock: realClock(), random: random(1) }));
    writeFileSync(kubeconfig, kubeconfigOf(endpoint.url));
  });
  afterAll(async () => {
    await plane?.stop();
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the program prints; with what it printed before, when it fails. */
  async function printed(config: string, namespace: string, watchList: string): Promise<string> {
    const env = { ...process.env, KUBE_FEATURE_WatchListClient: watchList };
    try {
      const { stdout } = await promisify(execFile)(binary, [config, namespace], { env });
      return stdout.replaceAll(namespace, 'NAMESPACE');
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string };
      throw new Error(`the program failed:\n${stdout}\n${stderr}`);
    }
  }

  test.each(manners)('is told the same when it %s', async (_manner, watchList) => {
    const namespace = `client-go-${watchList}`;
    const real = await printed(plane.kubeconfig, namespace, watchList);
    expect(real).toContain('# events\nWarning Told');
    expect(await printed(kubeconfig, namespace, watchList)).toBe(real);
  });
});

const kubeconfigOf = (server: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'sandbox', cluster: { server } }],
    users: [{ name: 'nobody', user: {} }],
    contexts: [{ name: 'sandbox', context: { cluster: 'sandbox', user: 'nobody', namespace: 'default' } }],
    'current-context': 'sandbox',
  });
