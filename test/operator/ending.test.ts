import { runController } from '../../src/operator/main.ts';

/** What keeps a process from ending by itself. */
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('a controller that cannot start leaves no timer: its process ends, and its pod is started anew', async () => {
  const before = timers();
  const running = runController(['--kubeconfig=/none', '--metricsPort=0', '--healthzPort=0'], {
    environment: {},
    out: () => {},
    err: () => {},
    ending: new AbortController().signal,
  });
  await expect(running).rejects.toThrow('The kubeconfig cannot be read: /none');
  expect(timers()).toBe(before);
});
