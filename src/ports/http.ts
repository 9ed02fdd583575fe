import type { Instant } from '../kernel/instant.ts';

/** One HTTP exchange, whichever way it travels: over the network in production, in process in a simulation. */
export interface Http {
  /**
   * Any answer is an answer, whatever its status. Throws a SluiceError METRIC_UNREACHABLE when none came: refused, broken,
   * late, too large, aborted. Its message names the server, never headers or a query.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** From the start to the last byte of the answer. */
  readonly timeoutMs: number;
  /** Skips the check of the server's certificate. Default false. */
  readonly insecure?: boolean;
  readonly signal?: AbortSignal;
  /**
   * The request only reads, and asks for the state of this instant: the answer to an equal one of the same second may answer
   * it too. Absent: it is sent by itself.
   */
  readonly sharedAt?: Instant;
  /** What makes two of them equal, where they name their own instants. Default: everything in them. */
  readonly sharedKey?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The largest answer that is read; what a query of an analysis needs is a few kilobytes. */
export const largestAnswerBytes = 10 * 1024 * 1024;
