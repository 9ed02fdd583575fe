import type { KubeObject } from '../../api/meta.ts';

/**
 * Annotations on pods, that is in the pod template, which tell the sandbox how a pod leads its life. They are read anew
 * whenever the pod changes, so annotating a running pod changes its fate.
 */
export const lifeAnnotations = {
  /** From scheduling until the containers run: pulling images, creating the sandbox. Default 2. */
  startSeconds: 'sandbox.sluice.dev/start-seconds',
  /** From running to ready. Default: `initialDelaySeconds` of the readiness probe, or 1. */
  readySeconds: 'sandbox.sluice.dev/ready-seconds',
  /** `crash`, `never-ready`, `image` or `unschedulable`. An image whose name contains `does-not-exist` is `image`, too. */
  fail: 'sandbox.sluice.dev/fail',
  /** `fail` holds from this long after the containers ran. Default 0. */
  failAfterSeconds: 'sandbox.sluice.dev/fail-after-seconds',
  /** From being told to end to being gone, at most the grace period. Default 1. */
  terminateSeconds: 'sandbox.sluice.dev/terminate-seconds',
  /** How long a pod that runs to an end runs. Default: what `sleep N` in its command says, or 1. */
  runSeconds: 'sandbox.sluice.dev/run-seconds',
  /** How it ends. Default: what `exit N` in its command says, or 0. */
  exitCode: 'sandbox.sluice.dev/exit-code',
} as const;

/** On a HorizontalPodAutoscaler: how many replicas its metrics would ask for. Without it only its bounds count. */
export const desiredReplicasAnnotation = 'sandbox.sluice.dev/desired-replicas';

/** Annotations on nodes. */
export const nodeAnnotations = {
  /** `true`: the machine is out of reach. Its kubelet is silent, and its pods answer nobody. */
  lost: 'sandbox.sluice.dev/lost',
} as const;

export function isLost(node: KubeObject | undefined): boolean {
  return node?.metadata.annotations?.[nodeAnnotations.lost] === 'true';
}

export type Failure = 'crash' | 'never-ready' | 'image' | 'unschedulable';

export const failures: readonly string[] = ['crash', 'never-ready', 'image', 'unschedulable'];

export function failureOf(pod: KubeObject): Failure | undefined {
  const named = pod.metadata.annotations?.[lifeAnnotations.fail];
  return named !== undefined && failures.includes(named) ? (named as Failure) : undefined;
}

/** A number of at least 0 from an annotation; undefined when it is absent or is none. */
export function amountOf(pod: KubeObject, annotation: string): number | undefined {
  const text = pod.metadata.annotations?.[annotation];
  const amount = Number(text);
  return text === undefined || text.trim() === '' || !(amount >= 0) ? undefined : amount;
}
