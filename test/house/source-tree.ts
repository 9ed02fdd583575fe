import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = resolve(__dirname, '../..');

export interface SourceFile {
  /** Path from the project's root, with forward slashes: `src/core/plan.ts`. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Import[];
}

export interface Import {
  /** As written: a relative path, `node:…`, or a package. */
  readonly specifier: string;
  /** Path from the root for a relative import. */
  readonly target: string | undefined;
  readonly typeOnly: boolean;
}

/** Every TypeScript file under one folder of the project. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      return { path: relative(root, file), text, imports: importsOf(file, text) };
    });
}

function importsOf(file: string, text: string): Import[] {
  const found = text.matchAll(
    /^\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\('([^']+)'\)/gm,
  );
  return [...found].map((match) => {
    const specifier = (match[2] ?? match[3] ?? match[4]) as string;
    const target = specifier.startsWith('.') ? relative(root, resolve(file, '..', specifier)) : undefined;
    return { specifier, target, typeOnly: match[1] !== undefined };
  });
}

/** The room a file belongs to: the first folder under `src`. */
export function roomOf(path: string): string {
  return path.split('/')[1] as string;
}

/** Source without comments and without the contents of string literals, so that a ban does not hit prose. */
export function codeOnly(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1')
    .replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
}
