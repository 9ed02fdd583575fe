import { runController } from '../../src/operator/main.ts';

afterEach(() => jest.restoreAllMocks());

test('a controller that cannot start leaves no timer: its process ends, and its pod is started anew', async () => {
  const set = jest.spyOn(globalThis, 'setTimeout');
  const cleared = jest.spyOn(globalThis, 'clearTimeout');
  const running = runController(['--kubeconfig=/none', '--metricsPort=0', '--healthzPort=0'], {
    environment: {},
    out: () => {},
    err: () => {},
    ending: new AbortController().signal,
  });
  const ofController = set.mock.results.map(({ value }) => value);
  await expect(running).rejects.toThrow('The kubeconfig cannot be read: /none');
  expect(ofController.length).toBeGreaterThan(0);
  expect(cleared.mock.calls.flat()).toEqual(expect.arrayContaining(ofController));
});
