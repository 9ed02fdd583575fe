import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { latePackages } from '../../scripts/late-packages.ts';

test('a CommonJS package that the built program loads late has its names', async () => {
  const outdir = mkdtempSync(join(tmpdir(), 'sluice-late-'));
  try {
    await build({
      stdin: {
        contents:
          "const { stringify } = await import('yaml'); const { createTransport } = await import('nodemailer'); console.log(stringify([1]), typeof createTransport);",
        resolveDir: process.cwd(),
      },
      outdir,
      outExtension: { '.js': '.mjs' },
      bundle: true,
      splitting: true,
      format: 'esm',
      platform: 'node',
      banner: {
        js: "import { createRequire } from 'node:module';const require = createRequire(import.meta.url);",
      },
      plugins: [latePackages()],
    });
    const output = execFileSync(process.execPath, [join(outdir, 'stdin.mjs')], { encoding: 'utf8' });
    expect(output).toBe('- 1\n function\n');
  } finally {
    rmSync(outdir, { recursive: true });
  }
});
