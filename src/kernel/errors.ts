import type { Facts } from './log.ts';

/** Who must move next, and when a repetition makes sense. */
export interface ErrorEntry {
  /** `user`: a manifest or command must change. `remote`: another system failed. `bug`: ours. */
  readonly blame: 'user' | 'remote' | 'bug';
  readonly retry: 'on-change' | 'backoff' | 'never';
  /** What to do, in one sentence. */
  readonly help: string;
}

/**
 * Every error the program raises on purpose. `docs/errors.md` is written from this table.
 * A new code goes here first; keep the table sorted.
 */
export const errorTable = {
  API_CONFLICT: {
    blame: 'remote',
    retry: 'backoff',
    help: 'Another writer changed the object first; it is read and decided again.',
  },
  API_UNREACHABLE: {
    blame: 'remote',
    retry: 'backoff',
    help: 'Check that the API server of the current context answers.',
  },
  ALB_ANNOTATION_INVALID: {
    blame: 'user',
    retry: 'on-change',
    help: 'Make the annotation valid JSON, or remove it; it is written anew.',
  },
  CONDITION_INVALID: {
    blame: 'user',
    retry: 'backoff',
    help: 'Correct the condition for what the metric source answers; `sluice evaluate` shows what it makes of a result.',
  },
  CONFIG_INVALID: {
    blame: 'user',
    retry: 'never',
    help: 'Correct the named flag or variable; `sluice controller --help` lists the flags.',
  },
  GATEWAY_API_TOO_OLD: {
    blame: 'user',
    retry: 'backoff',
    help: "Update the Gateway API's definitions in the cluster, or do without the member that the message names.",
  },
  INVARIANT_BROKEN: {
    blame: 'bug',
    retry: 'never',
    help: 'Sluice stopped this rollout before doing harm. Please report it with the log line.',
  },
  ISTIO_ROUTE_INVALID: {
    blame: 'user',
    retry: 'on-change',
    help: 'Give the managed route the stable and the canary destination, and name the route when there are several.',
  },
  KUBECONFIG_INVALID: {
    blame: 'user',
    retry: 'never',
    help: 'Correct the kubeconfig, or name another one with --kubeconfig or in KUBECONFIG, or a context of it with --context.',
  },
  LEASE_UNCERTAIN: {
    blame: 'remote',
    retry: 'backoff',
    help: 'Nothing is written until the Lease is renewed; if it cannot be, the process ends. Look whether the process or its machine was stopped for a while.',
  },
  METRIC_ANSWER_INVALID: {
    blame: 'remote',
    retry: 'backoff',
    help: 'The metric source answered something else than its API describes; check the address and what stands in between.',
  },
  METRIC_CONFIG_INVALID: {
    blame: 'user',
    retry: 'backoff',
    help: "Correct the metric's provider settings in the AnalysisTemplate, or the credentials they point to.",
  },
  METRIC_NO_DATA: {
    blame: 'remote',
    retry: 'backoff',
    help: 'The query found nothing: check its names and its window, or say with `noData` what that amounts to.',
  },
  METRIC_QUERY_REJECTED: {
    blame: 'user',
    retry: 'backoff',
    help: 'The metric source refused the query; try it there by hand.',
  },
  METRIC_UNREACHABLE: {
    blame: 'remote',
    retry: 'backoff',
    help: "Check the provider's address, and that the controller may connect to it.",
  },
  NOT_FOUND: { blame: 'user', retry: 'on-change', help: 'Create the named object, or correct the name.' },
  NOT_SUPPORTED: {
    blame: 'user',
    retry: 'on-change',
    help: 'Use one of the supported kinds that the message lists.',
  },
  NOTIFICATION_CONFIG_INVALID: {
    blame: 'user',
    retry: 'on-change',
    help: 'Correct the named key of the notifications ConfigMap, or the Secret that it points to.',
  },
  NOTIFICATION_REJECTED: {
    blame: 'user',
    retry: 'on-change',
    help: "The service refused the message for good: check the recipient, the credentials and what the template's block renders.",
  },
  NOTIFICATION_TEMPLATE_INVALID: {
    blame: 'user',
    retry: 'on-change',
    help: 'Correct the template; `sluice notifications template notify` shows what it renders.',
  },
  NOTIFICATION_UNREACHABLE: {
    blame: 'remote',
    retry: 'backoff',
    help: 'Check that the service is up and that the controller may connect to it; the message is sent again.',
  },
  ROUTE_NOT_OWNED: {
    blame: 'user',
    retry: 'on-change',
    help: 'Rename or remove the object that has the name which the Rollout needs for its own.',
  },
  SPEC_INVALID: { blame: 'user', retry: 'on-change', help: 'Correct the field that the message names.' },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errorTable;

/** The one error class: a code of the table, a message for people, facts for machines. Facts never hold secrets. */
export class SluiceError extends Error {
  override readonly name = 'SluiceError';
  readonly code: ErrorCode;
  readonly facts: Facts;

  constructor(code: ErrorCode, message: string, facts: Facts = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.facts = facts;
  }

  get entry(): ErrorEntry {
    return errorTable[this.code];
  }
}

/** What went wrong, as one sentence, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Stops here when a rule that must hold does not: the caller's rollout stops visibly, the others go on. */
export function invariant(holds: boolean, message: string, facts?: Facts): asserts holds {
  if (!holds) throw new SluiceError('INVARIANT_BROKEN', message, facts);
}
