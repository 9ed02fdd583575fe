import type { KubeObject } from '../api/meta.ts';
import type { ObjectRef, ResourceType } from '../api/resources.ts';

/** Our name in managedFields, whatever the cluster: docs/gitops.md tells others to trust it. */
export const fieldManager = 'sluice';

/** `application/*-patch+json` kinds of the API server. */
export type PatchKind = 'json' | 'merge' | 'strategic' | 'apply';

export interface WriteOptions {
  readonly subresource?: 'status' | 'scale' | 'eviction';
  readonly signal?: AbortSignal;
  /** Aborts go before routine writes when requests queue (invariant I10). Default `routine`. */
  readonly priority?: 'urgent' | 'routine';
  /** Aborted when the write has become urgent while it waits. */
  readonly hurry?: AbortSignal;
  /** Asked in the instant in which it is sent; throws when it must not be any more. */
  readonly mayWrite?: () => void;
  /** For patches: the answer says what would be stored, and nothing is. Default: false. */
  readonly dryRun?: boolean;
  /** For creations: members that the kind does not know are refused with 400. Default: the server leaves them out in silence. */
  readonly strict?: boolean;
}

export interface ListOptions {
  /** Absent: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
  readonly signal?: AbortSignal;
}

export interface ListResult<T extends KubeObject = KubeObject> {
  readonly items: T[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}

export type WatchEvent =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: KubeObject }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string };

export interface WatchOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
}

export interface Patch {
  readonly kind: PatchKind;
  readonly body: unknown;
}

/**
 * One Kubernetes API server, whichever: over HTTP in production, in process in a simulation.
 * Every call may fail with an ApiError; a missing object is `undefined` from `get` only.
 */
export interface Cluster {
  /** The type as requests for it are sent: in the version that is served, see `otherApiVersions`. Absent: as it stands. */
  servedAs?(type: ResourceType): Promise<ResourceType>;
  get(ref: ObjectRef, signal?: AbortSignal): Promise<KubeObject | undefined>;
  list(type: ResourceType, options?: ListOptions): Promise<ListResult>;
  /**
   * Events after `resourceVersion`, until the server ends the stream, it breaks (ApiError), or `signal` aborts (ends quietly).
   * A version that is too old fails with status 410, reason Expired.
   */
  watch(type: ResourceType, options: WatchOptions, signal: AbortSignal): AsyncIterable<WatchEvent>;
  create(object: KubeObject, type: ResourceType, options?: WriteOptions): Promise<KubeObject>;
  /** PUT. With `metadata.resourceVersion` it fails with 409 when somebody else wrote since. */
  replace(object: KubeObject, type: ResourceType, options?: WriteOptions): Promise<KubeObject>;
  patch(ref: ObjectRef, patch: Patch, options?: WriteOptions): Promise<KubeObject>;
  delete(
    ref: ObjectRef,
    options?: WriteOptions & {
      readonly propagation?: 'Background' | 'Foreground' | 'Orphan';
      readonly uid?: string;
      /** 0 removes the object at once. Default: the kind's own. */
      readonly gracePeriodSeconds?: number;
    },
  ): Promise<void>;
}

/** The type as this cluster serves it. */
export async function servedAs(cluster: Cluster, type: ResourceType): Promise<ResourceType> {
  return (await cluster.servedAs?.(type)) ?? type;
}

/** An answer of the API server that is no success: its HTTP status, and the reason of its `Status` body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  /** HTTP status; 0 when no answer came (connection refused, broken, timed out). */
  readonly status: number;
  /** `NotFound`, `Conflict`, `AlreadyExists`, `Invalid`, `Expired`, `TooManyRequests`…; empty without a `Status` body. */
  readonly reason: string;
  /** Seconds to wait as the server asked for by Retry-After. */
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, reason: string, message: string, retryAfterSeconds?: number) {
    super(message);
    this.status = status;
    this.reason = reason;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export function isApiError(error: unknown, status: number): error is ApiError {
  return error instanceof ApiError && error.status === status;
}
