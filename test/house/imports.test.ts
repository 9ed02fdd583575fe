import { roomOf, type SourceFile, sourceFiles } from './source-tree.ts';

/** Which rooms a room may import. `docs/architecture.md` draws the same picture. */
const mayImport: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  api: ['kernel'],
  ports: ['kernel', 'api'],
  core: ['kernel', 'api'],
  routers: ['kernel', 'api', 'ports'],
  metrics: ['kernel', 'api', 'ports'],
  notifications: ['kernel', 'api', 'ports'],
  shell: ['kernel', 'api', 'ports', 'core'],
  view: ['kernel', 'api', 'core'],
  sandbox: ['kernel', 'api', 'ports'],
  sim: ['kernel', 'api', 'ports', 'core', 'shell', 'routers', 'metrics', 'notifications', 'sandbox', 'view'],
  cli: [
    'kernel',
    'api',
    'ports',
    'core',
    'view',
    'shell',
    'operator',
    'sandbox',
    'sim',
    'routers',
    'metrics',
    'notifications',
  ],
  operator: ['kernel', 'api', 'ports', 'core', 'shell', 'routers', 'metrics', 'notifications'],
};

const files = sourceFiles('src');

describe('the direction of imports', () => {
  test('there are files to look at, and each stands in a room that is on the map', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(
      [...new Set(files.map(({ path }) => roomOf(path)))].filter((room) => !(room in mayImport)),
    ).toEqual([]);
  });

  test('a room imports only rooms to its left', () => {
    const wrong = files.flatMap((file) =>
      file.imports.flatMap(({ target }) => {
        if (!target?.startsWith('src/')) return []; // a package, or the project's own package.json
        const [from, to] = [roomOf(file.path), roomOf(target)];
        if (from === to || mayImport[from]?.includes(to)) return [];
        return [`${file.path} imports ${target}: ${from} may import only ${mayImport[from]?.join(', ')}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('production never reaches the sandbox or the simulation', () => {
    const production = new Set([
      'kernel',
      'api',
      'ports',
      'core',
      'routers',
      'metrics',
      'notifications',
      'shell',
      'operator',
      'view',
    ]);
    const wrong = files
      .filter(({ path }) => production.has(roomOf(path)))
      .flatMap((file) =>
        file.imports
          .filter(({ target }) => target !== undefined && ['sandbox', 'sim', 'cli'].includes(roomOf(target)))
          .map(({ target }) => `${file.path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  test('relative imports point at files that exist', () => {
    const known = new Set(files.map(({ path }) => path));
    const wrong = files.flatMap((file) =>
      file.imports
        .filter(({ target }) => target?.startsWith('src/') && !known.has(target))
        .map(({ target }) => `${file.path} imports ${target}, which is not there`),
    );
    expect(wrong).toEqual([]);
  });

  test('no file imports itself through others', () => {
    expect(cycles(files)).toEqual([]);
  });
});

/** Import cycles, each once. In kernel, api, ports and core type-only imports count too. */
function cycles(all: readonly SourceFile[]): string[] {
  const strict = new Set(['kernel', 'api', 'ports', 'core']);
  const edges = new Map(
    all.map((file) => [
      file.path,
      file.imports
        .filter(
          ({ target, typeOnly }) => target !== undefined && (!typeOnly || strict.has(roomOf(file.path))),
        )
        .map(({ target }) => target as string),
    ]),
  );
  const found = new Set<string>();
  const finished = new Set<string>();
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start !== -1) {
      found.add([...trail.slice(start), path].join(' → '));
      return;
    }
    if (finished.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...trail, path]);
    finished.add(path);
  };
  for (const path of edges.keys()) visit(path, []);
  return [...found];
}
