import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type Metafile } from 'esbuild';

const folder = join(import.meta.dirname, '../src/cli/dashboard/page');

/**
 * The files that the dashboard gives to browsers, by name.
 * @param made is told what is in them.
 */
export async function bundlePage(made?: (metafile: Metafile) => void): Promise<Record<string, string>> {
  const { outputFiles, metafile } = await build({
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
    metafile: true,
    logLevel: 'warning',
  });
  made?.(metafile);
  const icon = readFileSync(join(folder, 'icon.svg'), 'utf8');
  const files = outputFiles.map(({ path, text }): [string, string] => [path.slice(1), text]);
  return { ...Object.fromEntries(files), 'icon.svg': icon };
}
