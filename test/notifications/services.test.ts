import { parseNotificationConfig } from '../../src/core/notifications/config.ts';
import { SluiceError } from '../../src/kernel/errors.ts';
import { notificationServices } from '../../src/notifications/registry.ts';
import type { HttpRequest } from '../../src/ports/http.ts';
import type { NotificationTools } from '../../src/ports/notification-service.ts';
import { serviceProblems } from '../../src/shell/notifications/service-problems.ts';
import { deliver } from './deliver.ts';

describe('what each service is sent', () => {
  test('Slack: chat.postMessage with the bot’s token', async () => {
    const { request, json } = await deliver('slack', {
      options: { token: 'xoxb', icon: ':ship:' },
      blocks: { slack: { attachments: '[{"color": "#E01E5A"}]' } },
    });
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://slack.com/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb' },
      insecure: false,
    });
    expect(json).toEqual({
      channel: 'ops',
      text: 'Rollout shop was aborted',
      icon_emoji: ':ship:',
      attachments: [{ color: '#E01E5A' }],
    });
  });

  test.each([
    ['Post', [{ thread_ts: '7.1', reply_broadcast: true }]],
    ['Update', [{ channel: 'C1', ts: '7.1' }]],
    [
      'PostAndUpdate',
      [
        { channel: 'C1', ts: '7.1' },
        { channel: 'ops', thread_ts: '7.1' },
      ],
    ],
  ])('Slack: the second message of a groupingKey, by the policy %s', async (deliveryPolicy, expected) => {
    const threads: NotificationTools['threads'] = new Map();
    const more = {
      options: { token: 'xoxb' },
      blocks: { slack: { groupingKey: 'shop', notifyBroadcast: true, deliveryPolicy } },
    };
    const answer = { body: '{"ok": true, "channel": "C1", "ts": "7.1"}' };
    const first = await deliver('slack', more, answer, threads);
    expect(first.json).toEqual({ channel: 'ops', text: 'Rollout shop was aborted' });
    const { requests } = await deliver('slack', more, answer, threads);
    expect(requests.map(({ body = '' }) => JSON.parse(body) as object)).toMatchObject(expected);
    expect(requests.map(({ url }) => url.includes('chat.update'))).toEqual(
      expected.map((body) => 'ts' in body),
    );
    const elsewhere = await deliver('slack', { ...more, recipient: 'dev' }, answer, threads);
    expect(elsewhere.json).not.toHaveProperty('thread_ts');
  });

  test('PagerDuty: an event with the key that makes a second copy harmless', async () => {
    const { request, json } = await deliver('pagerdutyv2', {
      options: { serviceKeys: { ops: 'routing' } },
      blocks: { pagerdutyv2: { summary: 'shop', severity: 'critical', source: 'web/shop' } },
    });
    expect(request?.url).toBe('https://events.pagerduty.com/v2/enqueue');
    expect(json).toMatchObject({
      routing_key: 'routing',
      event_action: 'trigger',
      dedup_key: 'cafe',
      payload: { summary: 'shop', severity: 'critical', source: 'web/shop' },
    });
  });

  test('PagerDuty: an incident of the service that the recipient names, once while it is open', async () => {
    const more = {
      options: { token: 'pd-token', from: 'ops@shop.test' },
      blocks: { pagerduty: { title: 'shop', body: 'why', urgency: 'high', priorityId: 'P1' } },
    };
    const { request, json } = await deliver('pagerduty', more, { status: 201 });
    expect(request).toMatchObject({
      method: 'POST',
      url: 'https://api.pagerduty.com/incidents',
      headers: { authorization: 'Token token=pd-token', from: 'ops@shop.test' },
    });
    expect(json).toEqual({
      incident: {
        ...{ type: 'incident', title: 'shop', urgency: 'high', incident_key: 'cafe' },
        service: { id: 'ops', type: 'service_reference' },
        priority: { id: 'P1', type: 'priority_reference' },
        body: { type: 'incident_body', details: 'why' },
      },
    });
    const again =
      '{"error": {"errors": ["Open incident with matching dedup key already exists on this service"]}}';
    await deliver('pagerduty', more, { status: 400, body: again });
    await expect(deliver('pagerduty', more, { status: 400 })).rejects.toMatchObject({
      code: 'NOTIFICATION_REJECTED',
    });
  });

  test.each([
    ['no block', {}, { method: 'GET', body: 'Rollout shop was aborted' }],
    ['a block without a body', { webhook: { method: 'POST', body: '' } }, { method: 'POST' }],
    ['a block with an empty method', { webhook: { method: '', body: 'a' } }, { method: 'GET', body: 'a' }],
  ])('webhook, %s: what the peer sends', async (_, webhook, expected) => {
    const { request } = await deliver('webhook', {
      options: { url: 'https://hooks.test/a' },
      blocks: { webhook },
    });
    const { method, body } = request as HttpRequest;
    expect({ method, ...(body !== undefined && { body }) }).toEqual(expected);
  });

  test.each([
    [':ship:', { icon_emoji: ':ship:' }],
    ['https://shop.test/a.png', { icon_url: 'https://shop.test/a.png' }],
    ['ship', {}],
  ])('Slack: the icon %s', async (icon, expected) => {
    const { json } = await deliver('slack', { options: { token: 'xoxb', icon } });
    expect(json).toEqual({ channel: 'ops', text: 'Rollout shop was aborted', ...expected });
  });

  test('Opsgenie: an alert with an alias', async () => {
    const { request, json } = await deliver('opsgenie', {
      options: { apiKeys: { ops: 'genie' }, insecureSkipVerify: true },
      blocks: { opsgenie: { description: 'why', priority: 'P1', visibleTo: [{ type: 'team', name: 'b' }] } },
    });
    expect(request).toMatchObject({
      url: 'https://api.opsgenie.com/v2/alerts',
      insecure: true,
      headers: { authorization: 'GenieKey genie' },
    });
    expect(json).toMatchObject({
      alias: 'cafe',
      description: 'why',
      priority: 'P1',
      responders: [{ id: 'ops' }],
      visibleTo: [{ type: 'team', name: 'b' }],
    });
  });

  test('Teams: a MessageCard, and an Adaptive Card for a workflow', async () => {
    const recipientUrls = { ops: 'https://teams.test/hook' };
    const card = await deliver('teams', {
      options: { recipientUrls },
      blocks: { teams: { facts: '[{"name": "a"}]' } },
    });
    expect(card.json).toMatchObject({ '@type': 'MessageCard', sections: [{ facts: [{ name: 'a' }] }] });
    const adaptive = await deliver('teams-workflows', { options: { recipientUrls } });
    expect(adaptive.json).toMatchObject({
      type: 'message',
      attachments: [{ content: { type: 'AdaptiveCard', body: [{ text: 'Rollout shop was aborted' }] } }],
    });
  });

  test('Alertmanager: an alert with the labels of the template', async () => {
    const { request, json } = await deliver('alertmanager', {
      options: { targets: ['am.test:9093'] },
      blocks: { alertmanager: { labels: { rollout: 'shop' }, generatorURL: 'git@git.test:shop/shop.git' } },
    });
    expect(request?.url).toBe('http://am.test:9093/api/v2/alerts');
    expect(json[0]).toMatchObject({
      labels: { rollout: 'shop' },
      startsAt: '2026-01-05T09:00:00Z',
      generatorURL: 'https://git.test/shop/shop.git',
    });
  });

  test('mail: to the recipient, with a Message-ID of the key', async () => {
    const { mails } = await deliver('email', {
      recipient: 'ops@shop.test',
      options: { host: 'mail.test', port: 465, from: 'sluice@shop.test' },
      blocks: { email: { subject: 'shop' } },
    });
    expect(mails[0]).toMatchObject({
      to: 'ops@shop.test',
      subject: 'shop',
      secure: true,
      messageId: '<cafe@sluice>',
    });
  });

  test.each(['structured', 'binary'])('CloudEvents 1.0, %s: the record of an abort', async (mode) => {
    const { request, json } = await deliver('cloudevents', {
      options: { url: 'https://events.test/', mode },
      abortRecord: { version: 'v1' },
    });
    const attributes = {
      specversion: '1.0',
      id: 'cafe',
      source: '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts/shop',
      type: 'io.sluice.rollout.aborted',
      subject: 'web/shop',
      time: '2026-01-05T09:00:00Z',
    };
    if (mode === 'structured') {
      expect(request?.headers?.['content-type']).toBe('application/cloudevents+json; charset=utf-8');
      expect(json).toMatchObject({ ...attributes, data: { version: 'v1' } });
    } else {
      expect(json).toEqual({ version: 'v1' });
      const headers = Object.entries(attributes).map(([name, value]) => [`ce-${name}`, value]);
      expect(request?.headers).toMatchObject(Object.fromEntries(headers));
    }
  });
});

/** As the webhooks of the old kind put it, with status 200. */
const teamsFailure = (status: number) =>
  `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId t=1`;

describe('what an answer means', () => {
  test.each([
    ['webhook', 500, '', 'NOTIFICATION_UNREACHABLE'],
    ['webhook', 429, '', 'NOTIFICATION_UNREACHABLE'],
    ['webhook', 404, '', 'NOTIFICATION_REJECTED'],
    ['slack', 200, '{"ok": false, "error": "channel_not_found"}', 'NOTIFICATION_REJECTED'],
    ['slack', 200, '{"ok": false, "error": "ratelimited"}', 'NOTIFICATION_UNREACHABLE'],
    ['teams', 200, 'Bad payload', 'NOTIFICATION_REJECTED'],
    ['teams', 200, teamsFailure(413), 'NOTIFICATION_REJECTED'],
    ['teams', 200, teamsFailure(429), 'NOTIFICATION_UNREACHABLE'],
    ['teams', 200, teamsFailure(502), 'NOTIFICATION_UNREACHABLE'],
  ])('%s %i %s: %s', async (type, status, body, code) => {
    const options = { url: 'https://hooks.test', token: 'x', recipientUrls: { ops: 'https://hooks.test' } };
    const failure = await deliver(type, { options }, { status, body }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(SluiceError);
    expect((failure as SluiceError).code).toBe(code);
  });
});

describe('what the options say about time and attempts', () => {
  const limits = (options: object) =>
    notificationServices.get('webhook')?.retryLimits?.({ service: 'bot', options: { ...options } });

  test.each([
    [{}, {}],
    [{ retryMax: 0 }, {}],
    [
      { retryMax: 4, retryWaitMin: '2s', retryWaitMax: '1m' },
      { most: 4, firstSeconds: 2, longestSeconds: 60 },
    ],
    [{ retryWaitMin: 3_000_000_000 }, { firstSeconds: 3 }],
  ])('webhook %j: %j', (options, expected) => {
    expect(limits(options)).toEqual(expected);
  });

  test.each([
    [{ retryMax: -1 }, 'retryMax must be a whole number, not "-1"'],
    [{ retryWaitMin: 'soon' }, 'retryWaitMin must be a length of time such as 5s, not "soon"'],
    [{ retryWaitMax: '-1s' }, 'retryWaitMax must be a length of time such as 5s, not "-1s"'],
  ])('webhook %j: refused', async (options, problem) => {
    const sent = deliver('webhook', { options: { url: 'https://hooks.test', ...options } });
    await expect(sent).rejects.toMatchObject({ message: `service webhook: ${problem}` });
  });

  test.each([
    [undefined, 10_000],
    [3, 3000],
    ['500ms', 500],
  ])('Alertmanager: timeout %s is %i ms', async (timeout, expected) => {
    const blocks = { alertmanager: { labels: { rollout: 'shop' } } };
    const { request } = await deliver('alertmanager', { options: { timeout }, blocks });
    expect(request?.timeoutMs).toBe(expected);
  });
});

test.each([
  ['service.slack', 'token: x', []],
  ['service.slack', 'signingSecret: x', [/^signingSecret has no effect: Sluice sends messages/]],
  ['service.slack', 'channels: [a]', [/^channels has no effect/]],
  ['service.slack', 'token: x\nAPIURL: https://slack.test', []],
  ['service.opsgenie', 'maxIdleConns: 3', [/^maxIdleConns has no effect: connections are kept/]],
  ['service.pagerduty', 'serviceID: PX', [/^serviceId has no effect: the recipient is the ID/]],
  ['service.slack.two', 'colour: red', [/^colour is no option of slack; it has token, username/]],
  ['service.webhook.bot', 'retryMax: 3', []],
  ['service.grafana', 'apiUrl: x', [/^services of type "grafana" are not supported; there are alertmanager/]],
])('%s with %s is told of when it is read', (key, text, expected) => {
  const problems = serviceProblems(parseNotificationConfig({ [key]: text }, {}), notificationServices);
  expect(problems).toEqual(expected.map((message) => ({ key, message: expect.stringMatching(message) })));
});
