import { sourceFiles } from './source-tree.ts';

/** What the command loads before it knows which verb was asked for: everything reached without `import()`. */
function loadedAtStart(): Map<string, string> {
  const files = new Map(sourceFiles('src').map((file) => [file.path, file]));
  const from = new Map<string, string>([['src/cli/main.ts', 'the start']]);
  for (const path of from.keys()) {
    const file = files.get(path);
    for (const { specifier, target, typeOnly } of file?.imports ?? []) {
      if (typeOnly || file?.text.includes(`import('${specifier}')`) === true) continue;
      const name = target ?? specifier;
      if (!from.has(name)) from.set(name, path);
    }
  }
  return from;
}

test('the command starts with nothing that takes long to load; `status` has 0.35 s in all', () => {
  const loaded = loadedAtStart();
  expect(loaded.has('src/cli/verbs/index.ts')).toBe(true);
  const packages = [...loaded].filter(([name]) => !name.startsWith('src/') && !name.startsWith('node:'));
  expect(packages.map(([name]) => name).sort()).toEqual(['commander', 'package.json', 'picocolors']);
  const heavy = /^src\/(shell|routers|metrics|sandbox|sim|operator)\/|\/(expression|validation|lint)\//;
  const wrong = [...loaded].filter(([name]) => heavy.test(name));
  expect(wrong.map(([name, by]) => `${by} imports ${name}: load it with import() when it is needed`)).toEqual(
    [],
  );
});
