import { notifiedAnnotation } from '../../src/api/labels.ts';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { silentLog } from '../../src/kernel/log.ts';
import type { NotificationSettings } from '../../src/shell/notifications/notifier.ts';
import { createSimulation, type Simulation } from '../../src/sim/simulation.ts';
import { pauseFor, rollout, setWeight } from '../support/builders.ts';
import {
  configured,
  notificationSettings,
  post,
  tellingAll,
  toldCanary,
  wholeStory,
} from '../support/notifications.ts';
import { crds } from '../support/settings.ts';

const subscription = 'notifications.argoproj.io/subscribe.on-rollout-updated.bot';

/** A webhook that is told of every update, by a word. */
const saying = (word: string) => ({
  'service.webhook.bot': 'url: https://hooks.test/',
  'trigger.on-rollout-updated': '- send: [updated]',
  'template.updated': `webhook: {bot: {method: POST, body: ${word}}}`,
});

function shopIn(namespace: string, image = 'shop:v1'): Rollout {
  const { metadata, ...rest } = rollout({
    image,
    replicas: 2,
    canary: { steps: [setWeight(50), pauseFor()] },
  });
  return { ...rest, metadata: { name: metadata.name, namespace, annotations: { [subscription]: '' } } };
}

const shop = { type: resources.rollouts, namespace: 'default', name: 'shop' };

const namespace = (name: string) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

const world = (notifications: NotificationSettings) => createSimulation({ crds: crds(), notifications });

/** Services that take every request and never answer. */
function silence(): NotificationSettings {
  const settings = notificationSettings(post());
  return { ...settings, tools: { ...settings.tools, http: { request: () => new Promise(() => {}) } } };
}

test.each([
  [true, ['central', 'team-a']],
  [false, ['central']],
])(
  'with self-service %s a namespace’s own ConfigMap adds to the controller’s: %j',
  async (isSelfService, words) => {
    const to = post();
    const simulation = await world(notificationSettings(to, { isSelfService }));
    await simulation.apply(namespace('team-a'), namespace('team-b'));
    await simulation.apply(...configured(saying('central')), ...configured(saying('team-a'), {}, 'team-a'));
    await simulation.advance(1);
    await simulation.apply(shopIn('team-a'));
    await simulation.advance(60);
    expect(to.bodies().sort()).toEqual(words);
    await simulation.apply(shopIn('team-b'));
    await simulation.advance(60);
    expect(to.bodies().slice(words.length)).toEqual(['central']);
    await simulation.stop();
  },
);

async function aborted(settings: NotificationSettings): Promise<unknown> {
  const simulation = await world(settings);
  await simulation.apply(...configured(saying('hello')));
  await simulation.advance(1);
  await simulation.apply(shopIn('default'));
  await simulation.advance(60);
  await simulation.apply(shopIn('default', 'shop:v2'));
  await simulation.advance(60);
  await simulation.user.patch(
    shop,
    { kind: 'merge', body: { status: { abort: true } } },
    { subresource: 'status' },
  );
  await simulation.advance(2);
  const { status } = simulation.get(shop) as Rollout;
  await stop(simulation);
  return status;
}

/** The end waits for messages under way, for which time has to pass. */
async function stop(simulation: Simulation): Promise<void> {
  const stopped = simulation.stop();
  await simulation.advance(4);
  await stopped;
}

test('a service that never answers does not delay an abort', async () => {
  const status = await aborted(silence());
  expect(status).toMatchObject({ abort: true, phase: 'Degraded' });
  expect(status).toEqual(await aborted(notificationSettings(post())));
});

test('a message that hangs is written down as due after a second, and at once when the operator is stopped', async () => {
  const due = /"r1\.updated:on-rollout-updated:[^"]*:bot:":-\d/;
  const recordOf = (simulation: Simulation) =>
    simulation.get(shop)?.metadata.annotations?.[notifiedAnnotation];
  for (const isStopped of [false, true]) {
    const simulation = await world(silence());
    await simulation.apply(...configured(saying('hello')));
    await simulation.advance(1);
    await simulation.apply(shopIn('default'));
    await simulation.advance(0.5);
    expect(recordOf(simulation)).not.toMatch(due);
    if (!isStopped) {
      await simulation.advance(1);
      expect(recordOf(simulation)).toMatch(due);
    }
    await stop(simulation);
    expect(recordOf(simulation)).toMatch(due);
  }
});

test('what is overtaken while a message hangs is told by the next operator, though this one dies', async () => {
  const to = post();
  const settings = notificationSettings(to);
  let isSilent = true;
  const request: typeof settings.tools.http.request = (asked) =>
    isSilent ? new Promise(() => {}) : settings.tools.http.request(asked);
  const simulation = await world({ ...settings, tools: { ...settings.tools, http: { request } } });
  await simulation.apply(...configured(tellingAll('https://hooks.test/'), { token: 't' }));
  await simulation.advance(1);
  await simulation.apply(toldCanary('shop:v1'));
  await simulation.advance(60);
  await simulation.apply(toldCanary('shop:v2'));
  await simulation.advance(60);
  await simulation.user.patch(
    shop,
    { kind: 'merge', body: { status: { pauseConditions: null } } },
    { subresource: 'status' },
  );
  await simulation.advance(120);
  isSilent = false;
  await simulation.restartOperator();
  await simulation.advance(60);
  expect(to.bodies()).toEqual(wholeStory.slice(0, 9));
  await simulation.stop();
});

const eventsOf = (simulation: Simulation, about: string) =>
  simulation
    .list(resources.events)
    .map((event) => event as unknown as { reason: string; message: string; involvedObject: { kind: string } })
    .filter(({ reason, involvedObject }) => /^Notification/.test(reason) && involvedObject.kind === about)
    .map(({ reason, message }) => `${reason}: ${message}`);

test('what is wrong with the ConfigMap, and with a subscription, is said in events, once, without a secret', async () => {
  const simulation = await world(notificationSettings(post()));
  const broken = {
    'service.webhook.bot': 'url: https://hooks.test/$path$token\nretryMax: $token',
    'service.webhook.secretive': 'url: $nowhere',
    'template.updated': 'message: "{{ nope }}"',
    'trigger.on-rollout-updated': '- send: [updated, gone]',
    subscriptions: '[{recipients: ["slack:all"], triggers: [on-nothing]}]',
  };
  await simulation.apply(...configured(broken, { token: 's3cret-token' }));
  await simulation.advance(1);
  const annotations = {
    [subscription]: '',
    'notifications.argoproj.io/subscribe.on-rollout-upgraded.bot': '',
    'notifications.argoproj.io/subscribe.on-rollout-updated.robot': '',
  };
  await simulation.apply(toldCanary('shop:v1', { annotations }));
  await simulation.advance(60);
  await simulation.advance(1000); // looked at again, and not said again
  const invalid = 'NotificationConfigInvalid: ';
  expect(eventsOf(simulation, 'ConfigMap').sort()).toEqual([
    `${invalid}service.webhook.bot: names $path, and the Secret argo-rollouts-notification-secret has no such key`,
    `${invalid}service.webhook.bot: service bot: retryMax must be a whole number, not "*****"`,
    `${invalid}service.webhook.secretive: names $nowhere, and the Secret argo-rollouts-notification-secret has no such key`,
    `${invalid}subscriptions: names the service slack, and there is no service.slack`,
    `${invalid}subscriptions: names the trigger on-nothing, and there is no trigger.on-nothing`,
    `${invalid}template.updated: message: line 1: function "nope" not defined; docs/notifications.md lists the functions there are`,
    `${invalid}trigger.on-rollout-updated: sends "gone", and there is no template of that name`,
  ]);
  const configMap = 'argo-rollouts-notification-configmap';
  expect(eventsOf(simulation, 'Rollout').sort()).toEqual([
    `${invalid}its annotations name the service robot, and no ${configMap} has service.robot`,
    `${invalid}its annotations subscribe to on-rollout-upgraded, and no ${configMap} has trigger.on-rollout-upgraded`,
    'NotificationFailed: The message of on-rollout-updated to bot was given up: service bot: there is no template.gone',
    'NotificationFailed: The message of on-rollout-updated to robot was given up: service robot: there is no service.robot',
  ]);
  expect(JSON.stringify(simulation.list(resources.events))).not.toContain('s3cret');
  await simulation.stop();
});

test('a condition that cannot be judged is said in the log, once a Rollout, and keeps nothing back', async () => {
  const to = post();
  const warnings: object[] = [];
  const log = {
    ...silentLog,
    warn: (message: string, facts = {}) => void warnings.push({ message, ...facts }),
  };
  const notifications = notificationSettings(to);
  const simulation = await createSimulation({ crds: crds(), notifications, log });
  const odd = { 'trigger.on-odd': '[{when: rollout.spec.nothing.more == 1, send: [updated]}]' };
  await simulation.apply(...configured({ ...saying('updated'), ...odd }));
  await simulation.advance(1);
  const annotations = { [subscription]: '', 'notifications.argoproj.io/subscribe.on-odd.bot': '' };
  await simulation.apply(toldCanary('shop:v1', { annotations }));
  await simulation.advance(1000);
  expect(to.bodies()).toEqual(['updated']);
  expect(warnings).toEqual([
    {
      message: 'A trigger could not be judged.',
      rollout: 'default/shop',
      reason: expect.stringMatching(/^on-odd: .*more/),
    },
  ]);
  await simulation.stop();
});

test('a Rollout of another instance is told of by the controller of that', async () => {
  const to = post();
  const simulation = await world(notificationSettings(to));
  await simulation.apply(...configured(saying('updated')));
  await simulation.advance(1);
  const other = toldCanary('shop:v1', { name: 'other', annotations: { [subscription]: '' } });
  const labels = { 'argo-rollouts.argoproj.io/controller-instance-id': 'team-a' };
  await simulation.apply({ ...other, metadata: { ...other.metadata, labels } });
  await simulation.advance(60);
  expect(to.bodies()).toEqual([]);
  await simulation.apply(toldCanary('shop:v1', { annotations: { [subscription]: '' } }));
  await simulation.advance(60);
  expect(to.bodies()).toEqual(['updated']);
  await simulation.stop();
});

test('two happenings of one kind are two messages, with keys of their own, however slow the service', async () => {
  const to = post();
  to.answer = undefined;
  const simulation = await world(notificationSettings(to));
  const scaling = {
    'service.webhook.bot': 'url: https://hooks.test/',
    'trigger.on-scaling-replica-set': '- send: [scaled]',
    'template.scaled': 'webhook: {bot: {method: POST, body: scaled}}',
  };
  await simulation.apply(...configured(scaling));
  await simulation.advance(1);
  const annotations = { 'notifications.argoproj.io/subscribe.on-scaling-replica-set.bot': '' };
  await simulation.apply(toldCanary('shop:v1', { annotations }));
  await simulation.advance(30);
  await simulation.apply(toldCanary('shop:v2', { annotations }));
  await simulation.advance(30);
  to.answer = () => ({ status: 200 });
  await simulation.advance(60);
  const scalings = simulation
    .list(resources.events)
    .filter((event) => (event as { reason?: string }).reason === 'ScalingReplicaSet');
  expect(scalings.length).toBeGreaterThan(1);
  expect(to.bodies()).toHaveLength(scalings.length);
  expect(new Set(to.requests.map(({ headers }) => headers?.['idempotency-key'])).size).toBe(scalings.length);
  await simulation.stop();
});

test.each([
  ['by its own annotation', { 'notifications.argoproj.io/subscribe.on-analysis-run-failed.bot': '' }, {}, 1],
  [
    'by a subscription for everything',
    {},
    { subscriptions: '[{recipients: [bot], triggers: [on-analysis-run-failed]}]' },
    1,
  ],
  ['by nothing', {}, {}, 0],
])('a failed AnalysisRun tells whoever subscribed %s', async (_, annotations, more, count) => {
  const to = post();
  const simulation = await world(notificationSettings(to));
  const told = {
    'service.webhook.bot': 'url: https://hooks.test/',
    'trigger.on-analysis-run-failed': '- send: [failed]',
    'template.failed':
      'webhook: {bot: {method: POST, body: "{{ .rollout.kind }} {{ .rollout.metadata.name }}"}}',
    ...more,
  };
  await simulation.apply(...configured(told));
  await simulation.advance(1);
  await simulation.apply({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'AnalysisRun',
    metadata: { name: 'check', namespace: 'default', annotations },
    spec: {
      metrics: [
        {
          ...{ name: 'never', successCondition: 'result[0] > 1' },
          provider: { prometheus: { address: 'http://prometheus.test', query: 'vector(1)' } },
        },
      ],
    },
  } as KubeObject);
  await simulation.advance(60);
  expect(to.bodies()).toEqual(Array(count).fill('AnalysisRun check'));
  await simulation.stop();
});
