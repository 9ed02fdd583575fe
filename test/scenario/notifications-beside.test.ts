import { notifiedAnnotation } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
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
