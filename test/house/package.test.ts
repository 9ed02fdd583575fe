import { readFileSync } from 'node:fs';

test('whoever installs the program downloads nothing else: what it uses is bundled, and a tool to us', () => {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Record<string, object | undefined>;
  const loaded = ['dependencies', 'optionalDependencies', 'peerDependencies'];
  expect(loaded.filter((field) => manifest[field] !== undefined)).toEqual([]);
});
