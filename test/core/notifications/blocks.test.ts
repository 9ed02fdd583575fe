import {
  type MessageTemplate,
  renderMessage,
  spelledTemplate,
} from '../../../src/core/notifications/blocks.ts';
import { parseNotificationConfig } from '../../../src/core/notifications/config.ts';
import { noon } from '../../support/builders.ts';

const context = { now: noon, digest: () => '' };

const render = (templates: readonly MessageTemplate[], to?: { type: string; name: string }) =>
  renderMessage(
    templates.map((template, index) => ({ name: `t${index}`, template })),
    new Map(),
    context,
    to,
  );

describe('several templates make one message, as with the peer', () => {
  test.each<[string, MessageTemplate, MessageTemplate, object]>([
    [
      'slack: the later block stands instead',
      { slack: { icon: 'a', username: 'b' } },
      { slack: { icon: 'c' } },
      { slack: { icon: 'c' } },
    ],
    [
      'email: the later adds, an empty text takes nothing away',
      { email: { subject: 'a', body: 'b' } },
      { email: { subject: 'c', body: '' } },
      { email: { subject: 'c', body: 'b' } },
    ],
    [
      'teams: the later adds',
      { teams: { title: 'a' } },
      { teams: { text: 'b' } },
      { teams: { title: 'a', text: 'b' } },
    ],
    [
      'opsgenie: texts go, lists stay',
      { opsgenie: { note: 'a', tags: ['b'] } },
      { opsgenie: { user: 'c' } },
      { opsgenie: { user: 'c', tags: ['b'] } },
    ],
    [
      'pagerdutyv2: the later block stands instead',
      { pagerdutyv2: { summary: 'a' } },
      { pagerdutyv2: { source: 'b' } },
      { pagerdutyv2: { source: 'b' } },
    ],
    [
      'webhook: each by its name',
      { webhook: { a: { body: '1', path: 'x' }, b: { body: '2' } } },
      { webhook: { a: { body: '3' } } },
      { webhook: { a: { body: '3' }, b: { body: '2' } } },
    ],
    [
      'alertmanager: the later labels, and its name',
      { alertmanager: { labels: { a: '1' }, generatorURL: 'u' } },
      { alertmanager: { labels: { b: '2' } } },
      { alertmanager: { labels: { alertname: 't1', b: '2' }, generatorURL: 'u' } },
    ],
  ])('%s', (_, first, second, expected) => {
    expect(render([first, second]).blocks).toEqual(expected);
  });

  test('a label of its own names the alert', () => {
    const { blocks } = render([{ alertmanager: { labels: { alertname: 'mine' } } }]);
    expect(blocks['alertmanager']).toEqual({ labels: { alertname: 'mine' } });
  });
});

describe('what is meant for others keeps no message back', () => {
  const template = {
    message: 'hello',
    slack: { icon: ':a:' },
    email: { subject: '{{ fail "no" }}' },
    opsgenie: { colour: 'red' },
    webhook: { bot: { body: 'b' }, other: { body: '{{ fail "no" }}' } },
  };

  test.each([
    [{ type: 'slack', name: 'team' }, { slack: { icon: ':a:' } }],
    [{ type: 'webhook', name: 'bot' }, { webhook: { bot: { body: 'b' } } }],
    [{ type: 'webhook', name: 'unknown' }, {}],
    [{ type: 'teams', name: 'teams' }, {}],
  ])('%j', (to, blocks) => {
    expect(render([template], to)).toEqual({ message: 'hello', blocks });
  });

  test.each([
    [{ type: 'email', name: 'email' }, /^email.subject: .*no/],
    [{ type: 'webhook', name: 'other' }, /webhook.other.body/],
    [{ type: 'opsgenie', name: 'opsgenie' }, /opsgenie.colour is not supported/],
    [undefined, /is not supported/],
  ])('%j: its own does', (to, problem) => {
    expect(() => render([template], to)).toThrow(problem);
  });
});

test('capitals make no difference in names, as in Go: the peer’s own page of PagerDuty says priorityID', () => {
  expect(
    spelledTemplate({ Message: 'a', pagerduty: { priorityID: 'P' }, webhook: { Bot: { BODY: 'b' } } }),
  ).toEqual({
    message: 'a',
    pagerduty: { priorityId: 'P' },
    webhook: { Bot: { body: 'b' } },
  });
  expect(spelledTemplate({ email: { Subject: 'not this', subject: 'this' } })).toEqual({
    email: { subject: 'this' },
  });
});

test.each([
  ['trigger.t', '[{when: "rollout.status.phase ==", send: []}]', /^when: .*unexpected/i],
  ['trigger.t', '[{when: "app.status.phase == 1", send: []}]', /^when: .*app/],
  ['trigger.t', '[{when: "true", oncePer: "rollout.", send: []}]', /^oncePer: /],
  ['template.t', 'teams-workflows: {summary: a}', /^teams-workflows.summary has no effect/],
  ['context', 'argocdUrl: https://cd.test', /has no effect: it is for templates of Argo CD/],
])('%s with %s is told of when it is read', (key, text, problem) => {
  expect(parseNotificationConfig({ [key]: text }, {}).problems).toEqual([
    { key, message: expect.stringMatching(problem) },
  ]);
});

test('what may be judged of any Rollout is no problem', () => {
  const when =
    "rollout.status.phase == 'Healthy' && time.Now().Sub(time.Parse(rollout.status.conditions[0].lastUpdateTime)).Minutes() >= 5 && any(analysisRuns ?? [], .status.phase == 'Failed')";
  const trigger = JSON.stringify([{ When: when, oncePer: 'rollout.status?.currentPodHash', Send: [] }]);
  const { problems, triggers } = parseNotificationConfig({ 'trigger.t': trigger }, {});
  expect(problems).toEqual([]);
  expect(triggers.get('t')).toMatchObject([{ when }]);
});

test('a name among the options may come from the Secret, as with the peer', () => {
  const { services } = parseNotificationConfig(
    { 'service.teams': 'recipientUrls: {$who: "https://teams.test/$path"}' },
    { who: 'ops', path: 'x' },
  );
  expect(services.get('teams')?.options).toEqual({ recipientUrls: { ops: 'https://teams.test/x' } });
});
