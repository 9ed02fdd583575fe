/** One request to the dashboard, whatever carries it. */
export interface DashboardRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
  /** Aborts when the asker has gone. */
  readonly signal: AbortSignal;
}

export interface DashboardAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Whole, or piece by piece for as long as the asker listens. */
  readonly body: string | Uint8Array | AsyncIterable<string>;
}

export function json(value: unknown, status = 200): DashboardAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: `${JSON.stringify(value)}\n` };
}

/** An error as grpc-gateway writes it, which the peer's clients read. */
export function problem(status: number, message: string): DashboardAnswer {
  return json({ error: message, code: status, message }, status);
}
