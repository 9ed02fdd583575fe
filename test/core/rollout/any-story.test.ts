import type { CanaryStrategy, RolloutSpec } from '../../../src/api/v1alpha1/rollout.ts';
import { type Random, random } from '../../../src/kernel/random.ts';
import {
  analyse,
  analysisTemplate,
  pauseFor,
  type RolloutOptions,
  rollout,
  routedCanary,
  setWeight,
} from '../../support/builders.ts';
import { holdInvariants } from '../../support/invariants.ts';
import { Play } from '../../support/play.ts';

/**
 * Stories drawn at random: people change their minds, pods are lost and come back, analyses end this way or that. After
 * every write the invariants hold; and when the world is kind again, every story ends (I8).
 */
const steps = [setWeight(20), pauseFor(30), setWeight(50), analyse('error-rate'), setWeight(80), pauseFor()];
const background = { analysis: { templates: [{ templateName: 'error-rate' }], startingStep: 1 } };
const pair = {
  pingPong: { pingService: 'shop-ping', pongService: 'shop-pong' },
  canaryService: undefined,
  stableService: undefined,
};
const strategies: Record<string, { spec: RolloutOptions; services: string[]; routers: number }> = {
  'over a router': {
    spec: { canary: routedCanary(steps, background) },
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
  },
  'over two routers': {
    spec: { canary: routedCanary(steps) },
    services: ['shop-stable', 'shop-canary'],
    routers: 2,
  },
  'with a dynamic stable': {
    spec: { canary: routedCanary(steps, { dynamicStableScale: true }) },
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
  },
  'with ping and pong': {
    spec: { canary: routedCanary(steps, pair) },
    services: ['shop-ping', 'shop-pong'],
    routers: 1,
  },
  'without steps': {
    spec: { canary: routedCanary([]) },
    services: ['shop-stable', 'shop-canary'],
    routers: 1,
  },
  'without a router': { spec: { canary: { steps } as CanaryStrategy }, services: [], routers: 0 },
  'blue-green': {
    spec: {
      blueGreen: {
        activeService: 'shop-active',
        previewService: 'shop-preview',
        autoPromotionSeconds: 20,
        prePromotionAnalysis: { templates: [{ templateName: 'error-rate' }] },
        postPromotionAnalysis: { templates: [{ templateName: 'error-rate' }] },
      },
    },
    services: ['shop-active', 'shop-preview'],
    routers: 0,
  },
};

const images = ['shop:v1', 'shop:v2', 'shop:v3'];
const runPhases = ['Running', 'Successful', 'Successful', 'Failed', 'Inconclusive', 'Error'] as const;

type Deed = (play: Play, chance: Random) => void;
const deeds: readonly Deed[] = [
  (play, chance) => play.image(images[chance.below(images.length)] ?? 'shop:v1'),
  (play, chance) => play.edit({ replicas: 1 + chance.below(6) } satisfies Partial<RolloutSpec>),
  (play, chance) => play.edit({ paused: chance.below(2) === 0 }),
  (play) => play.patchStatus({ abort: true }),
  (play) => play.patchStatus({ abort: null }),
  (play) => play.patchStatus({ promoteFull: true }),
  (play) => play.patchStatus({ pauseConditions: null }),
  (play, chance) => play.patchStatus({ currentStepIndex: chance.below(7) }),
  losePods,
  losePods,
  (play) => play.movePods(),
  (play) => play.movePods(),
  (play, chance) => judgeSome(play, chance),
  (play, chance) => judgeSome(play, chance),
  (play, chance) => {
    play.now = (play.now + chance.below(40_000)) as typeof play.now;
  },
];

function losePods(play: Play, chance: Random): void {
  const sets = [...play.replicaSets.values()];
  const set = sets[chance.below(sets.length)];
  const image = set?.spec.template.spec?.containers[0]?.image;
  if (image !== undefined) play.setAvailable(image, chance.below((set?.spec.replicas ?? 0) + 1));
}

function judgeSome(play: Play, chance: Random): void {
  const open = [...play.runs.values()].filter(
    ({ status }) => status === undefined || status.phase === 'Running',
  );
  const run = open[chance.below(Math.max(1, open.length))];
  const phase = runPhases[chance.below(runPhases.length)] ?? 'Running';
  if (run !== undefined) play.judge(new RegExp(`^${run.metadata.name}$`), phase);
}

describe.each(Object.entries(strategies))('any story %s', (_title, { spec, services, routers }) => {
  test.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'of seed %i keeps the invariants, and ends',
    (seed) => {
      const chance = random(seed);
      const play = new Play(rollout({ replicas: 4, progressDeadlineSeconds: 300, ...spec }), {
        services,
        routers,
        templates: [analysisTemplate('error-rate')],
        check: holdInvariants,
        crashAfter: chance.below(60),
      }).settle();
      for (let deed = 0; deed < 40; deed += 1) {
        deeds[chance.below(deeds.length)]?.(play, chance);
        for (let decisions = chance.below(4); decisions > 0; decisions -= 1) play.decide();
      }
      play.settle();
      expect(excessOf(play)).toBeUndefined();
      play.pass(900);
      expect(['Healthy', 'Paused', 'Degraded', 'Analysing']).toContain(endOf(play));
    },
  );
});

/** An analysis may take as long as it does; everything else has an end. */
function endOf({ status, runs }: Play): string | undefined {
  const isAnalysing = [...runs.values()].some(
    ({ status: run }) => run === undefined || run.phase === 'Running',
  );
  return status.phase === 'Progressing' && isAnalysing ? 'Analysing' : status.phase;
}

/** I2 and I3, once all is at rest and every pod is there: routers agree, and show no more than the step allows. */
function excessOf({ status, weights, rollout: { spec } }: Play): string | undefined {
  const [weight = 0, ...others] = weights;
  if (others.some((other) => other !== weight)) return `the routers show ${weights.join(' and ')}`;
  const index = status.currentStepIndex ?? 0;
  const settled = status.abort === true || status.stableRS === status.currentPodHash;
  const allowed = (spec.strategy?.canary?.steps ?? [])
    .slice(0, index + 1)
    .reduce((so, step) => step.setWeight ?? so, 0);
  const isLast = index >= (spec.strategy?.canary?.steps?.length ?? 0);
  const limit = settled ? 0 : isLast ? 100 : allowed;
  return weight > limit ? `${weight} at step ${index}, which allows ${limit}` : undefined;
}
