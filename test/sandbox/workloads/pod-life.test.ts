import { resources } from '../../../src/api/resources.ts';
import type { Pod } from '../../../src/api/workloads.ts';
import { kinds, type TemplateOptions, template, worldStage } from '../world-support.ts';

async function podStage(options: TemplateOptions = {}) {
  const stage = worldStage();
  const { metadata, spec } = template(options);
  await stage.create(resources.pods, { metadata: { ...metadata, name: 'web', namespace: 'default' }, spec });
  return { ...stage, pod: () => stage.read<Pod>(resources.pods, 'web') };
}

/** What `kubectl get pod` shows: phase or reason, ready, restarts. */
function shown(pod: Pod | undefined): string {
  if (pod === undefined) return 'gone';
  const [status] = pod.status?.containerStatuses ?? [];
  const reason = status?.state?.waiting?.reason ?? status?.state?.terminated?.reason ?? pod.status?.phase;
  return `${reason} ${status?.ready === true ? 'ready' : 'unready'} ${status?.restartCount ?? 0}`;
}

const lives: readonly (readonly [string, TemplateOptions, Record<number, string>])[] = [
  [
    'an ordinary pod',
    {},
    {
      0: 'ContainerCreating unready 0',
      2: 'Running unready 0',
      3: 'Running ready 0',
      9000: 'Running ready 0',
    },
  ],
  [
    'a slow pod',
    { annotations: { 'start-seconds': '10', 'ready-seconds': '20' } },
    {
      9: 'ContainerCreating unready 0',
      10: 'Running unready 0',
      29: 'Running unready 0',
      30: 'Running ready 0',
    },
  ],
  [
    'a pod that never gets ready',
    { annotations: { fail: 'never-ready' } },
    { 5: 'Running unready 0', 5000: 'Running unready 0' },
  ],
  [
    'an image that nobody has',
    { image: 'registry/does-not-exist:v1' },
    {
      1: 'ContainerCreating unready 0',
      2: 'ErrImagePull unready 0',
      3: 'ImagePullBackOff unready 0',
      900: 'ImagePullBackOff unready 0',
    },
  ],
  ['an image that cannot be pulled', { annotations: { fail: 'image' } }, { 3: 'ImagePullBackOff unready 0' }],
  [
    'a crash loop with growing pauses',
    { annotations: { fail: 'crash' } },
    {
      2: 'Running unready 0',
      3: 'CrashLoopBackOff unready 0',
      13: 'Running unready 1',
      14: 'CrashLoopBackOff unready 1',
      33: 'CrashLoopBackOff unready 1',
      34: 'Running unready 2',
    },
  ],
  [
    'a pod that turns bad later',
    { annotations: { fail: 'crash', 'fail-after-seconds': '60' } },
    {
      30: 'Running ready 0',
      61: 'Running ready 0',
      62: 'Running unready 0',
      63: 'CrashLoopBackOff unready 0',
    },
  ],
  [
    'a readiness probe with a delay',
    {
      spec: {
        containers: [
          { name: 'a', image: 'x:1', readinessProbe: { initialDelaySeconds: 15, tcpSocket: { port: 80 } } },
        ],
      },
    },
    { 16: 'Running unready 0', 17: 'Running ready 0' },
  ],
  [
    'a task that ends well',
    { annotations: { 'run-seconds': '30' }, spec: { restartPolicy: 'Never' } },
    { 31: 'Running ready 0', 32: 'Completed unready 0' },
  ],
  [
    'a task that fails',
    { annotations: { 'exit-code': '3' }, spec: { restartPolicy: 'Never' } },
    { 3: 'Error unready 0' },
  ],
  [
    'a task whose command says it all',
    {
      spec: {
        restartPolicy: 'Never',
        containers: [{ name: 'a', image: 'x:1', command: ['sh', '-c'], args: ['sleep 20; exit 7'] }],
      },
    },
    { 21: 'Running ready 0', 22: 'Error unready 0' },
  ],
];

describe('the life of a pod', () => {
  test.each(lives)('%s', async (_, options, expected) => {
    const stage = await podStage(options);
    await stage.seconds(0);
    let now = 0;
    const seen: Record<number, string> = {};
    for (const at of Object.keys(expected).map(Number)) {
      await stage.seconds(at - now);
      now = at;
      seen[at] = shown(stage.pod());
    }
    expect(seen).toEqual(expected);
  });

  test('a running pod has all that kubectl shows of it', async () => {
    const { seconds, pod, read } = await podStage();
    await seconds(10);
    const { spec, status } = pod() as Pod;
    expect(read(kinds.nodes, String(spec?.['nodeName']))).toBeDefined();
    expect(status).toMatchObject({
      phase: 'Running',
      hostIP: '10.0.0.1',
      podIP: expect.stringMatching(/^10\.244\./),
      startTime: '2026-01-05T12:00:00Z',
      qosClass: 'BestEffort',
      containerStatuses: [
        {
          name: 'shop',
          image: 'shop:v1',
          ready: true,
          started: true,
          state: { running: { startedAt: '2026-01-05T12:00:02Z' } },
        },
      ],
    });
    const times = Object.fromEntries(
      (status?.conditions ?? []).map(({ type, status: holds, lastTransitionTime }) => [
        type,
        `${holds} ${lastTransitionTime?.slice(14)}`,
      ]),
    );
    expect(times).toEqual({
      PodScheduled: 'True 00:00Z',
      Initialized: 'True 00:00Z',
      PodReadyToStartContainers: 'True 00:02Z',
      ContainersReady: 'True 00:03Z',
      Ready: 'True 00:03Z',
    });
  });

  test('a readiness gate holds a pod back until somebody opens it', async () => {
    const gate = 'target-health.elbv2.k8s.aws/shop';
    const stage = await podStage({
      spec: { readinessGates: [{ conditionType: gate }], containers: [{ name: 'a', image: 'x:1' }] },
    });
    const ready = () => stage.pod()?.status?.conditions?.find(({ type }) => type === 'Ready');
    await stage.seconds(10);
    expect(ready()).toMatchObject({ status: 'False', reason: 'ReadinessGatesNotReady' });
    const conditions = [...(stage.pod()?.status?.conditions ?? []), { type: gate, status: 'True' }];
    await stage.world.cluster.patch(
      { type: resources.pods, namespace: 'default', name: 'web' },
      { kind: 'merge', body: { status: { conditions } } },
      { subresource: 'status' },
    );
    await stage.seconds(0);
    expect(ready()?.status).toBe('True');
    expect(stage.pod()?.status?.conditions?.some(({ type }) => type === gate)).toBe(true);
  });

  test('a pod that is told to end takes the time it is given, and no more than its grace', async () => {
    const stage = await podStage({
      annotations: { 'terminate-seconds': '20' },
      spec: { terminationGracePeriodSeconds: 12, containers: [{ name: 'a', image: 'x:1' }] },
    });
    await stage.seconds(10);
    await stage.world.cluster.delete({ type: resources.pods, namespace: 'default', name: 'web' });
    await stage.seconds(11);
    expect(shown(stage.pod())).toBe('Running ready 0');
    await stage.seconds(1);
    expect(shown(stage.pod())).toBe('gone');
  });

  test('a pod that fits no node waits, and says so', async () => {
    const stage = await podStage({ annotations: { fail: 'unschedulable' } });
    await stage.seconds(60);
    expect(stage.pod()?.status).toMatchObject({
      phase: 'Pending',
      conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }],
    });
  });

  test('annotating a running pod changes its fate, and taking the annotation back heals it', async () => {
    const stage = await podStage();
    const annotate = (fail: string | null) =>
      stage.patch(resources.pods, 'web', { metadata: { annotations: { 'sandbox.sluice.dev/fail': fail } } });
    await stage.seconds(60);
    await annotate('never-ready');
    await stage.seconds(0);
    expect(shown(stage.pod())).toBe('Running unready 0');
    await annotate(null);
    await stage.seconds(0);
    expect(shown(stage.pod())).toBe('Running ready 0');
  });
});
