import { Agent } from 'node:https';
import axios, { AxiosError } from 'axios';
import { SluiceError } from '../kernel/errors.ts';
import { type Http, type HttpRequest, type HttpResponse, largestAnswerBytes } from '../ports/http.ts';
import { serverOf } from './server-of.ts';

/** HTTP over the network. Proxies are taken from the environment, redirects are followed. */
export function axiosHttp(): Http {
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
      try {
        const answer = await client.request<string>({
          method: asked.method,
          url: asked.url,
          headers: { ...asked.headers },
          data: asked.body,
          timeout: asked.timeoutMs,
          signal: asked.signal,
          ...(asked.insecure === true && { httpsAgent: trusting }),
        });
        return responseOf(answer.status, answer.headers, answer.data);
      } catch (error) {
        throw unreachable(asked, error);
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
  const code = error instanceof AxiosError ? (error.code ?? '') : '';
  return new SluiceError('METRIC_UNREACHABLE', `${server}: ${explain(code, asked)}`, { server, cause: code });
}

function explain(code: string, { timeoutMs }: HttpRequest): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'no such host';
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return `no answer within ${timeoutMs / 1000} s`;
    case 'ERR_CANCELED':
      return 'cancelled';
    case 'ECONNRESET':
    case 'EPIPE':
      return 'connection broken';
    case 'ERR_BAD_RESPONSE':
      return `the answer is no HTTP, or larger than ${largestAnswerBytes} bytes`;
    case 'ERR_INVALID_URL':
      return 'the URL is invalid';
    case 'ERR_FR_TOO_MANY_REDIRECTS':
      return 'too many redirects';
    default:
      return /CERT|TLS|SSL|SIGNATURE/.test(code)
        ? `the certificate is not accepted (${code})`
        : `no connection${code === '' ? '' : ` (${code})`}`;
  }
}
