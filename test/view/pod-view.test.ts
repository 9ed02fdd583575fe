import type { ContainerStatus, Pod } from '../../src/api/workloads.ts';
import { viewPod } from '../../src/view/pod-view.ts';

type Status = NonNullable<Pod['status']>;

const container = (
  state: ContainerStatus['state'],
  more: Partial<ContainerStatus> = {},
): ContainerStatus => ({
  name: 'shop',
  ready: state?.running !== undefined,
  restartCount: 0,
  state,
  ...more,
});
const running = container({ running: {} });
const waiting = (reason: string) => container({ waiting: { reason } });
const ended = (exitCode: number, more: { reason?: string; signal?: number } = {}) =>
  container({ terminated: { exitCode, ...more } });

function pod(status: Status, deletionTimestamp?: string): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'shop-1', ...(deletionTimestamp && { deletionTimestamp }) },
    spec: { containers: [{ name: 'shop' }] },
    status,
  };
}

const cases: readonly [string, Status, string][] = [
  ['a running pod', { phase: 'Running', containerStatuses: [running] }, 'Running healthy'],
  ['one without a node', { phase: 'Pending' }, 'Pending progressing'],
  [
    'one whose image is pulled',
    { phase: 'Pending', containerStatuses: [waiting('ContainerCreating')] },
    'ContainerCreating progressing',
  ],
  [
    'one whose image is not there',
    { phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] },
    'ImagePullBackOff warning',
  ],
  ['one that failed to pull', { containerStatuses: [waiting('ErrImagePull')] }, 'ErrImagePull warning'],
  ['one that crashes', { containerStatuses: [waiting('CrashLoopBackOff')] }, 'CrashLoopBackOff failed'],
  ['one that was killed', { containerStatuses: [ended(137, { signal: 9 })] }, 'Signal:9 failed'],
  ['one that failed', { containerStatuses: [ended(3)] }, 'ExitCode:3 failed'],
  [
    'one that ran out of memory',
    { containerStatuses: [ended(137, { reason: 'OOMKilled' })] },
    'OOMKilled failed',
  ],
  [
    'one that ended well',
    { phase: 'Succeeded', containerStatuses: [ended(0, { reason: 'Completed' })] },
    'Completed healthy',
  ],
  [
    'one with a container that has ended beside one that runs',
    { containerStatuses: [ended(0, { reason: 'Completed' }), running] },
    'NotReady progressing',
  ],
  [
    'the same, ready all the same',
    {
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [ended(0, { reason: 'Completed' }), running],
    },
    'Running healthy',
  ],
  [
    'one in its second init container',
    { phase: 'Pending', initContainerStatuses: [ended(0), waiting('PodInitializing')] },
    'Init:1/2 progressing',
  ],
  [
    'one whose init container crashes',
    { initContainerStatuses: [waiting('CrashLoopBackOff')], containerStatuses: [waiting('PodInitializing')] },
    'Init:CrashLoopBackOff progressing',
  ],
  [
    'one with a sidecar that has started',
    {
      phase: 'Running',
      initContainerStatuses: [{ ...running, started: true }],
      containerStatuses: [running],
    },
    'Running healthy',
  ],
  ['one that was evicted', { phase: 'Failed', reason: 'Evicted' }, 'Evicted failed'],
];

describe('the status of a pod is that of `kubectl get pods`:', () => {
  test.each(cases)('%s', (_, status, shown) => {
    const { text, mark } = viewPod(pod(status)).status;
    expect(`${text} ${mark}`).toBe(shown);
  });

  test('one that is being deleted, and one whose node is gone', () => {
    const deleted = (status: Status) => viewPod(pod(status, '2026-01-01T12:00:00Z')).status;
    expect(deleted({ phase: 'Running', containerStatuses: [running] })).toEqual({
      text: 'Terminating',
      mark: 'progressing',
    });
    expect(deleted({ reason: 'NodeLost' })).toEqual({ text: 'Unknown', mark: 'unknown' });
  });

  test('restarts are told only when there were any', () => {
    const info = (restartCount: number) =>
      viewPod(pod({ containerStatuses: [{ ...running, restartCount }] })).info;
    expect([info(0), info(2)]).toEqual(['ready:1/1', 'ready:1/1,restarts:2']);
  });
});
