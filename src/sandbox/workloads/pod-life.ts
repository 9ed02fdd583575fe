import type { Pod } from '../../api/workloads.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import { amountOf, failureOf, lifeAnnotations } from './annotations.ts';

/** Where a pod is in its life. */
export type Stage =
  | { readonly kind: 'creating' }
  | { readonly kind: 'image-failed'; readonly reason: 'ErrImagePull' | 'ImagePullBackOff' }
  | {
      readonly kind: 'running';
      readonly startedAt: Instant;
      readonly ready: boolean;
      readonly restarts: number;
    }
  | { readonly kind: 'crashed'; readonly endedAt: Instant; readonly restarts: number }
  | {
      readonly kind: 'finished';
      readonly startedAt: Instant;
      readonly endedAt: Instant;
      readonly exitCode: number;
    };

export interface Life {
  readonly stage: Stage;
  /** When the next stage begins; undefined when this one lasts. */
  readonly nextAt: Instant | undefined;
}

const defaultStartSeconds = 2;
const defaultReadySeconds = 1;
const defaultRunSeconds = 1;
/** How long a container runs before it crashes. */
const crashAfterSeconds = 1;
/** The kubelet pauses 10 s before the first restart, then twice as long each time, at most 5 minutes. */
const firstBackOffSeconds = 10;
const longestBackOffSeconds = 300;
/** From the first failed pull to the first pause. */
const imageErrorSeconds = 1;

/**
 * The stage of a pod that was placed at `placedAt`. A function of its age and its annotations alone: nothing to remember,
 * nothing that can be missed.
 * @param coin decides, for a command like `exit $FLIP`, between 0 and 1.
 */
export function lifeOf(pod: Pod, placedAt: Instant, now: Instant, coin: () => 0 | 1): Life {
  const runsAt = addSeconds(placedAt, amountOf(pod, lifeAnnotations.startSeconds) ?? defaultStartSeconds);
  if (now < runsAt) return { stage: { kind: 'creating' }, nextAt: runsAt };
  const failsAt = addSeconds(runsAt, amountOf(pod, lifeAnnotations.failAfterSeconds) ?? 0);
  const failure = failureOf(pod);
  const hasFailed = failure !== undefined && now >= failsAt;
  if (isUnpullable(pod) || (failure === 'image' && hasFailed)) return imageFailure(runsAt, now);
  if (pod.spec?.['restartPolicy'] !== 'Always') return runToEnd(pod, runsAt, now, coin);
  if (failure === 'crash' && hasFailed) return crashing(failsAt, now);
  const readyAt = addSeconds(runsAt, readySeconds(pod));
  const ready = now >= readyAt && !(failure === 'never-ready' && hasFailed);
  const changes = [readyAt, failure === undefined ? readyAt : failsAt].filter((at) => at > now);
  const nextAt = changes.length === 0 ? undefined : (Math.min(...changes) as Instant);
  return { stage: { kind: 'running', startedAt: runsAt, ready, restarts: 0 }, nextAt };
}

/** Real registries have no such image; neither has the sandbox. */
function isUnpullable(pod: Pod): boolean {
  return (pod.spec?.containers ?? []).some(({ image }) => image?.includes('does-not-exist') === true);
}

function imageFailure(since: Instant, now: Instant): Life {
  const pausesAt = addSeconds(since, imageErrorSeconds);
  if (now < pausesAt) return { stage: { kind: 'image-failed', reason: 'ErrImagePull' }, nextAt: pausesAt };
  return { stage: { kind: 'image-failed', reason: 'ImagePullBackOff' }, nextAt: undefined };
}

/** Runs for a moment, crashes, pauses, runs again; the pauses grow. */
function crashing(since: Instant, now: Instant): Life {
  let startedAt = since;
  for (let restarts = 0; ; restarts += 1) {
    const endedAt = addSeconds(startedAt, crashAfterSeconds);
    if (now < endedAt)
      return { stage: { kind: 'running', startedAt, ready: false, restarts }, nextAt: endedAt };
    const pause = Math.min(longestBackOffSeconds, firstBackOffSeconds * 2 ** restarts);
    startedAt = addSeconds(endedAt, pause);
    if (now < startedAt) return { stage: { kind: 'crashed', endedAt, restarts }, nextAt: startedAt };
  }
}

function runToEnd(pod: Pod, startedAt: Instant, now: Instant, coin: () => 0 | 1): Life {
  const words = commandOf(pod);
  const forever =
    amountOf(pod, lifeAnnotations.runSeconds) === undefined && /\bsleep (infinity|inf)\b/.test(words);
  if (forever) return { stage: { kind: 'running', startedAt, ready: true, restarts: 0 }, nextAt: undefined };
  const slept = /\bsleep (\d+)/.exec(words)?.[1];
  const seconds =
    amountOf(pod, lifeAnnotations.runSeconds) ?? (slept === undefined ? defaultRunSeconds : Number(slept));
  const endedAt = addSeconds(startedAt, seconds);
  if (now < endedAt)
    return { stage: { kind: 'running', startedAt, ready: true, restarts: 0 }, nextAt: endedAt };
  return {
    stage: { kind: 'finished', startedAt, endedAt, exitCode: exitCodeOf(pod, words, coin) },
    nextAt: undefined,
  };
}

function exitCodeOf(pod: Pod, words: string, coin: () => 0 | 1): number {
  const named = amountOf(pod, lifeAnnotations.exitCode);
  if (named !== undefined) return named;
  if (failureOf(pod) === 'crash') return 1;
  const code = /\bexit (\d+)/.exec(words)?.[1];
  if (code !== undefined) return Number(code);
  if (/\bexit \$/.test(words)) return coin();
  return /(^|[\s;&])false($|[\s;&])/.test(words) ? 1 : 0;
}

function commandOf({ spec }: Pod): string {
  const container = spec?.containers[0] ?? { name: '' };
  return [container['command'], container['args']]
    .flatMap((words) => (Array.isArray(words) ? words.map(String) : []))
    .join(' ');
}

function readySeconds(pod: Pod): number {
  const probes = (pod.spec?.containers ?? []).map(
    (container) =>
      (container['readinessProbe'] as { initialDelaySeconds?: number } | undefined)?.initialDelaySeconds ?? 0,
  );
  return amountOf(pod, lifeAnnotations.readySeconds) ?? Math.max(defaultReadySeconds, ...probes);
}
