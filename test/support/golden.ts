import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';

const root = resolve(__dirname, '../golden');
/** `GOLDEN=refresh npx jest …` writes the files anew; the difference is then reviewed like any other change. */
const isRefresh = process.env['GOLDEN'] === 'refresh';

/** Names of the cases in one folder of `test/golden`. */
export function goldenCases(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

/** The YAML documents of a golden file. */
export function goldenDocuments(path: string): unknown[] {
  return parseAllDocuments(readFileSync(join(root, path), 'utf8')).map((document) => {
    if (document.errors.length > 0) throw new Error(`${path}: ${document.errors[0]?.message}`);
    return document.toJS() as unknown;
  });
}

export function asYaml(documents: readonly unknown[]): string {
  return documents
    .map((document) =>
      stringify(document, { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
    )
    .join('---\n');
}

/** Is the text what the golden file says? With `GOLDEN=refresh` the file becomes what the text says. */
export function expectGolden(path: string, text: string): void {
  const file = join(root, path);
  if (isRefresh) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  if (!existsSync(file))
    throw new Error(`${path} is missing: run the test with GOLDEN=refresh, and review the file`);
  expect(text).toBe(readFileSync(file, 'utf8'));
}
