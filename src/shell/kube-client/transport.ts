import type { Dispatcher } from 'undici';
import type { Seconds } from '../../kernel/instant.ts';
import type { RequestHeaders } from './kube-config.ts';
import type { Priority } from './request-queue.ts';

/** What a request is about; for limits and counters. */
export interface RequestFacts {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';
  readonly kind: string;
  readonly namespace: string | undefined;
  /** Undefined for collections. */
  readonly name: string | undefined;
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** From when it was sent to its answer; for a watch until it is open. */
  readonly seconds: Seconds;
  /** How long it waited for its turn before; absent for watches, which never wait. */
  readonly waited?: { readonly as: Priority; readonly seconds: Seconds };
}

/** Who we are to the API server: sent with every request. May be asked for anew at any time. */
export interface Identity {
  readonly headers: RequestHeaders;
  /** The pool of connections of this identity: its certificate is part of the connection. */
  readonly requests: Dispatcher;
  /** Watches have connections of their own, so that they never keep a request waiting. */
  readonly watches: Dispatcher;
}

export interface IdentitySource {
  /** @param refused The identity that the server has just answered 401 to. */
  identity(refused?: Identity): Promise<Identity>;
  close(): Promise<void>;
}
