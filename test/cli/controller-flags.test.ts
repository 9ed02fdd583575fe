import { terminal } from './terminal.ts';

// it would start the test's own process once more
jest.mock('../../src/operator/small-heap.ts', () => ({ keepMemorySmall: () => {} }));

describe('the controller, started by the command', () => {
  test.each([
    'controller --kloglevel=2 --version',
    'controller -v 2 --version',
    'controller --namespaced -n web --version',
  ])('takes its own flags, those that every other verb refuses too: %s', async (line) => {
    const { out, err } = await terminal().run(line);
    expect(err).toBe('');
    expect(out).toMatch(/^sluice /);
  });

  test.each([
    '--password=x',
    '--server=https://a',
    '--as-group=a --as-group=b',
    '--insecure-skip-tls-verify',
  ])('refuses %s by name, and says where it belongs', async (flags) => {
    const { err, code } = await terminal().run(`controller ${flags}`);
    expect(err).toContain('is not taken: the kubeconfig says whom to talk to');
    expect(code).toBe(1);
  });
});
