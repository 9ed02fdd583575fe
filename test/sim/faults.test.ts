import { checkFaultPlan } from '../../src/sandbox/faults/check-plan.ts';
import { describeFault, type Fault } from '../../src/sandbox/faults/plan.ts';
import { randomFaultPlan } from '../../src/sandbox/faults/random-plan.ts';
import { embeddedStage } from '../support/embedded-stage.ts';
import { storyOn } from '../support/story.ts';

const everything = {};
/** Faults that are not done to anybody in particular. */
const silent: ReadonlySet<string> = new Set(['stale-reads', 'router', 'metrics']);

/** Each fault by itself, in the middle of a release. It must show, and the release must come to its end all the same. */
const faults: readonly (readonly [title: string, fault: Fault])[] = [
  ['every answer takes two seconds', { kind: 'latency', on: everything, seconds: 2 }],
  ['half of the writes conflict', { kind: 'error', on: { chance: 0.5 }, status: 409, forSeconds: 120 }],
  [
    'the server asks for patience',
    { kind: 'error', on: { verbs: ['patch'] }, status: 429, retryAfterSeconds: 20, forSeconds: 40 },
  ],
  ['the server breaks down inside', { kind: 'error', on: everything, status: 500, forSeconds: 30 }],
  ['the server is not available', { kind: 'error', on: everything, status: 503, forSeconds: 60 }],
  [
    'writes are lost on the way there',
    {
      kind: 'timeout',
      on: { verbs: ['patch', 'create'], chance: 0.3 },
      effect: 'before',
      afterSeconds: 5,
      forSeconds: 90,
    },
  ],
  [
    'answers are lost on the way back',
    {
      kind: 'timeout',
      on: { verbs: ['patch', 'create'], chance: 0.3 },
      effect: 'after',
      afterSeconds: 5,
      forSeconds: 90,
    },
  ],
  ['watches are dropped', { kind: 'watch', atSeconds: 8, how: 'dropped' }],
  ['watches are dropped, and it is too late to go on', { kind: 'watch', atSeconds: 8, how: 'expired' }],
  ['watches lag', { kind: 'stale-reads', lagSeconds: 3, forSeconds: 120 }],
  ['the API server is restarted', { kind: 'restart', atSeconds: 5, downSeconds: 20 }],
  ['two pods are lost', { kind: 'pods-lost', atSeconds: 15, count: 2 }],
  ['a node is lost', { kind: 'node-lost', atSeconds: 10, node: 'sandbox-1' }],
  ['a node is lost and found', { kind: 'node-lost', atSeconds: 10, forSeconds: 200 }],
  [
    'the router applies routes half a minute late',
    { kind: 'router', faults: [{ delaySeconds: 30 }], forSeconds: 200 },
  ],
  ['the metrics server is gone', { kind: 'metrics', faults: [{ kind: 'gone' }], forSeconds: 100 }],
  ['pods start slowly', { kind: 'starts', how: 'slow', seconds: 45 }],
  ['the first pods never become ready', { kind: 'starts', how: 'never-ready', forSeconds: 4 }],
];

async function release(
  plan: Parameters<Awaited<ReturnType<typeof embeddedStage>>['simulation']['inject']>[0],
) {
  const stage = await embeddedStage();
  const { given, when, then } = storyOn(stage);
  await given.canary({
    replicas: 4,
    steps: [
      { setWeight: 25 },
      { pause: { duration: '20s' } },
      { setWeight: 50 },
      { pause: { duration: '20s' } },
    ],
  });
  const running = stage.simulation.inject(plan);
  await when.image('shop:v2');
  await when.timePasses(600);
  return { stage, then, running };
}

describe('a release survives', () => {
  test.each(faults)('%s', async (_, fault) => {
    expect(checkFaultPlan({ faults: [fault] })).toEqual([]);
    const { stage, then, running } = await release({ seed: 3, faults: [fault] });
    const isSpoilt = fault.kind === 'starts' && fault.how === 'never-ready';
    if (!isSpoilt) await then.phase('Healthy');
    if (!isSpoilt) await then.stable('shop:v2');
    if (!silent.has(fault.kind)) expect(running.deeds.map(({ kind }) => kind)).toContain(fault.kind);
    expect(await stage.end()).toEqual([]);
  });

  test.each(Array.from({ length: 8 }, (_, seed) => seed))('the faults of seed %i', async (seed) => {
    const plan = randomFaultPlan(seed, 120);
    const { stage, then } = await release(plan);
    const told = plan.faults.map(describeFault).join('\n');
    await then.phase('Healthy').catch((error: Error) => {
      throw new Error(`${error.message}\n${told}`);
    });
    expect({ told, broken: await stage.end() }).toEqual({ told, broken: [] });
  });
});
