import type { Pod } from '../../api/workloads.ts';

/**
 * How a pod is to lead its life, as annotations that go before its own; undefined when it is left to them. Asked once a
 * pod, when it is placed.
 */
export type FateOf = (pod: Pod) => Readonly<Record<string, string>> | undefined;
