import { SluiceError } from '../kernel/errors.ts';
import type { HttpResponse } from '../ports/http.ts';

/** The longest text of a server that is repeated in a message: enough for its reason, too little for its page. */
const longestExcerpt = 500;

/** What a server said of a failure, short enough for a message. A word at the cut goes whole: half a secret is found by nobody. */
export function excerpt(body: string): string {
  const text = body.trim();
  return text.length <= longestExcerpt ? text : `${text.slice(0, longestExcerpt).replace(/[^\s"]*$/, '')}…`;
}

/**
 * The object that an answer holds as JSON. Throws METRIC_ANSWER_INVALID that says what it holds instead: a login page of a
 * proxy often comes with status 200.
 * @param before begins the message, as the peer's does.
 */
export function jsonObjectOf<T extends object>(answer: HttpResponse, before = ''): T {
  const parsed = jsonOf(answer, before);
  if (typeof parsed === 'object' && parsed !== null) return parsed as T;
  throw new SluiceError('METRIC_ANSWER_INVALID', `${before}the answer is no JSON object`);
}

function jsonOf({ body, headers }: HttpResponse, before: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    const type = headers['content-type'];
    const seen = type === undefined ? '' : ` (content type ${excerpt(type)})`;
    throw new SluiceError('METRIC_ANSWER_INVALID', `${before}the answer is no JSON object${seen}`);
  }
}

/** Refuses an answer whose status is not in the 200s. `problem` names what went wrong, as the peer says it. */
export function requireSuccess(answer: HttpResponse, problem: (answer: HttpResponse) => string): void {
  if (answer.status >= 200 && answer.status <= 299) return;
  throw refusal(answer, problem(answer));
}

/** 400s are about what was asked, the rest about the server. Says how long the server wants to be left alone. */
export function refusal(answer: HttpResponse, problem: string): SluiceError {
  const { status } = answer;
  const code = status >= 400 && status < 500 ? 'METRIC_QUERY_REJECTED' : 'METRIC_ANSWER_INVALID';
  return new SluiceError(code, `${problem}${waitHint(answer)}`, { status });
}

/** `Retry-After`, in seconds or as a date, where a server that is overloaded sends it. */
function waitHint({ status, headers }: HttpResponse): string {
  const after = headers['retry-after'];
  if (after === undefined || (status !== 429 && status !== 503)) return '';
  return ` (the server asks to wait ${/^\d+$/.test(after) ? `${after} s` : `until ${excerpt(after)}`})`;
}

export function misconfigured(problem: string): SluiceError {
  return new SluiceError('METRIC_CONFIG_INVALID', problem);
}
