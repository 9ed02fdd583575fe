import { Agent } from 'node:https';
import axios, { AxiosError } from 'axios';
import type { Clock } from '../kernel/clock.ts';
import { SluiceError } from '../kernel/errors.ts';
import { addSeconds } from '../kernel/instant.ts';
import { type Http, type HttpRequest, type HttpResponse, largestAnswerBytes } from '../ports/http.ts';
import { serverOf } from './server-of.ts';

/** Headers that a server may see which was only redirected to. The others may prove who we are. */
const harmlessHeaders = ['accept', 'content-type', 'user-agent'];

/** HTTP over the network. Proxies are taken from the environment, redirects are followed. */
export function axiosHttp(clock: Clock): Http {
  const client = axios.create({
    responseType: 'text',
    transformResponse: (body) => body,
    validateStatus: () => true,
    maxContentLength: largestAnswerBytes,
    maxRedirects: 10,
  });
  const trusting = new Agent({ rejectUnauthorized: false });
  return {
    async request(asked) {
      if (!URL.canParse(asked.url)) {
        throw new SluiceError('METRIC_CONFIG_INVALID', 'the URL of the metric source is invalid');
      }
      // the client's own timeout begins anew with every byte: a server that drips would never end
      const late = new AbortController();
      const cancel = clock.schedule(addSeconds(clock.now(), asked.timeoutMs / 1000), () => late.abort());
      const { headers = {} } = asked;
      try {
        const answer = await client.request<string>({
          method: asked.method,
          url: asked.url,
          headers: { ...headers },
          sensitiveHeaders: Object.keys(headers).filter((name) => !harmlessHeaders.includes(name)),
          data: asked.body,
          signal: asked.signal === undefined ? late.signal : AbortSignal.any([asked.signal, late.signal]),
          ...(asked.insecure === true && { httpsAgent: trusting }),
        });
        return responseOf(answer.status, answer.headers, answer.data);
      } catch (error) {
        throw unreachable(asked, late.signal.aborted ? 'late' : error);
      } finally {
        cancel();
      }
    },
  };
}

function responseOf(status: number, headers: object, body: string): HttpResponse {
  const plain = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return { status, headers: Object.fromEntries(plain) as Record<string, string>, body };
}

/** Never the cause's own message as it is: it may repeat the URL, and with it what stands in the query. */
function unreachable(asked: HttpRequest, error: unknown): SluiceError {
  const server = serverOf(asked.url);
  const { code = '', message = '' } = error instanceof AxiosError ? error : {};
  const problem = error === 'late' ? `no answer within ${asked.timeoutMs / 1000} s` : explain(code, message);
  return new SluiceError('METRIC_UNREACHABLE', `${server}: ${problem}`, { server, cause: code });
}

const explanations: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no way to the host',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'no such host',
  ETIMEDOUT: 'the host does not answer',
  ERR_CANCELED: 'cancelled',
  ECONNRESET: 'connection broken',
  EPIPE: 'connection broken',
  ERR_INVALID_URL: 'the URL is invalid',
  ERR_FR_TOO_MANY_REDIRECTS: 'too many redirects',
};

function explain(code: string, message: string): string {
  const known = explanations[code];
  if (known !== undefined) return known;
  if (message.includes('maxContentLength')) return `the answer is larger than ${largestAnswerBytes} bytes`;
  if (message.includes('aborted')) return 'the answer broke off';
  if (code.startsWith('HPE_')) return 'the answer is no HTTP';
  if (/^(Z_|ERR_PADDING|ERR_BROTLI|ZSTD)/.test(code)) return 'the answer cannot be unpacked';
  if (/CERT|TLS|SSL|SIGNATURE/.test(code)) return `the certificate is not accepted (${code})`;
  if (code === 'EPROTO') return 'no TLS is spoken there';
  return `no connection${code === '' ? '' : ` (${code})`}`;
}
