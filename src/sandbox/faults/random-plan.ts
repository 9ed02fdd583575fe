import { type Random, random } from '../../kernel/random.ts';
import type { Fault, FaultPlan, Requests, Span } from './plan.ts';

/** How many faults a drawn plan has. */
const fewest = 2;
const most = 6;

/**
 * A plan drawn from a seed. All of its faults end within `lengthSeconds`, so that afterwards everything must come to a
 * good end; machines and pods that are lost come back or are replaced.
 */
export function randomFaultPlan(seed: number, lengthSeconds: number): FaultPlan {
  const stream = random(seed).fork('fault-plan');
  const count = fewest + stream.below(most - fewest + 1);
  const faults = Array.from({ length: count }, () => {
    const draw = draws[stream.below(draws.length)] as (typeof draws)[number];
    return draw(stream, lengthSeconds);
  });
  return { seed, faults };
}

const draws: readonly ((stream: Random, length: number) => Fault)[] = [
  (stream, length) => ({
    kind: 'latency',
    on: requests(stream),
    seconds: 1 + stream.below(5),
    ...span(stream, length),
  }),
  (stream, length) => ({
    kind: 'error',
    on: requests(stream),
    status: pick(stream, [409, 429, 500, 503] as const),
    ...span(stream, length),
  }),
  (stream, length) => ({
    kind: 'timeout',
    on: requests(stream),
    effect: pick(stream, ['before', 'after'] as const),
    afterSeconds: 10,
    ...span(stream, length),
  }),
  (stream, length) => ({
    kind: 'watch',
    atSeconds: stream.below(length),
    how: pick(stream, ['dropped', 'expired'] as const),
  }),
  (stream, length) => ({ kind: 'stale-reads', lagSeconds: 1 + stream.below(4), ...span(stream, length) }),
  (stream, length) => ({
    kind: 'restart',
    atSeconds: stream.below(Math.ceil(length / 2)),
    downSeconds: 1 + stream.below(20),
  }),
  (stream, length) => ({ kind: 'pods-lost', atSeconds: stream.below(length), count: 1 + stream.below(2) }),
  (stream, length) => {
    const { fromSeconds, forSeconds } = span(stream, length);
    return { kind: 'node-lost', atSeconds: fromSeconds, forSeconds };
  },
  (stream, length) => ({
    kind: 'starts',
    how: 'slow',
    seconds: 5 + stream.below(30),
    chance: 0.5,
    ...span(stream, length),
  }),
];

function span(stream: Random, length: number): Required<Span> {
  const fromSeconds = stream.below(Math.ceil(length / 2));
  return { fromSeconds, forSeconds: 1 + stream.below(Math.floor(length / 2)) };
}

const written = [
  'rollouts/status',
  'rollouts',
  'replicasets',
  'services',
  'virtualservices',
  'analysisruns',
  'events',
];

/** Of one resource or of all; chance lets some through, so that there is progress to be spoilt. */
function requests(stream: Random): Requests {
  const chance = pick(stream, [0.1, 0.3, 0.7]);
  return stream.below(2) === 0 ? { chance } : { resources: [pick(stream, written)], chance };
}

function pick<T>(stream: Random, choices: readonly T[]): T {
  return choices[stream.below(choices.length)] as T;
}
