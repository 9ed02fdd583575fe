import { allocateInOneArena, type Restartable } from '../../src/operator/small-heap.ts';

const execPath = '/usr/bin/node';
const started: Restartable = {
  platform: 'linux',
  env: { HOME: '/root' },
  execPath,
  execArgv: ['--enable-source-maps'],
  argv: [execPath, '/app/dist/sluice.js', 'controller', '--namespaced'],
};

function startsOf(given: Partial<Restartable>): unknown[][] {
  const starts: unknown[][] = [];
  const execve = ((...start: unknown[]) => void starts.push(start)) as unknown as NodeJS.Process['execve'];
  allocateInOneArena({ ...started, execve, ...given });
  return starts;
}

describe('a program that allocates in one arena', () => {
  test('starts again as it was started, with the variable that says so', () => {
    expect(startsOf({})).toEqual([
      [
        execPath,
        [execPath, '--enable-source-maps', '/app/dist/sluice.js', 'controller', '--namespaced'],
        { HOME: '/root', MALLOC_ARENA_MAX: '1', MALLOC_TRIM_THRESHOLD_: '131072' },
      ],
    ]);
  });

  test.each<[string, Partial<Restartable>]>([
    ['has started so already', { env: { MALLOC_ARENA_MAX: '1' } }],
    ['was told another number', { env: { MALLOC_ARENA_MAX: '4' } }],
    ['is on another system', { platform: 'darwin' }],
  ])('goes on when it %s', (_, given) => {
    expect(startsOf(given)).toEqual([]);
  });
});
