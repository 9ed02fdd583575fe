import { CloudEvent, HTTP } from 'cloudevents';
import type { HttpRequest } from '../../src/ports/http.ts';
import type { OutgoingMessage } from '../../src/ports/notification-service.ts';
import { deliver } from './deliver.ts';

/** What a vendor documents of a request that makes a message. Lengths are in characters. */
interface Documented {
  readonly source: string;
  readonly request: Partial<HttpRequest>;
  /** Paths of members that must be there. */
  readonly required: readonly string[];
  readonly longest?: Readonly<Record<string, number>>;
  /** How many, of lists. */
  readonly most?: Readonly<Record<string, number>>;
  /** Of the body. */
  readonly bytes?: number;
  readonly oneOf?: Readonly<Record<string, readonly string[]>>;
  readonly message: Partial<OutgoingMessage>;
}

const recipientUrls = { ops: 'https://teams.test/hook' };
const long = 'x'.repeat(60_000);
const many = <T>(one: T): T[] => new Array(200).fill(one);
const slackBlocks = [
  { type: 'header', text: { type: 'plain_text', text: long } },
  {
    ...{ type: 'section', block_id: 'b', text: { type: 'mrkdwn', text: long } },
    fields: many({ type: 'mrkdwn', text: long }),
  },
  ...many({ type: 'divider' }),
];
const json = { 'content-type': 'application/json' };

const vendors: Readonly<Record<string, Documented>> = {
  slack: {
    source: 'https://docs.slack.dev/reference/methods/chat.postMessage',
    request: {
      method: 'POST',
      url: 'https://slack.com/api/chat.postMessage',
      headers: { authorization: 'Bearer xoxb', 'content-type': 'application/json; charset=utf-8' },
    },
    required: ['channel', 'text'],
    longest: {
      ...{ text: 40_000, 'blocks.0.text.text': 150, 'blocks.1.text.text': 3000 },
      'blocks.1.fields.0.text': 2000,
    },
    most: { blocks: 50, attachments: 100, 'blocks.1.fields': 10 },
    message: {
      options: { token: 'xoxb' },
      blocks: { slack: { blocks: JSON.stringify(slackBlocks), attachments: JSON.stringify(many({})) } },
    },
  },
  pagerduty: {
    source: 'https://developer.pagerduty.com/api-reference/a7d81b0e9200f-create-an-incident',
    request: {
      method: 'POST',
      url: 'https://api.pagerduty.com/incidents',
      headers: { ...json, authorization: 'Token token=pd', from: 'ops@shop.test' },
    },
    required: ['incident.title', 'incident.service.id', 'incident.incident_key', 'incident.body.details'],
    oneOf: {
      'incident.type': ['incident'],
      'incident.service.type': ['service_reference'],
      'incident.body.type': ['incident_body'],
    },
    message: { options: { token: 'pd', from: 'ops@shop.test' } },
  },
  pagerdutyv2: {
    source: 'https://developer.pagerduty.com/docs/events-api-v2/trigger-events/',
    request: { method: 'POST', url: 'https://events.pagerduty.com/v2/enqueue', headers: json },
    required: ['routing_key', 'event_action', 'payload.summary', 'payload.source', 'payload.severity'],
    longest: { 'payload.summary': 1024, dedup_key: 255 },
    oneOf: {
      event_action: ['trigger', 'acknowledge', 'resolve'],
      'payload.severity': ['critical', 'error', 'warning', 'info'],
    },
    message: {
      options: { serviceKeys: { ops: 'routing' } },
      blocks: { pagerdutyv2: { summary: long, dedupKey: long } },
    },
  },
  opsgenie: {
    source: 'https://docs.opsgenie.com/docs/alert-api#create-alert',
    request: {
      method: 'POST',
      url: 'https://api.opsgenie.com/v2/alerts',
      headers: { ...json, authorization: 'GenieKey genie' },
    },
    required: ['message', 'responders.0.type', 'responders.0.id'],
    longest: {
      message: 130,
      alias: 512,
      description: 15_000,
      entity: 512,
      source: 100,
      user: 100,
      note: 25_000,
      ...{ 'tags.0': 50, 'actions.0': 50, 'details.a': 8000 },
    },
    most: { tags: 20, actions: 10 },
    oneOf: {
      'responders.0.type': ['team', 'user', 'escalation', 'schedule'],
      priority: ['P1', 'P2', 'P3', 'P4', 'P5'],
    },
    message: {
      options: { apiKeys: { ops: 'genie' } },
      blocks: {
        opsgenie: {
          priority: 'P1',
          alias: long,
          description: long,
          entity: long,
          user: long,
          note: long,
          tags: many(long),
          actions: many(long),
          details: { a: long, b: long },
        },
      },
    },
  },
  teams: {
    source:
      'https://learn.microsoft.com/outlook/actionable-messages/message-card-reference, and …/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook',
    request: { method: 'POST', url: recipientUrls.ops, headers: json },
    required: ['@type', '@context', 'text'],
    oneOf: { '@type': ['MessageCard'] },
    bytes: 28_000,
    message: { options: { recipientUrls }, message: 'ü"'.repeat(30_000) },
  },
  'teams-workflows': {
    source: 'https://learn.microsoft.com/connectors/teams/#microsoft-teams-webhook',
    request: { method: 'POST', url: recipientUrls.ops, headers: json },
    required: ['attachments.0.content.version', 'attachments.0.content.body.0.type'],
    oneOf: {
      type: ['message'],
      'attachments.0.contentType': ['application/vnd.microsoft.card.adaptive'],
      'attachments.0.content.type': ['AdaptiveCard'],
    },
    bytes: 28_000,
    message: { options: { recipientUrls }, message: '😀'.repeat(30_000) },
  },
  alertmanager: {
    source: 'https://github.com/prometheus/alertmanager/blob/v0.28.0/api/v2/openapi.yaml, postableAlerts',
    request: { method: 'POST', url: 'http://am.test:9093/api/v2/alerts', headers: json },
    required: ['0.labels.alertname', '0.annotations', '0.startsAt'],
    message: {
      options: { targets: ['am.test:9093'] },
      blocks: { alertmanager: { labels: { alertname: 'shop' } } },
    },
  },
  webhook: {
    source: 'ours: the template says it all',
    request: { method: 'POST', url: 'https://hooks.test/in', headers: { 'idempotency-key': 'cafe' } },
    required: ['a'],
    message: {
      options: { url: 'https://hooks.test' },
      blocks: { webhook: { webhook: { method: 'POST', path: '/in', body: '{"a": 1}' } } },
    },
  },
};

const at = (body: unknown, path: string): unknown =>
  path.split('.').reduce((value, member) => (value as Record<string, unknown> | undefined)?.[member], body);

describe('what each vendor documents', () => {
  test.each(Object.entries(vendors))('%s: the request is one', async (type, documented) => {
    const message = type === 'slack' ? long : 'Rollout shop was aborted';
    const { request, json: body } = await deliver(type, { message, ...documented.message });
    expect(request).toMatchObject(documented.request);
    for (const path of documented.required) expect([path, at(body, path)]).toEqual([path, expect.anything()]);
    for (const [path, most] of Object.entries(documented.longest ?? {})) {
      const { length } = String(at(body, path) ?? '');
      expect([path, length <= most]).toEqual([path, true]);
    }
    for (const [path, most] of Object.entries(documented.most ?? {}))
      expect([path, (at(body, path) as unknown[]).length]).toEqual([path, most]);
    expect(Buffer.byteLength(request?.body ?? '')).toBeLessThan(documented.bytes ?? Infinity);
    expect(request?.body?.isWellFormed()).toBe(true);
    for (const [path, values] of Object.entries(documented.oneOf ?? {}))
      expect(values).toContain(at(body, path));
  });
});

describe('CloudEvents, by the SDK of the specification’s authors', () => {
  const abortRecord = { version: 'v1', images: ['shop:v2'] };

  test.each(['structured', 'binary'])('%s: is read as the event that was meant', async (mode) => {
    const { request } = await deliver('cloudevents', {
      options: { url: 'https://events.test/', mode },
      abortRecord,
    });
    const { headers = {}, body = '' } = request as HttpRequest;
    expect(HTTP.isEvent({ headers, body })).toBe(true);
    const event = HTTP.toEvent({ headers, body });
    if (!(event instanceof CloudEvent)) throw new Error('one event was meant');
    expect(event.validate()).toBe(true);
    expect(event.toJSON()).toEqual({
      specversion: '1.0',
      id: 'cafe',
      source: '/apis/argoproj.io/v1alpha1/namespaces/web/rollouts/shop',
      type: 'io.sluice.rollout.aborted',
      subject: 'web/shop',
      time: '2026-01-05T09:00:00.000Z',
      datacontenttype: 'application/json',
      dataschema: 'https://sluice.dev/schemas/abort-record/v1.json',
      data: abortRecord,
    });
  });

  test('an attribute that the specification forbids is no event: the SDK would refuse it', () => {
    const headers = {
      'ce-specversion': '1.0',
      'ce-id': '',
      'ce-type': 't',
      'content-type': 'application/json',
    };
    expect(() => (HTTP.toEvent({ headers, body: '{}' }) as CloudEvent).validate()).toThrow();
  });
});
