import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, statSync } from 'node:fs';
import { build } from 'esbuild';

/**
 * Writes `dist/sluice.js`: the whole program in one file that needs nothing but Node. Parts that a command does
 * not use are in it but not run, and of the Kubernetes client only what reads a kubeconfig is left.
 */
const outfile = 'dist/sluice.js';

rmSync('dist', { recursive: true, force: true });
await build({
  entryPoints: ['src/cli/main.ts'],
  outfile,
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  keepNames: true, // error names are part of what we log
  legalComments: 'linked',
  define: { SLUICE_COMMIT: JSON.stringify(process.env.SLUICE_COMMIT ?? commitOf()) },
  // CommonJS packages inside the bundle ask for Node's own modules through `require`
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  logLevel: 'warning',
});
chmodSync(outfile, 0o755);
process.stdout.write(`${outfile}: ${Math.round(statSync(outfile).size / 1024)} KiB\n`);

/** Empty outside a checkout, as in a container's build context. */
function commitOf(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short=9', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
