import type { KubeObject } from '../../src/api/meta.ts';
import type { ObjectRef } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout, RolloutSpec } from '../../src/api/v1alpha1/rollout.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import type { HttpReceiver } from '../support/http-receiver.ts';
import type { SmtpServer } from '../support/smtp-server.ts';
import type { Whose } from './controllers.ts';

/** Where the services of the ConfigMap are. */
export interface Receivers {
  readonly http: HttpReceiver;
  readonly mail: SmtpServer;
}

/** A release that is told of, and what people do in it; each deed waits until the Rollout shows the state before. */
export interface ToldRelease {
  readonly objects: readonly KubeObject[];
  readonly until: readonly { readonly shows: (rollout: Rollout) => boolean; readonly deed?: Deed }[];
}

type Deed = (cluster: Cluster, ref: ObjectRef) => Promise<unknown>;

const patch =
  (body: object): Deed =>
  (cluster, ref) =>
    cluster.patch(ref, { kind: 'merge', body });
const patchStatus =
  (status: object): Deed =>
  (cluster, ref) =>
    cluster.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });
const image = (tag: string) =>
  patch({ spec: { template: { spec: { containers: [{ name: 'main', image: tag }, sidecar] } } } });
const promote = patchStatus({ pauseConditions: null });
const abort = patchStatus({ abort: true });

const sidecar = { name: 'proxy', image: 'proxy:v1' };
const inPhase =
  (phase: string, revision: number) =>
  ({ metadata, status }: Rollout): boolean =>
    status?.phase === phase &&
    status.observedGeneration === String(metadata.generation) &&
    metadata.annotations?.['rollout.argoproj.io/revision'] === String(revision) &&
    (phase !== 'Paused' || (status.pauseConditions ?? []).length > 0);

const rollout = (name: string, strategy: RolloutSpec['strategy']): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'Rollout',
  metadata: { name, labels: { team: 'blue' } },
  spec: {
    replicas: 2,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels: { app: name } },
      spec: { containers: [{ name: 'main', image: 'shop:v1' }, sidecar] },
    },
    strategy,
  },
});

const service = (name: string, app: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { selector: { app }, ports: [{ port: 80, targetPort: 8080 }] },
});

/** One measurement of what the URL answers. */
const analysis = (name: string, url: string, successCondition: string): KubeObject => ({
  apiVersion: 'argoproj.io/v1alpha1',
  kind: 'AnalysisTemplate',
  metadata: { name },
  spec: {
    metrics: [
      {
        ...{ name: 'answer', count: 1, successCondition, consecutiveErrorLimit: 0 },
        provider: { web: { url, jsonPath: '{$}' } },
      },
    ],
  },
});
const analyse = (templateName: string): CanaryStep => ({ analysis: { templates: [{ templateName }] } });

/** Releases that together set off every trigger of the catalogue; `url` answers a metric. */
export function toldReleases(url: string): readonly ToldRelease[] {
  const steps: CanaryStep[] = [{ setWeight: 50 }, { pause: {} }, analyse('good'), { setWeight: 100 }];
  return [
    {
      objects: [analysis('good', url, 'result.good == 1'), rollout('shop', { canary: { steps } })],
      until: [
        { shows: inPhase('Healthy', 1), deed: image('shop:v2') },
        { shows: inPhase('Paused', 2), deed: promote },
        { shows: inPhase('Healthy', 2), deed: image('shop:v3') },
        { shows: inPhase('Paused', 3), deed: abort },
        { shows: inPhase('Degraded', 3) },
      ],
    },
    {
      objects: [
        analysis('bad', url, 'result.bad == 1'),
        rollout('failing', { canary: { steps: [{ setWeight: 50 }, analyse('bad')] } }),
      ],
      until: [{ shows: inPhase('Healthy', 1), deed: image('shop:v2') }, { shows: inPhase('Degraded', 2) }],
    },
    {
      objects: [
        analysis('broken', 'http://127.0.0.1:1/', 'true'),
        rollout('breaking', { canary: { steps: [{ setWeight: 50 }, analyse('broken')] } }),
      ],
      until: [{ shows: inPhase('Healthy', 1), deed: image('shop:v2') }, { shows: inPhase('Degraded', 2) }],
    },
    {
      objects: [
        service('green-active', 'green'),
        service('green-preview', 'green'),
        rollout('green', {
          blueGreen: {
            ...{ activeService: 'green-active', previewService: 'green-preview' },
            autoPromotionEnabled: false,
          },
        }),
      ],
      until: [
        { shows: inPhase('Healthy', 1), deed: image('shop:v2') },
        { shows: inPhase('Paused', 2), deed: promote },
        { shows: inPhase('Healthy', 2) },
      ],
    },
  ];
}

const triggers = [
  ...['on-analysis-run-error', 'on-analysis-run-failed', 'on-analysis-run-running', 'on-rollout-aborted'],
  ...['on-rollout-completed', 'on-rollout-paused', 'on-rollout-step-completed', 'on-rollout-updated'],
  'on-scaling-replica-set',
];

/** Old and new spellings, with one recipient and with several. */
export const subscriptions: Readonly<Record<string, string>> = {
  ...Object.fromEntries(
    triggers.map((trigger) => [`notifications.argoproj.io/subscribe.${trigger}.slack`, 'ops; dev']),
  ),
  'notifications.argoproj.io/subscribe.bot': '',
  'notifications.argoproj.io/subscribe.plain': '',
  'notifications.argoproj.io/subscriptions': JSON.stringify([
    {
      trigger: triggers.filter((trigger) => trigger !== 'on-scaling-replica-set'),
      destinations: [
        { service: 'email', recipients: ['ops@shop.test'] },
        { service: 'alertmanager', recipients: ['any'] },
        { service: 'teams', recipients: ['ops'] },
        { service: 'teams-workflows', recipients: ['ops'] },
        { service: 'opsgenie', recipients: ['ops'] },
      ],
    },
    { trigger: ['on-second'], destinations: [{ service: 'bot', recipients: ['second'] }] },
  ]),
};

/** The catalogue, with a second template for each trigger, and the services that it is sent to. */
export function servicesAt(
  whose: Whose,
  { http, mail }: Receivers,
  catalogue: Readonly<Record<string, string>>,
): Record<string, string> {
  const added = Object.entries(catalogue).map(([key, text]) => [
    key,
    key.startsWith('trigger.') ? text.replace(/\[(.*)\]/, '[$1, more]') : text,
  ]);
  return {
    ...Object.fromEntries(added),
    'service.slack': `{apiURL: "${http.url}/slack/", token: $token, username: releases, icon: ":ship:"}`,
    'service.webhook.bot': `{url: "${http.url}/bot/", headers: [{name: Authorization, value: Bearer $token}, {name: Content-Type, value: application/json}], maxIdleConns: 3, idleConnTimeout: 90s}`,
    'service.webhook.plain': `{url: "${http.url}/plain", basicAuth: {username: u, password: $password}}`,
    'service.email': `{host: 127.0.0.1, port: ${mail.port}, from: releases@shop.test}`,
    'service.alertmanager': `{targets: ["${http.host}"], basicAuth: {username: u, password: $password}}`,
    'service.teams': `{recipientUrls: {ops: "${http.url}/teams"}}`,
    'service.teams-workflows': `{recipientUrls: {ops: "${http.url}/powerautomate/in"}}`,
    'service.opsgenie': `{apiUrl: "${whose === 'peer' ? '' : 'http://'}${http.host}", apiKeys: {ops: $key}, insecureSkipVerify: true}`,
    'template.more': JSON.stringify(more),
    'template.second': JSON.stringify({
      webhook: {
        bot: {
          method: 'PUT',
          path: '{{.rollout.metadata.name}}/second',
          body: 'second {{.recipient}} {{.serviceType}}',
        },
      },
    }),
    'trigger.on-second': JSON.stringify([
      {
        when: "rollout.spec.template.spec.containers[0].image == 'shop:v2' && time.Now().Sub(time.Parse(rollout.metadata.creationTimestamp)).Hours() < 1",
        oncePer: 'rollout.metadata.annotations["rollout.argoproj.io/revision"]',
        send: ['second'],
      },
    ]),
    defaultTriggers: JSON.stringify(triggers.slice(0, 4)),
    'defaultTriggers.bot': JSON.stringify(triggers.slice(0, -1)),
    subscriptions: JSON.stringify([
      { recipients: ['slack:all'], triggers: ['on-rollout-completed'], selector: 'team=blue,!quiet' },
      { recipients: ['slack:none'], triggers: ['on-rollout-completed'], selector: 'team notin (blue)' },
    ]),
  };
}

/** What a template of the peer's users may say: fields of every kind, sprig, what is not there, characters of all sorts. */
const more = {
  email: { body: 'Rollout {{.rollout.metadata.name | upper | quote}}\n{{.nothing}} ü €' },
  webhook: {
    bot: {
      method: 'POST',
      path: '{{.rollout.metadata.name}}/x?y={{.serviceType | urlquery}}',
      body: `{{- $spec := .rollout.spec -}}
{"name": {{.rollout.metadata.name | toJson}}, "to": "{{.recipient}}", "replicas": {{$spec.replicas}},
 "images": [{{range $i, $c := $spec.template.spec.containers}}{{if $i}}, {{end}}"{{$c.image}}"{{end}}],
 "labels": {{toJson .rollout.metadata.labels}}, "first": "{{(index $spec.template.spec.containers 0).name | title | trunc 2}}",
 "sum": {{add 1 (len $spec.template.spec.containers)}}, "none": "{{.rollout.spec.nothing | default "none"}}",
 "number": "{{printf "%.0f" .rollout.spec.replicas}}{{if gt .rollout.spec.replicas 1.5}} are many{{end}}",
 "secret": "{{.secrets.token | toString | b64enc}}", "html": "<&> {{"a\\tb" | toJson | replace "\\\\" "/"}}",
 "regex": "{{regexReplaceAll "[0-9]+" (index $spec.template.spec.containers 0).image "N"}}"{{with .rollout.spec.strategy.canary}}, "steps": {{len .steps}}{{end}}}`,
    },
  },
  // the peer renders labels and annotations for the first alert only: what is in them must be the same for all
  alertmanager: {
    labels: { severity: 'info', team: '{{.rollout.metadata.labels.team}}' },
    annotations: { what: 'of {{.rollout.spec.replicas}}' },
    generatorURL: 'git@github.com:shop/{{.rollout.metadata.name}}.git',
  },
  teams: {
    title: '{{.rollout.metadata.name}}',
    themeColor: '#18be52',
    summary: 'a summary',
    facts: '[{"name": "replicas", "value": "{{.rollout.spec.replicas}}"}]',
    sections: '[{"facts": [{"name": "a", "value": "b"}]}]',
    potentialAction:
      '[{"@type": "OpenUri", "name": "Open", "targets": [{"os": "default", "uri": "https://shop.test/"}]}]',
  },
  'teams-workflows': {
    title: '{{.rollout.metadata.name}}',
    themeColor: 'Good',
    facts: '[{"name": "replicas", "value": {{.rollout.spec.replicas}}}, {"value": "nameless"}]',
    sections: '[{"facts": [{"name": "a", "value": "b"}]}, {"title": "no facts"}]',
    potentialAction:
      '[{"@type": "OpenUri", "name": "Open", "targets": [{"os": "default", "uri": "https://shop.test/"}]}, {"@type": "HttpPOST"}]',
  },
  opsgenie: {
    description: 'Rollout {{.rollout.metadata.name}}',
    priority: 'P3',
    alias: 'shop/{{.rollout.metadata.name}}',
    note: 'a note',
    tags: ['{{.rollout.metadata.name}}', 'b'],
    actions: ['look'],
    details: { namespace: '{{.rollout.metadata.namespace}}' },
    entity: 'shop',
    user: 'bot',
    visibleTo: [{ type: 'team', name: '{{.rollout.metadata.name}}' }],
  },
};

/** A message as a service got it. */
export interface Heard {
  readonly to: string;
  /** The Rollout. */
  readonly about: string;
  /** In one spelling for both controllers, without what must differ. */
  readonly said: string;
}

/** What arrived, in order. A service that takes no name of a Rollout is told of all of them. */
export function heardOf({ http, mail }: Receivers, namespace: string): readonly Heard[] {
  const requests = http.asked.map(({ line, headers, body }) => {
    const { 'content-type': type = '', authorization = '' } = headers;
    const isForm = type.startsWith('application/x-www-form-urlencoded');
    const json = isForm && line.includes('/slack') ? ofForm(body) : readJson(body);
    // conditions and events are told each by itself
    const to = `${serviceAt(/^\w+ (\S*)/.exec(line)?.[1] ?? '')}${line.startsWith('PUT') ? ' of a condition' : ''}`;
    const said = plainly({ line, to, type, authorization, body: json });
    return { to: `${to}${to === 'slack' ? ` ${(json as { channel?: string }).channel}` : ''}`, said };
  });
  const mails = mail.messages.map((message) => ({ to: 'email', said: ofMail(message) }));
  return [...requests, ...mails]
    .map(({ to, said }) => ({ to, said: said.replaceAll(namespace, 'NAMESPACE') }))
    .filter(({ said }) => !/scaling/i.test(said))
    .map(({ to, said }) => ({
      to,
      said,
      about: /failing|breaking|green|shop(?!:|\.test|\/)/.exec(said)?.[0] ?? '',
    }));
}

function serviceAt(path: string): string {
  if (path.startsWith('/api/v2/alerts')) return 'alertmanager';
  if (path.startsWith('/v2/alerts')) return 'opsgenie';
  return path.split('/')[1] ?? '';
}

interface Arrived {
  readonly line: string;
  readonly to: string;
  readonly type: string;
  readonly authorization: string;
  readonly body: unknown;
}

/** Members that name the program that sent it, or an instant; `context` is the peer's misspelling of `@context`. */
const different = ['startsAt', 'source', '@context', 'context', 'token'];

/** In one spelling; the peer's libraries write members that are empty, too. */
function plainly({ line, to, type, authorization, body }: Arrived): string {
  const isEmpty = (value: unknown) =>
    value === null || value === '' || (Array.isArray(value) && value.length === 0);
  const text = JSON.stringify(sorted(body), (key, value) =>
    different.includes(key) || isEmpty(value) ? undefined : value,
  );
  // Slack takes a form as well as JSON, and the token in either
  const head = to === 'slack' ? '' : `${type.split(';')[0]} ${authorization}`;
  return `${line} ${head} ${text}`;
}

function ofForm(body: string): unknown {
  return Object.fromEntries(
    [...new URLSearchParams(body)].map(([key, value]) => [
      key,
      /^[[{]/.test(value) ? readJson(value) : value,
    ]),
  );
}

function readJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, sorted(each)]),
  );
}

/** Envelope headers that people read, and the body, decoded. */
function ofMail(message: string): string {
  const [head = '', body = ''] = message.split(/\r\n\r\n(.*)/s);
  const unfolded = head.replace(/\r\n\s+/g, ' ').split('\r\n');
  const of = (name: string) => unfolded.find((line) => line.toLowerCase().startsWith(`${name}:`)) ?? '';
  const isBase64 = /base64/i.test(of('content-transfer-encoding'));
  const text = isBase64 ? Buffer.from(body, 'base64').toString() : quotedPrintable(body);
  return [of('from'), of('to'), of('subject'), text.trim()].join(' | ');
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
