import { abortRecordAnnotation, notifiedAnnotation } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { AbortRecord } from '../../src/core/notifications/abort-record.ts';
import type { NotificationSettings } from '../../src/shell/notifications/notifier.ts';
import { createSimulation, type Simulation, type SimulationOptions } from '../../src/sim/simulation.ts';
import {
  configured,
  notificationSettings,
  post,
  tellingAll,
  toldCanary,
  wholeStory,
} from '../support/notifications.ts';
import { crds } from '../support/settings.ts';

const shop = { type: resources.rollouts, namespace: 'default', name: 'shop' };

async function world(
  to: ReturnType<typeof post>,
  more: Partial<SimulationOptions> = {},
  settings: Partial<NotificationSettings> = {},
): Promise<Simulation> {
  const simulation = await createSimulation({
    crds: crds(),
    notifications: notificationSettings(to, settings),
    ...more,
  });
  await simulation.apply(...configured(tellingAll('https://hooks.test/'), { token: 's3cret-token' }));
  await simulation.advance(1);
  return simulation;
}

const patchStatus = (simulation: Simulation, status: object) =>
  simulation.user.patch(shop, { kind: 'merge', body: { status } }, { subresource: 'status' });

const annotationsOf = (simulation: Simulation) => simulation.get(shop)?.metadata.annotations ?? {};

/** A first version, a second that is promoted at its pause, a third that is aborted there. */
async function story(simulation: Simulation): Promise<void> {
  await simulation.apply(toldCanary('shop:v1'));
  await simulation.advance(60);
  await simulation.apply(toldCanary('shop:v2'));
  await simulation.advance(60);
  await patchStatus(simulation, { pauseConditions: null });
  await simulation.advance(120);
  await simulation.apply(toldCanary('shop:v3'));
  await simulation.advance(60);
  await patchStatus(simulation, { abort: true });
  await simulation.advance(60);
}

describe('notifications', () => {
  test('tell of a promoted and of an aborted canary, each thing once', async () => {
    const to = post();
    const simulation = await world(to);
    await story(simulation);
    await simulation.stop();
    expect(to.bodies().sort()).toEqual(wholeStory.toSorted());
    expect(to.requests[0]?.headers?.['authorization']).toBe('Bearer s3cret-token');
  });

  test('what is settled is not told again by the next operator', async () => {
    const to = post();
    const simulation = await world(to);
    await story(simulation);
    const before = to.bodies().length;
    await simulation.restartOperator();
    await simulation.advance(60);
    expect(to.bodies().slice(before)).toEqual([]);
    await simulation.stop();
  });

  test.each([1, 2, 3, 4, 5])(
    'with the operator dying after write %i and each fifth from there nothing is lost, and a second copy has the same key',
    async (crashAfterWrite) => {
      const to = post();
      const simulation = await world(to, { crashAfterWrite, crashAgainEvery: 5 });
      await story(simulation);
      await simulation.stop();
      expect(simulation.hasCrashed).toBe(true);
      expect([...new Set(to.bodies())].sort()).toEqual([...new Set(wholeStory)].sort());
      const keys = new Set(to.requests.map(({ headers, body }) => `${headers?.['idempotency-key']} ${body}`));
      expect([...keys].map((key) => key.replace(/^\S+ /, '')).sort()).toEqual(wholeStory.toSorted());
    },
  );

  test('a service that was down gets everything, in order, once it is up', async () => {
    const to = post();
    to.answer = undefined;
    const simulation = await world(to);
    await simulation.apply(toldCanary('shop:v1'));
    await simulation.advance(60);
    expect(to.bodies()).toEqual([]);
    expect(annotationsOf(simulation)[notifiedAnnotation]).toMatch(
      /"r1\.updated:on-rollout-updated:[^"]*:bot:":-/,
    );
    await simulation.restartOperator();
    to.answer = () => ({ status: 200 });
    await simulation.advance(600);
    expect(to.bodies()).toEqual(['updated r1', 'completed r1']);
    expect(annotationsOf(simulation)[notifiedAnnotation]).not.toContain(':-');
    await simulation.stop();
  });

  test('a message that is refused is given up, visibly and without the secret', async () => {
    const to = post();
    to.answer = ({ headers }) => ({ status: 401, body: `bad ${headers?.['authorization']}` });
    const simulation = await world(to);
    await simulation.apply(toldCanary('shop:v1'));
    await simulation.advance(60);
    const failed = simulation
      .list(resources.events)
      .map((event) => event as unknown as { reason: string; message: string })
      .filter(({ reason }) => reason === 'NotificationFailed');
    expect(failed.map(({ message }) => message).sort()).toEqual([
      'The message of on-rollout-completed to bot was given up: hooks.test answered 401: bad Bearer *****',
      'The message of on-rollout-updated to bot was given up: hooks.test answered 401: bad Bearer *****',
    ]);
    await simulation.stop();
  });

  test('whoever subscribes later hears only of what comes', async () => {
    const to = post();
    const simulation = await world(to);
    await simulation.apply(toldCanary('shop:v1', { annotations: {} }));
    await simulation.advance(60);
    await simulation.apply(toldCanary('shop:v1'));
    await simulation.advance(60);
    await simulation.restartOperator();
    await simulation.advance(60);
    expect(to.bodies()).toEqual([]);
    await simulation.apply(toldCanary('shop:v2'));
    await simulation.advance(60);
    expect(to.bodies()).toContain('updated r2');
    await simulation.stop();
  });

  test('a condition is told once while it holds, again when it holds anew, and as often as oncePer changes', async () => {
    const to = post();
    const simulation = await world(to);
    await simulation.apply(
      ...configured({
        'service.webhook.bot': 'url: https://hooks.test/',
        'trigger.on-pause': "- when: rollout.status.phase == 'Paused'\n  send: [pause]",
        'trigger.per-image':
          '- when: rollout.status.phase != nil\n  oncePer: rollout.spec.template.spec.containers[0].image\n  send: [image]',
        'template.pause': 'webhook: {bot: {method: POST, body: pause}}',
        'template.image':
          'webhook: {bot: {method: POST, body: "{{ (index .rollout.spec.template.spec.containers 0).image }}"}}',
      }),
    );
    const annotations = {
      'notifications.argoproj.io/subscriptions':
        '[{trigger: [on-pause, per-image], destinations: [{service: bot}]}]',
    };
    await simulation.apply(toldCanary('shop:v1', { annotations }));
    await simulation.advance(60);
    await simulation.apply(toldCanary('shop:v2', { annotations }));
    await simulation.advance(60);
    await simulation.restartOperator();
    await patchStatus(simulation, { pauseConditions: null });
    await simulation.advance(120);
    expect(to.bodies()).toEqual(['shop:v1', 'shop:v2', 'pause', 'pause'].slice(0, to.bodies().length));
    expect(to.bodies().length).toBeGreaterThanOrEqual(3);
    const record = JSON.parse(annotationsOf(simulation)[notifiedAnnotation] ?? '{}') as object;
    expect(Object.keys(record).filter((key) => key.startsWith('on-pause'))).toEqual([]);
    await simulation.stop();
  });

  test('an abort leaves a record that a machine can read', async () => {
    const to = post();
    const simulation = await world(to);
    await story(simulation);
    const record = JSON.parse(annotationsOf(simulation)[abortRecordAnnotation] ?? '') as AbortRecord;
    expect(record).toMatchObject({
      version: 'v1',
      rollout: { namespace: 'default', name: 'shop' },
      revision: 3,
      images: [{ container: 'shop', image: 'shop:v3' }],
      stable: { images: [{ container: 'shop', image: 'shop:v2' }] },
      step: { index: 0, count: 3 },
      verdict: 'other',
      evidence: [],
    });
    await simulation.stop();
  });

  test('no notification writes or sends anything for a Rollout that nobody subscribed to', async () => {
    const to = post();
    const simulation = await world(to);
    await simulation.apply(toldCanary('shop:v1', { annotations: {} }));
    await simulation.advance(120);
    expect(to.requests).toEqual([]);
    expect(annotationsOf(simulation)[notifiedAnnotation]).toBeUndefined();
    await simulation.stop();
  });
});
