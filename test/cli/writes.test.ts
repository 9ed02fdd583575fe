import type { KubeObject } from '../../src/api/meta.ts';
import { type ResourceType, resources } from '../../src/api/resources.ts';
import type { RolloutStatus } from '../../src/api/v1alpha1/rollout.ts';
import { ApiError } from '../../src/ports/cluster.ts';
import { fakeCluster } from '../shell/fake-cluster.ts';
import { pauseFor, type RolloutOptions, rollout, setWeight } from '../support/builders.ts';
import { experimentOf, runOf } from './facts.ts';
import { terminal } from './terminal.ts';

/** What one command line did to a cluster with one Rollout `shop`, a run `shop-1` and an experiment `shop-exp`. */
async function writesOf(line: string, options: RolloutOptions = {}, more: [ResourceType, KubeObject][] = []) {
  const cluster = fakeCluster();
  const shop = rollout(options);
  cluster.put(resources.rollouts, shop);
  cluster.put(resources.analysisRuns, runOf({ name: 'shop-1', owner: shop }));
  cluster.put(resources.experiments, experimentOf(shop, 1));
  for (const [type, object] of more) cluster.put(type, object);
  const ended = await terminal({ cluster }).run(line);
  const calls = cluster.calls.filter((call) => !call.startsWith('get ') && !call.startsWith('list '));
  return { ...ended, writes: calls.map((call, index) => [call, cluster.bodies[index]]), cluster };
}

const onStatus = 'patch rollouts/status default/shop';
const onRollout = 'patch rollouts default/shop';

describe('a verb writes what the controllers of old and new understand:', () => {
  test.each([
    ['abort shop', onStatus, { status: { abort: true } }, "rollout 'shop' aborted\n"],
    ['retry rollout shop', onStatus, { status: { abort: false } }, "rollout 'shop' retried\n"],
    ['retry ro shop', onStatus, { status: { abort: false } }, "rollout 'shop' retried\n"],
    ['pause shop', onRollout, { spec: { paused: true } }, "rollout 'shop' paused\n"],
    [
      'restart shop',
      onRollout,
      { spec: { restartAt: '2026-01-01T12:00:00Z' } },
      "rollout 'shop' restarts in 0s\n",
    ],
    [
      'restart shop -i 1h30m',
      onRollout,
      { spec: { restartAt: '2026-01-01T13:30:00Z' } },
      "rollout 'shop' restarts in 1h30m\n",
    ],
    [
      'terminate analysisrun shop-1',
      'patch analysisruns default/shop-1',
      { spec: { terminate: true } },
      "analysisRun 'shop-1' terminated\n",
    ],
    [
      'terminate exp shop-exp',
      'patch experiments default/shop-exp',
      { spec: { terminate: true } },
      "experiment 'shop-exp' terminated\n",
    ],
    [
      'retry experiment shop-exp',
      'patch experiments default/shop-exp',
      { status: null },
      "experiment 'shop-exp' retried\n",
    ],
  ])('%s', async (line, call, body, out) => {
    const ended = await writesOf(line);
    expect(ended).toMatchObject({ code: 0, out, err: '' });
    expect(ended.writes).toEqual([[call, body]]);
  });

  test('several names are told one by one, and one that fails keeps none of the others from it', async () => {
    const second = rollout({ name: 'cart' });
    const ended = await writesOf('abort shop gone cart', {}, [[resources.rollouts, second]]);
    expect(ended.code).toBe(1);
    expect(ended.out).toBe("rollout 'shop' aborted\nrollout 'cart' aborted\n");
    expect(ended.err).toBe(
      'Error: rollout.argoproj.io "gone" not found\nIt is looked for in namespace "default"; -n NAME looks elsewhere.\n',
    );
  });

  test.each([
    ['abort gone', 'rollout.argoproj.io'],
    ['retry rollout gone', 'rollout.argoproj.io'],
    ['promote gone', 'rollout.argoproj.io'],
    ['pause gone', 'rollout.argoproj.io'],
    ['restart gone', 'rollout.argoproj.io'],
    ['undo gone', 'rollout.argoproj.io'],
    ['set image gone a=b', 'rollout.argoproj.io'],
    ['status gone', 'rollout.argoproj.io'],
    ['terminate analysisrun gone', 'analysisrun.argoproj.io'],
    ['terminate experiment gone', 'experiment.argoproj.io'],
    ['retry experiment gone', 'experiment.argoproj.io'],
  ])('%s: what is not there is told in the same words', async (line, type) => {
    expect(await writesOf(line)).toMatchObject({
      code: 1,
      out: '',
      err: `Error: ${type} "gone" not found\nIt is looked for in namespace "default"; -n NAME looks elsewhere.\n`,
    });
  });

  test('whoever said which namespace is not told where it was looked for', async () => {
    expect((await writesOf('abort gone -n default')).err).toBe(
      'Error: rollout.argoproj.io "gone" not found\n',
    );
  });

  test('all that fail are told', async () => {
    const { code, err } = await writesOf('pause gone shop lost');
    expect(code).toBe(1);
    expect(err.match(/^Error: .*$/gm)).toEqual([
      'Error: rollout.argoproj.io "gone" not found',
      'Error: rollout.argoproj.io "lost" not found',
    ]);
  });

  test.each<[line: string, hint: string]>([
    ['abort shp', 'Did you mean "shop"?\n'],
    ['abort shpo', 'Did you mean "shop"?\n'],
    ['abort cart', 'It is looked for in namespace "default"; there is one with -n web.\n'],
    ['abort shop -n wbe', 'There is no namespace "wbe".\n'],
  ])('%s: a near miss is told', async (line, hint) => {
    const elsewhere = rollout({ name: 'cart' });
    const { err } = await writesOf(line, {}, [
      [resources.rollouts, { ...elsewhere, metadata: { ...elsewhere.metadata, namespace: 'web' } }],
    ]);
    expect(err).toContain(hint);
  });

  test.each([
    [['abort', ''], '<NAME...> is empty; is a variable not set?'],
    [['promote', ' '], '<NAME> is empty; is a variable not set?'],
    [['abort', 'shop', '-n', ''], '--namespace is empty; give it a value, or leave it out'],
    [['abort', 'shop', '--as', ''], '--as is empty; give it a value, or leave it out'],
    [
      ['abort', 'shop', '--as', 'me', '--as-group', ''],
      '--as-group is empty; give it a value, or leave it out',
    ],
    [['abort', 'shop', '-n', 'a/b'], '"a/b" is no name of a namespace'],
  ])('%j is refused before anything is asked', async (line, message) => {
    const cluster = fakeCluster();
    const ended = await terminal({ cluster }).run(line);
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`Error: ${message}\n`);
    expect(cluster.calls).toEqual([]);
  });

  test('a server that does not know Rollouts is told as such', async () => {
    const cluster = fakeCluster();
    cluster.onCall = () => {
      throw new ApiError(404, '', 'HTTP 404: 404 page not found');
    };
    const { err } = await terminal({ cluster }).run('list rollouts');
    expect(err).toMatch(/^Error: The API server does not know Rollouts: .* not installed/);
  });

  test('a CRD without the status subresource gets the same patch on the main resource', async () => {
    const cluster = fakeCluster();
    cluster.put(resources.rollouts, rollout());
    cluster.onCall = (call) => {
      if (call.includes('/status')) throw new ApiError(404, 'NotFound', 'the server could not find it');
    };
    expect((await terminal({ cluster }).run('abort shop')).code).toBe(0);
    expect(cluster.calls).toEqual([onStatus, onRollout]);
    expect(cluster.bodies).toEqual([{ status: { abort: true } }, { status: { abort: true } }]);
  });
});

const steps = [setWeight(10), pauseFor(), setWeight(50)];
const paused: RolloutStatus = {
  currentStepIndex: 1,
  currentPodHash: 'new',
  stableRS: 'old',
  controllerPause: true,
  pauseConditions: [{ reason: 'CanaryPauseStep', startTime: '2026-01-01T12:00:00Z' }],
};
const inconclusive: RolloutStatus = {
  ...paused,
  canary: { currentStepAnalysisRunStatus: { name: 'r', status: 'Inconclusive' } },
};
const moving: RolloutStatus = { currentStepIndex: 1, currentPodHash: 'new', stableRS: 'old' };
const blueGreen = { activeService: 'shop' };

const onStatusOnly = (status: object) => [[onStatus, { status }]];
const unpause = [onRollout, { spec: { paused: false } }];

describe('promote', () => {
  test.each<[string, string, RolloutOptions, unknown[]]>([
    [
      'ends a pause',
      'promote shop',
      { canary: { steps }, status: paused },
      onStatusOnly({ pauseConditions: null }),
    ],
    [
      'advances a canary that is not paused by one step',
      'promote shop',
      { canary: { steps }, status: moving },
      onStatusOnly({ pauseConditions: null, currentStepIndex: 2 }),
    ],
    [
      'never goes past the end',
      'promote shop',
      { canary: { steps }, status: { ...moving, currentStepIndex: 3 } },
      onStatusOnly({ pauseConditions: null, currentStepIndex: 3 }),
    ],
    [
      'leaves an inconclusive analysis step behind',
      'promote shop',
      { canary: { steps }, status: inconclusive },
      onStatusOnly({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 }),
    ],
    [
      'ends a pause by a person too, and that first',
      'promote shop',
      { canary: { steps }, status: paused, paused: true },
      [unpause, [onStatus, { status: { pauseConditions: null } }]],
    ],
    ['only unpauses a canary without steps', 'promote shop', { paused: true, status: moving }, [unpause]],
    ['writes nothing when there is nothing to promote', 'promote shop', { status: moving }, []],
    [
      'ends the pause of a blue-green rollout',
      'promote shop',
      { blueGreen, status: paused },
      onStatusOnly({ pauseConditions: null }),
    ],
    [
      'goes to the end with --full',
      'promote shop --full',
      { canary: { steps }, status: paused },
      onStatusOnly({ promoteFull: true }),
    ],
    [
      'with --full asks for nothing of a rollout that is fully promoted',
      'promote --full shop',
      { canary: { steps }, status: { currentPodHash: 'a', stableRS: 'a' } },
      [],
    ],
    [
      'skips the current step with -c, whatever it waits for',
      'promote shop -c',
      { canary: { steps }, status: paused, paused: true },
      onStatusOnly({ currentStepIndex: 2 }),
    ],
    [
      'goes past the last step with -a',
      'promote shop --skip-all-steps',
      { canary: { steps }, status: moving },
      onStatusOnly({ currentStepIndex: 3 }),
    ],
  ])('%s', async (_, line, options, writes) => {
    const ended = await writesOf(line, options);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toBe(`rollout 'shop' ${line.includes('--full') ? 'fully promoted' : 'promoted'}\n`);
    expect(ended.writes).toEqual(writes);
  });

  test.each<[string, RolloutOptions, string]>([
    ['promote shop -a -c', {}, 'Cannot use skip-current-step and skip-all-steps flags at the same time'],
    ['promote shop -c', { blueGreen }, 'Cannot skip steps of a bluegreen rollout. Run without a flags'],
    ['promote shop -a', {}, 'Cannot skip steps of a rollout without steps'],
  ])('%s is refused where it makes no sense', async (line, options, message) => {
    const ended = await writesOf(line, options);
    expect(ended).toMatchObject({ code: 1, out: '', writes: [] });
    expect(ended.err).toContain(`Error: ${message}\n`);
  });
});

describe('set image', () => {
  const images = (object: KubeObject | undefined) => {
    const { template } = (object as ReturnType<typeof rollout>).spec;
    return [...(template?.spec?.containers ?? []), ...(template?.spec?.initContainers ?? [])].map(
      ({ name, image }) => `${name}=${image}`,
    );
  };
  const template = {
    metadata: { labels: { app: 'shop' } },
    spec: {
      containers: [
        { name: 'shop', image: 'shop:v1' },
        { name: 'proxy', image: 'proxy:1' },
      ],
      initContainers: [{ name: 'shop', image: 'shop:v1' }],
    },
  };
  const ref = { type: resources.rollouts, namespace: 'default', name: 'shop' };

  test.each([
    [
      'every container of the name',
      'set image shop shop=shop:v2',
      ['shop=shop:v2', 'proxy=proxy:1', 'shop=shop:v2'],
    ],
    [
      'all of them',
      'set image shop *=all@sha256:0',
      ['shop=all@sha256:0', 'proxy=all@sha256:0', 'shop=all@sha256:0'],
    ],
  ])('changes %s', async (_, line, expected) => {
    const ended = await writesOf(line, { template });
    expect(ended).toMatchObject({ code: 0, out: 'rollout "shop" image updated\n' });
    expect(images(ended.cluster.object(ref))).toEqual(expected);
  });

  test('changes the Deployment that the Rollout refers to', async () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'base', namespace: 'default' },
    };
    const ended = await writesOf(
      'set image shop shop=shop:v2',
      { template: undefined, workloadRef: { kind: 'Deployment', name: 'base' } },
      [[resources.deployments, { ...deployment, spec: { template } }]],
    );
    expect(ended).toMatchObject({ code: 0, out: 'deployment "base" image updated\n' });
    expect(images(ended.cluster.object({ ...ref, type: resources.deployments, name: 'base' }))).toContain(
      'shop=shop:v2',
    );
  });

  test('tries again when somebody else wrote in between, five times at most', async () => {
    for (const [conflicts, code] of [
      [4, 0],
      [5, 1],
    ]) {
      const cluster = fakeCluster();
      cluster.put(resources.rollouts, rollout({ template }));
      let left = conflicts as number;
      cluster.onCall = (call) => {
        if (call.startsWith('replace') && left-- > 0)
          throw new ApiError(409, 'Conflict', 'the object has been modified');
      };
      expect((await terminal({ cluster }).run('set image shop shop=shop:v2')).code).toBe(code);
    }
  });

  test.each([
    ['set image shop cart=cart:v2', 'Error: unable to find container named "cart"; there are shop, proxy'],
    ['set image shop cart', 'Error: the image must be written as CONTAINER=IMAGE, not "cart"'],
    ['set image shop a=b=c', 'Error: the image must be written as CONTAINER=IMAGE, not "a=b=c"'],
    ['set image gone shop=b', 'Error: rollout.argoproj.io "gone" not found'],
  ])('%s is refused', async (line, message) => {
    const ended = await writesOf(line, { template });
    expect(ended).toMatchObject({ code: 1, out: '', writes: [] });
    expect(ended.err.split('\n')[0]).toBe(message);
  });
});
