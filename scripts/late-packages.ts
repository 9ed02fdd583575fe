import type { Plugin } from 'esbuild';

/**
 * Gives packages that are loaded late (`await import('yaml')`) the names they have in Node. Of a CommonJS package esbuild exports
 * nothing but `default` where it splits the program into parts, and the first use would end with "stringify is not a function".
 */
export function latePackages(): Plugin {
  return {
    name: 'late packages',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[@a-z][^:]*$/ }, ({ path, kind, resolveDir }) =>
        kind === 'dynamic-import' && !resolveDir.includes('node_modules')
          ? { path, namespace: 'late' }
          : undefined,
      );
      onLoad({ filter: /.*/, namespace: 'late' }, async ({ path }) => {
        const names = Object.keys(await import(path)).filter((name) => /^(?!default$)[\w$]+$/.test(name));
        return {
          contents: `export { ${names.join(', ')} } from ${JSON.stringify(path)};`,
          resolveDir: process.cwd(),
        };
      });
    },
  };
}
