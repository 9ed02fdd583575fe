import type { Instant } from '../kernel/instant.ts';
import type { HttpRequest } from '../ports/http.ts';
import { misconfigured } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { fetchToken, type OAuth2 } from './oauth2.ts';
import { type SigV4, signerOf } from './sigv4.ts';

/** `authentication` of a metric. */
export interface Authentication {
  readonly basicAuth?: { readonly username?: string; readonly password?: string };
  readonly oauth2?: OAuth2;
  readonly sigv4?: SigV4;
}

/** Headers that a metric sets itself; the last of a name wins. `Host` has no effect in the peer and would confuse proxies. */
export function ownHeaders(
  headers: readonly { readonly key: string; readonly value: string }[] = [],
): Record<string, string> {
  const own = Object.fromEntries(headers.map(({ key, value }) => [key.toLowerCase(), value]));
  delete own['host'];
  return own;
}

/**
 * The request with what its server wants to see. A header `Authorization` of the metric's own outranks a token, and that a
 * password. For Amazon Managed Prometheus the whole is signed.
 * @param own headers of the metric; they go to the token's server, too.
 */
export async function authenticated(
  request: HttpRequest,
  { authentication = {}, own = {} }: { authentication?: Authentication; own?: Record<string, string> },
  {
    http,
    readAwsCredentials,
    at,
  }: Pick<ProviderDependencies, 'http' | 'readAwsCredentials'> & { at: Instant },
): Promise<HttpRequest> {
  const { timeoutMs, insecure, signal } = request;
  const token = { http, timeoutMs, insecure, signal, headers: own, at };
  const headers = {
    ...request.headers,
    ...(own['authorization'] === undefined && (await authorization(authentication, token))),
    ...own,
  };
  const signer = signerOf(authentication.sigv4, new URL(request.url), readAwsCredentials);
  if (signer === undefined) return { ...request, headers };
  const { method, body } = request;
  return { ...request, headers: await signer({ method, url: new URL(request.url), headers, body }, at) };
}

async function authorization(
  { basicAuth, oauth2 }: Authentication,
  request: Parameters<typeof fetchToken>[1],
): Promise<Record<string, string>> {
  if (isSet(oauth2)) return { authorization: `Bearer ${await fetchToken(oauth2, request)}` };
  if (!isSet(basicAuth)) return {};
  const { username = '', password = '' } = basicAuth;
  if (username === '') throw missing('username');
  if (password === '') throw missing('password');
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

function missing(parameter: string) {
  return misconfigured(`missing mandatory parameter in metric for basic auth setup: ${parameter}`);
}

function isSet<T extends object>(settings: T | undefined): settings is T {
  return (
    settings !== undefined && Object.values(settings).some((value) => value !== undefined && value !== '')
  );
}
