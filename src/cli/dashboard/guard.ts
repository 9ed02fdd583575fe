import { timingSafeEqual } from 'node:crypto';
import { type DashboardAnswer, type DashboardRequest, problem } from './exchange.ts';

export interface GuardOptions {
  /** Host names that the dashboard may be called by, beside those of loopback; without ports. */
  readonly hosts: readonly string[];
  /** Of this process; the page sends it with every action. */
  readonly token: string;
  /** Refuses every action. */
  readonly isReadOnly: boolean;
}

/** The header that carries the token. A form cannot send it, and another site's script only with our leave. */
export const tokenHeader = 'x-sluice-token';

const loopbackNames = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Why a request is not for us; undefined when it is. Whoever asks has the rights of the kubeconfig, so a page of another site
 * must not get an answer: a name that was made to point at loopback (DNS rebinding) is refused by its Host header, a form or
 * script of another site by its origin, and a browser needs the token that only our own page has.
 */
export function refusalOf(request: DashboardRequest, options: GuardOptions): DashboardAnswer | undefined {
  const { host = '', origin } = request.headers;
  if (![...loopbackNames, ...options.hosts].includes(nameOf(host))) {
    return problem(403, `this dashboard is not called "${nameOf(host)}"; allow the name with --allow-host`);
  }
  if (origin !== undefined && !isOwnOrigin(origin, host)) {
    return problem(403, `requests of pages of ${origin} are refused`);
  }
  const site = request.headers['sec-fetch-site'];
  const isAction = request.method !== 'GET' && request.method !== 'HEAD';
  const isApi = /\/api\//.test(request.url);
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && (isAction || isApi)) {
    return problem(403, 'requests of pages of other sites are refused');
  }
  if (!isAction) return undefined;
  if (options.isReadOnly) return problem(403, 'this dashboard was started with --read-only');
  const isOfBrowser = origin !== undefined || site !== undefined;
  if (isOfBrowser && !isEqual(request.headers[tokenHeader] ?? '', options.token)) {
    return problem(403, 'the page is of an earlier dashboard; load it again');
  }
  return undefined;
}

function nameOf(host: string): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}

/** Behind a proxy that ends TLS the scheme differs. */
function isOwnOrigin(origin: string, host: string): boolean {
  return origin === `http://${host}` || origin === `https://${host}`;
}

function isEqual(given: string, token: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(token)];
  return one.length === other.length && timingSafeEqual(one, other);
}

/** Of every answer. The page brings all it needs; nothing may frame it, and no address of it goes elsewhere. */
export const protection: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};
