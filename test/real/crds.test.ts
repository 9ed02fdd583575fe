import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { type ControlPlane, startControlPlane } from './support/control-plane.ts';

const root = resolve(__dirname, '../..');
/** Manifests of the peers, where the machine has them; never part of the project. */
const peers = resolve(root, '../shared/data/manifests');

describe('our CRDs on a real API server', () => {
  let plane: ControlPlane;

  beforeAll(async () => {
    plane = await startControlPlane();
    // A plain apply keeps a copy in an annotation, which has a limit: the CRDs must stay below it.
    kubectl('apply', '-f', join(root, 'crds'), '-f', join(root, 'src/sandbox/crds'));
    kubectl('wait', '--for=condition=Established', 'crd', '--all', '--timeout=30s');
  });
  afterAll(() => plane?.stop());

  function kubectl(...args: string[]): string {
    return execFileSync('kubectl', ['--kubeconfig', plane.kubeconfig, ...args], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }

  function create(manifest: string): void {
    execFileSync(
      'kubectl',
      ['--kubeconfig', plane.kubeconfig, 'create', '--dry-run=server', '--validate=strict', '-f', '-'],
      { input: manifest, stdio: 'pipe' },
    );
  }

  test.each(
    readdirSync(join(root, 'examples'), { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    ),
  )('the example %s applies, with every field known', (folder) => {
    const printed = kubectl(
      'apply',
      '--server-side',
      '--dry-run=server',
      '--validate=strict',
      '-f',
      join(root, 'examples', folder),
    );
    expect(printed).toMatch(/rollout.*serverside-applied/);
  });

  test('the printer columns, the short names and the scale are the peer’s', () => {
    kubectl('apply', '--server-side', '-f', join(root, 'examples/canary-basic'));
    expect(kubectl('get', 'ro').split('\n')[0]?.trim().split(/ {2,}/)).toEqual([
      'NAME',
      'DESIRED',
      'CURRENT',
      'UP-TO-DATE',
      'AVAILABLE',
      'AGE',
    ]);
    kubectl('scale', 'rollout', 'my-app', '--replicas=7');
    expect(kubectl('get', 'ro', 'my-app', '-o', 'jsonpath={.spec.replicas}')).toBe('7');
    const explained = kubectl('explain', 'rollout.spec.strategy.canary.steps');
    expect(explained).toContain('setWeight');
  });

  test('the selector cannot be changed', () => {
    kubectl('apply', '--server-side', '--force-conflicts', '-f', join(root, 'examples/canary-basic'));
    const change = () =>
      kubectl(
        'patch',
        'ro',
        'my-app',
        '--type=merge',
        '-p',
        '{"spec":{"selector":{"matchLabels":{"app":"x"}}}}',
      );
    expect(change).toThrow('.spec.selector is immutable');
  });

  test('a misspelt field of a container is refused by name', () => {
    const manifest = kubectl('get', 'ro', 'my-app', '-o', 'json').replace('"image":', '"imag":');
    expect(() => create(manifest)).toThrow('unknown field "spec.template.spec.containers[0].imag"');
  });

  test('a port without a protocol is stored with TCP, which is part of the hash', () => {
    const ports = kubectl('get', 'ro', 'my-app', '-o', 'jsonpath={.spec.template.spec.containers[0].ports}');
    expect(JSON.parse(ports)).toEqual([{ name: 'http', containerPort: 8080, protocol: 'TCP' }]);
  });

  test('every manifest of the peers applies, with every field known', () => {
    if (!existsSync(peers)) throw new Error(`this test needs the peers' manifests in ${peers}`);
    const ours = new Set([
      'Rollout',
      'AnalysisTemplate',
      'ClusterAnalysisTemplate',
      'AnalysisRun',
      'Experiment',
    ]);
    const manifests = readdirSync(peers, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.ya?ml$/.test(name))
      .flatMap((name) =>
        parseAllDocuments(readFileSync(join(peers, name), 'utf8')).map((document) => ({
          name,
          object: document.toJS() as KubeObject | null,
        })),
      )
      .filter(({ object }) => object !== null && ours.has(object.kind));
    expect(manifests.length).toBeGreaterThan(20);
    for (const namespace of new Set(manifests.flatMap(({ object }) => object?.metadata.namespace ?? []))) {
      kubectl('create', 'namespace', namespace);
    }
    const refused = manifests.flatMap(({ name, object }) => {
      try {
        create(JSON.stringify(object));
        return [];
      } catch (error) {
        return [`${name}: ${(error as { stderr?: Buffer }).stderr ?? error}`];
      }
    });
    expect(refused).toEqual([]);
  });
});
