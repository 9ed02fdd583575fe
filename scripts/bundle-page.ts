import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

const folder = join(import.meta.dirname, '../src/cli/dashboard/page');

/** The files that the dashboard gives to browsers, by name. */
export async function bundlePage(): Promise<Record<string, string>> {
  const { outputFiles } = await build({
    entryPoints: { page: join(folder, 'main.tsx') },
    outdir: '/',
    bundle: true,
    write: false,
    platform: 'browser',
    target: 'es2022',
    format: 'esm',
    minify: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    legalComments: 'inline',
    logLevel: 'warning',
  });
  const icon = readFileSync(join(folder, 'icon.svg'), 'utf8');
  const files = outputFiles.map(({ path, text }): [string, string] => [path.slice(1), text]);
  return { ...Object.fromEntries(files), 'icon.svg': icon };
}
