import type { SluiceError } from '../../src/kernel/errors.ts';
import { instant } from '../../src/kernel/instant.ts';
import { axiosHttp } from '../../src/metrics/http-axios.ts';
import { nodemailer } from '../../src/notifications/mail-nodemailer.ts';
import { notificationServices } from '../../src/notifications/registry.ts';
import type { OutgoingMessage } from '../../src/ports/notification-service.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';
import { type Answer, httpReceiver } from '../support/http-receiver.ts';
import { selfSigned } from '../support/self-signed.ts';

const now = instant(Date.UTC(2026, 0, 5, 9, 0, 0));

async function deliver(type: string, options: object, more: Partial<OutgoingMessage> = {}) {
  await notificationServices.get(type)?.deliver(
    {
      ...{ message: 'Rollout “shop” was aborted', blocks: {}, service: type, recipient: 'ops' },
      ...{ options: { ...options }, idempotencyKey: 'cafe', trigger: 'on-rollout-aborted', at: now },
      about: { namespace: 'web', name: 'shop', uid: 'u', revision: 3 },
      ...more,
    },
    {
      ...{ http: axiosHttp(virtualClock(now)), mail: nodemailer, threads: new Map() },
      signal: new AbortController().signal,
    },
  );
}

interface Family {
  readonly type: string;
  readonly options: (url: string, host: string) => object;
  readonly blocks?: OutgoingMessage['blocks'];
  readonly line: string;
  readonly headers?: object;
  readonly body: unknown;
  readonly answer?: Answer;
}

const json = { 'content-type': 'application/json' };

/** By the clock of the server, which is another than ours. */
const later = { date: 'Mon, 05 Jan 2026 08:00:00 GMT', 'retry-after': 'Mon, 05 Jan 2026 08:01:30 GMT' };

const families: readonly Family[] = [
  {
    type: 'slack',
    options: (apiURL) => ({ apiURL: `${apiURL}/api/`, token: 'xoxb' }),
    line: 'POST /api/chat.postMessage',
    headers: { authorization: 'Bearer xoxb', 'content-type': 'application/json; charset=utf-8' },
    body: { channel: 'ops', text: 'Rollout “shop” was aborted' },
    answer: { body: '{"ok": true}' },
  },
  {
    type: 'webhook',
    options: (url) => ({
      url: `${url}/in/`,
      basicAuth: { username: 'u', password: 'p' },
      headers: [{ name: 'Content-Type', value: 'text/json' }],
    }),
    blocks: { webhook: { webhook: { method: 'put', path: '/shop?x=1', body: '{"a": "ü"}' } } },
    line: 'PUT /in/shop?x=1',
    headers: { authorization: 'Basic dTpw', 'idempotency-key': 'cafe', 'content-type': 'text/json' },
    body: { a: 'ü' },
    answer: { status: 204 },
  },
  {
    type: 'pagerdutyv2',
    options: (apiURL) => ({ apiURL, serviceKeys: { ops: 'routing' } }),
    line: 'POST /v2/enqueue',
    headers: json,
    body: { routing_key: 'routing', dedup_key: 'cafe', payload: { source: 'web/shop', severity: 'error' } },
    answer: { status: 202 },
  },
  {
    type: 'opsgenie',
    options: (apiUrl) => ({ apiUrl, apiKeys: { ops: 'genie' } }),
    line: 'POST /v2/alerts',
    headers: { ...json, authorization: 'GenieKey genie' },
    body: { alias: 'cafe', message: 'Rollout “shop” was aborted' },
    answer: { status: 202 },
  },
  {
    type: 'teams',
    options: (url) => ({ recipientUrls: { ops: `${url}/hook` } }),
    line: 'POST /hook',
    headers: json,
    body: { '@type': 'MessageCard', text: 'Rollout “shop” was aborted' },
    answer: { body: '1' },
  },
  {
    type: 'teams-workflows',
    options: (url) => ({ recipientUrls: { ops: `${url}/flow` } }),
    line: 'POST /flow',
    headers: json,
    body: { type: 'message' },
    answer: { status: 202 },
  },
  {
    type: 'alertmanager',
    options: (_, host) => ({ targets: [host], bearerToken: 'bear' }),
    blocks: { alertmanager: { labels: { rollout: 'shop' } } },
    line: 'POST /api/v2/alerts',
    headers: { ...json, authorization: 'Bearer bear' },
    body: [{ labels: { rollout: 'shop' } }],
  },
  {
    type: 'cloudevents',
    options: (url) => ({ url, mode: 'binary' }),
    line: 'POST /',
    headers: { ...json, 'ce-id': 'cafe', 'ce-specversion': '1.0', 'ce-subject': 'web/shop' },
    body: { trigger: 'on-rollout-aborted' },
  },
];

describe.each(families)('$type on the wire', ({ type, options, blocks = {}, answer, ...expected }) => {
  test('asks as its API wants it', async () => {
    const { asked, host, url, stop } = await httpReceiver(answer);
    await deliver(type, options(url, host), { blocks });
    await stop();
    expect(asked.map(({ line }) => line)).toEqual([expected.line]);
    expect(asked[0]?.headers).toMatchObject({ 'user-agent': 'sluice', ...expected.headers });
    expect(JSON.parse(asked[0]?.body ?? '')).toMatchObject(expected.body as object);
  });

  test.each([
    [503, { 'retry-after': '7' }, 'NOTIFICATION_UNREACHABLE', { status: 503, retryAfterSeconds: 7 }],
    [429, {}, 'NOTIFICATION_UNREACHABLE', { status: 429 }],
    [429, later, 'NOTIFICATION_UNREACHABLE', { status: 429, retryAfterSeconds: 90 }],
    [400, {}, 'NOTIFICATION_REJECTED', { status: 400 }],
  ])('takes %i with %j for %s', async (status, headers, code, facts) => {
    const { host, url, stop } = await httpReceiver({ status, headers, body: 'no' });
    const failure = await deliver(type, options(url, host), { blocks }).catch((error: unknown) => error);
    await stop();
    expect(failure).toMatchObject({ code, facts, message: `${host} answered ${status}: no` });
  });

  test('tries again when nobody listens', async () => {
    const { host, url, stop } = await httpReceiver();
    await stop();
    const failure = await deliver(type, options(url, host), { blocks }).catch((error: unknown) => error);
    expect((failure as SluiceError).code).toBe('NOTIFICATION_UNREACHABLE');
  });
});

test.each([
  ['webhook', { basicAuth: { username: 'user', password: 'pass-word' } }],
  ['webhook', { headers: [{ name: 'Authorization', value: 'Bearer pass-word' }] }],
  ['slack', { token: 'pass-word' }],
])('%s with %j: a server that repeats the login gets it into no error', async (type, options) => {
  const receiver = await httpReceiver();
  receiver.answer = ({ headers }) => ({ status: 400, body: `who is ${headers.authorization}?` });
  const failure = await deliver(type, { url: receiver.url, apiURL: receiver.url, ...options }).catch(
    (error: unknown) => error,
  );
  await receiver.stop();
  expect((failure as SluiceError).message).toMatch(/answered 400: who is (Basic|Bearer) \*{5}\?$/);
});

test.each([
  [false, 'NOTIFICATION_UNREACHABLE'],
  [true, undefined],
])('a server that nobody vouches for, with insecureSkipVerify %s: %s', async (insecureSkipVerify, code) => {
  const { asked, url, stop } = await httpReceiver({}, selfSigned());
  const failure = await deliver('webhook', { url, insecureSkipVerify }).catch((error: unknown) => error);
  await stop();
  expect((failure as SluiceError | undefined)?.code).toBe(code);
  expect(asked).toHaveLength(code === undefined ? 1 : 0);
});

test('Alertmanager: an alert is delivered when one of the targets takes it', async () => {
  const down = await httpReceiver();
  await down.stop();
  const up = await httpReceiver();
  const blocks = { alertmanager: { labels: { rollout: 'shop' } } };
  await deliver('alertmanager', { targets: [down.host, up.host] }, { blocks });
  await up.stop();
  expect(up.asked).toHaveLength(1);
});
