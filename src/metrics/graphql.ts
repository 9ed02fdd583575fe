import { SluiceError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Http } from '../ports/http.ts';
import { excerpt, jsonObjectOf, requireSuccess } from './answer.ts';

export interface GraphqlQuestion {
  readonly url: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly at: Instant;
  readonly signal: AbortSignal;
}

/** The `data` of a GraphQL answer (https://graphql.org/learn/serving-over-http/). Its first error is thrown, in its words. */
export async function askGraphql(http: Http, question: GraphqlQuestion): Promise<unknown> {
  const { url, query, variables, headers, timeoutMs, at, signal } = question;
  const answer = await http.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    timeoutMs,
    signal,
    sharedAt: at,
  });
  requireSuccess(answer, ({ status, body }) => `graphql: status ${status}: ${excerpt(body)}`);
  const { data, errors } = jsonObjectOf<Answer>(answer, 'graphql: ');
  const [first] = Array.isArray(errors) ? errors : [];
  if (first !== undefined) {
    throw new SluiceError('METRIC_QUERY_REJECTED', `graphql: ${excerpt(first.message ?? 'unknown error')}`);
  }
  return data;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly { readonly message?: string }[];
}
