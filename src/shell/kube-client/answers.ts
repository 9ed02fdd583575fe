import { SluiceError } from '../../kernel/errors.ts';
import { ApiError } from '../../ports/cluster.ts';

/** The body of an unsuccessful answer, or of an `ERROR` event in a watch. */
interface StatusBody {
  readonly kind?: string;
  readonly code?: number;
  readonly reason?: string;
  readonly message?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

/** An answer that is no success, as our error. Bodies of proxies are cut short: they end in messages. */
export function errorOfAnswer(status: number, body: string, retryAfter: string | undefined): ApiError {
  const parsed = parseStatus(body);
  const seconds = Number(retryAfter);
  return new ApiError(
    status,
    parsed?.reason ?? '',
    parsed?.message ?? `HTTP ${status}: ${body.slice(0, 200).trim()}`,
    retryAfter !== undefined && Number.isFinite(seconds) ? seconds : parsed?.details?.retryAfterSeconds,
  );
}

/** An `ERROR` event of a watch. */
export function errorOfEvent(object: unknown): ApiError {
  const { code, reason, message, details } = (object ?? {}) as StatusBody;
  return new ApiError(
    code ?? 500,
    reason ?? '',
    message ?? 'The watch ended with an error.',
    details?.retryAfterSeconds,
  );
}

/** Codes of Node for a certificate that proves nothing: OpenSSL's own, and a name that does not match. */
const untrusted = /CERT|^UNABLE_TO_(GET|VERIFY)|^SELF_SIGNED/;

/** No answer at all: refused, broken off, timed out, or no credentials to ask with (`reason` is then the code of our error). */
export function errorOfTransport(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof SluiceError) return new ApiError(0, error.code, error.message);
  const { code = '', message } = error as { code?: string; message?: string };
  if (untrusted.test(code)) return new ApiError(0, 'Untrusted', `its certificate is not trusted: ${message}`);
  if (/^UND_ERR_(HEADERS|BODY)_TIMEOUT$/.test(code)) return new ApiError(0, '', 'no answer came in time');
  return new ApiError(0, '', message || code || 'The API server did not answer.');
}

function parseStatus(body: string): StatusBody | undefined {
  try {
    const parsed = JSON.parse(body) as StatusBody;
    return parsed.kind === 'Status' ? parsed : undefined;
  } catch {
    return undefined;
  }
}
