import { execFileSync } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { billOfMaterials, packagesIn } from './bill-of-materials.ts';
import { bundlePage } from './bundle-page.ts';
import { latePackages } from './late-packages.ts';

/**
 * Writes `dist`: the program, `sluice.js`, and beside it the parts that a command loads when it needs them. In one file
 * every command would load the modules of all: `status` would take 0.4 s instead of 0.25 s. Nothing else than Node is
 * needed to run it, and of the Kubernetes client only what reads a kubeconfig is left. Since it holds every package that it uses,
 * `package.json` has them all among those for development: who installs the program downloads none.
 */
const outdir = 'dist';

/** Of the program, and of the pages that it gives to browsers. */
const bundles: Metafile[] = [];

rmSync(outdir, { recursive: true, force: true });
const { metafile } = await build({
  entryPoints: { sluice: 'src/cli/main.ts' },
  outdir,
  splitting: true,
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Names stay as they are written: they are part of what we log. (`keepNames` would define the name of every function anew each
  // time that it is made, closures of a hot path too.)
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  define: {
    SLUICE_COMMIT: JSON.stringify(process.env.SLUICE_COMMIT ?? commitOf()),
  },
  plugins: [await shippedInPlace(), inParts(), latePackages()],
  // CommonJS packages inside the bundle ask for Node's own modules through `require`
  banner: {
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
  metafile: true,
  logLevel: 'warning',
});
bundles.push(metafile);
writeFileSync(join(outdir, 'sbom.cdx.json'), billOfMaterials([...new Set(bundles.flatMap(packagesIn))]));
chmodSync(join(outdir, 'sluice.js'), 0o755);
process.stdout.write(`${outdir}: ${Math.round(sizeOf(outdir) / 1024)} KiB\n`);

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, name)))
    .reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}

/**
 * Of two packages only what the program uses: their index files load, and keep in memory, fetch, mocks and caches of one, shells,
 * archives and web sockets of the other. Half of what a command would have to read before it can send its first request.
 */
function inParts(): Plugin {
  const undici = [
    `const Dispatcher = require('undici/lib/dispatcher/dispatcher');`,
    `Object.assign(Dispatcher.prototype, require('undici/lib/api'));`,
    ...Object.entries({
      Pool: 'pool',
      Agent: 'agent',
      ProxyAgent: 'proxy-agent',
      Socks5ProxyAgent: 'socks5-proxy-agent',
    }).map(([name, file]) => `module.exports.${name} = require('undici/lib/dispatcher/${file}');`),
  ];
  return {
    name: 'packages in parts',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: 'part' }));
      onLoad({ filter: /.*/, namespace: 'part' }, () => ({
        contents: undici.join('\n'),
        resolveDir: process.cwd(),
      }));
      onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ path }) => ({
        path: join(dirname(fileURLToPath(import.meta.resolve(path))), 'config.js'),
      }));
    },
  };
}

/**
 * Puts what comes with the program in the place of the two files that read it from a checkout. As constants of the bundle
 * the texts would stand in the part that all others share, and every command would load half a megabyte of CRDs.
 */
async function shippedInPlace(): Promise<Plugin> {
  const folderOf = "(path) => path.slice(0, path.lastIndexOf('/'))";
  const contents = new Map([
    [
      'shipped-texts.ts',
      `const files = ${JSON.stringify(Object.entries(shippedFiles()))};
       const folderOf = ${folderOf};
       export const shippedTexts = (folder) => files.filter(([path]) => folderOf(path) === folder);`,
    ],
    [
      'page-texts.ts',
      `export const pageTexts = async () => (${JSON.stringify(await bundlePage((made) => bundles.push(made)))});`,
    ],
  ]);
  return {
    name: 'shipped files',
    setup({ onLoad }) {
      onLoad({ filter: /src[\\/]cli[\\/].*(shipped|page)-texts\.ts$/ }, ({ path }) => ({
        contents: contents.get(basename(path)) ?? '',
        loader: 'js',
      }));
    },
  };
}

/** What `sandbox` and `demo` read, by path. */
function shippedFiles(): Record<string, string> {
  const folders = ['crds', 'src/sandbox/crds', 'examples'];
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => `${folder}/${name}`),
  );
  const manifests = paths.filter((path) => /\.ya?ml$/.test(path)).sort();
  return Object.fromEntries(manifests.map((path) => [path, readFileSync(path, 'utf8')]));
}

/** Empty outside a checkout, as in a container's build context. */
function commitOf(): string {
  try {
    const answer = execFileSync('git', ['rev-parse', '--short=9', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return answer.trim();
  } catch {
    return '';
  }
}
