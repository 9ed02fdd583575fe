import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { root } from './support/chart.ts';
import { pathFolders } from './support/processes.ts';

interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}

describe('the package as npm makes it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
  const own = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const inside = join(folder, 'lib/node_modules/sluice');
  // an empty cache, and no registry: what is not in the package is not to be had
  const env = {
    PATH: [dirname(process.execPath), join(folder, 'bin'), ...pathFolders()].join(delimiter),
    HOME: folder,
    npm_config_cache: join(folder, 'cache'),
  };
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: root, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

  beforeAll(() => {
    run('npm', 'pack', '--silent', '--pack-destination', folder);
    const file = join(folder, `sluice-${own.version}.tgz`);
    run('npm', 'install', '--global', '--offline', '--no-audit', '--prefix', folder, file);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('is installed with nothing else, without a network', () => {
    expect(existsSync(join(inside, 'node_modules'))).toBe(false);
  });

  test.each(['sluice', 'kubectl-sluice'])('has the command %s', (name) => {
    expect(run(name, 'version')).toContain(own.version);
  });

  test('has every part that a command loads late', () => {
    expect(run('sluice', 'lint', '-f', join(inside, 'examples'))).not.toContain('rror');
    expect(run('sluice', 'evaluate', '--help')).toContain('Usage');
    expect(run('sluice', 'controller', '--help')).toContain('--leader-elect');
  });

  test('says what is in it: every package that is bundled, and no tool that made it', () => {
    const bill = JSON.parse(readFileSync(join(inside, 'dist/sbom.cdx.json'), 'utf8')) as {
      bomFormat: string;
      components: { purl: string; licenses: { expression: string }[]; hashes: { content: string }[] }[];
    };
    expect(bill.bomFormat).toBe('CycloneDX');
    const packages = bill.components.map(({ purl }) => purl);
    expect(packages).toContain(`pkg:npm/undici@${own.devDependencies['undici']}`);
    expect(packages).toContain(`pkg:npm/preact@${own.devDependencies['preact']}`);
    expect(packages.filter((purl) => /esbuild|jest|biome|typescript/.test(purl))).toEqual([]);
    for (const { licenses, hashes } of bill.components) {
      expect(licenses[0]?.expression).toMatch(/^(MIT(-0)?|ISC|Apache-2\.0|BSD-[23]-Clause|0BSD)$/);
      expect(hashes[0]?.content).toMatch(/^[0-9a-f]{128}$/);
    }
  });
});
