import { SluiceError } from '../kernel/errors.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Http } from '../ports/http.ts';
import { requireSuccess } from './answer.ts';

/** `authentication.oauth2` of a metric: the client credentials grant. */
export interface OAuth2 {
  readonly tokenUrl?: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
  readonly scopes?: readonly string[];
}

export interface TokenRequest {
  readonly http: Http;
  readonly timeoutMs: number;
  readonly insecure?: boolean;
  readonly signal?: AbortSignal;
  readonly at: Instant;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A bearer token for one measurement. Neither the secret nor the token is ever part of a message. */
export async function fetchToken(
  { tokenUrl = '', clientId = '', clientSecret = '', scopes = [] }: OAuth2,
  { http, at, ...rest }: TokenRequest,
): Promise<string> {
  if (tokenUrl === '' || clientId === '' || clientSecret === '') {
    const problem = 'missing mandatory parameter in metric for OAuth2 setup';
    throw new SluiceError('METRIC_CONFIG_INVALID', problem);
  }
  const form = new URLSearchParams({ grant_type: 'client_credentials' });
  if (scopes.length > 0) form.set('scope', scopes.join(' '));
  const basic = `${encodeURIComponent(clientId)}:${encodeURIComponent(clientSecret)}`;
  const answer = await http.request({
    ...rest,
    method: 'POST',
    url: tokenUrl,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(basic).toString('base64')}`,
      ...rest.headers,
    },
    body: form.toString(),
    sharedAt: at,
  });
  requireSuccess(answer, ({ status }) => `oauth2: cannot fetch token: status ${status}`);
  const token = accessToken(answer.body);
  if (token === undefined) {
    throw new SluiceError('METRIC_ANSWER_INVALID', 'oauth2: server response missing access_token');
  }
  return token;
}

function accessToken(body: string): string | undefined {
  try {
    const { access_token } = JSON.parse(body) as { access_token?: unknown };
    return typeof access_token === 'string' && access_token !== '' ? access_token : undefined;
  } catch {
    return new URLSearchParams(body).get('access_token') ?? undefined;
  }
}
