import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { notifiedAnnotation } from '../../src/api/labels.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { type HttpReceiver, httpReceiver } from '../support/http-receiver.ts';
import {
  configured,
  subscribed,
  subscribedTo,
  tellingAll,
  toldCanary,
  wholeStory,
} from '../support/notifications.ts';
import { type SmtpServer, smtpServer } from '../support/smtp-server.ts';
import { eventually, start } from './support/processes.ts';
import { type RealCluster, startRealCluster } from './support/real-cluster.ts';
import { main } from './support/sandbox-process.ts';

type Replica = ReturnType<typeof start> & { readonly log: () => string };

/** One of two lets the other have the lease within this time of its death. */
const election = [
  ...['--leader-election-lease-duration=3s', '--leader-election-renew-deadline=2s'],
  '--leader-election-retry-period=500ms',
];

describe('notifications of two replicas on a real API server', () => {
  let real: RealCluster;
  let hook: HttpReceiver;
  let post: SmtpServer;
  const folder = mkdtempSync(join(tmpdir(), 'sluice-notifications-'));
  let replicas: Replica[] = [];

  const replica = (): Replica => {
    const file = join(folder, `${replicas.length}-${Math.random()}.log`);
    const flags = ['--kubeconfig', real.plane.kubeconfig, '--metricsPort=0', '--healthzPort=0', ...election];
    const started = start(process.execPath, [main, 'controller', ...flags], file);
    return { ...started, log: () => readFileSync(file, 'utf8') };
  };
  const leads = ({ log }: Replica) => log().includes('Controllers started.');
  const leader = () => eventually('a replica to lead', async () => replicas.find(leads));
  /** The leader ends by this signal, and a fresh replica waits behind the one that was waiting. */
  const endLeader = async (signal: 'SIGKILL' | 'SIGTERM', meanwhile = () => {}) => {
    const ended = await leader();
    ended.child.kill(signal);
    meanwhile();
    replicas = [...replicas.filter((each) => each !== ended), replica()];
    await eventually(
      'the leader to be gone',
      async () => (ended.child.exitCode ?? ended.child.signalCode) !== null,
    );
  };

  beforeAll(async () => {
    real = await startRealCluster();
    hook = await httpReceiver();
    post = await smtpServer();
    await configure({ token: 's3cret-token' });
    replicas = [replica()];
    await leader();
    replicas.push(replica());
  });
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await hook?.stop();
    await post?.stop();
    await real?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const configure = async (secrets: Record<string, string>, more: Record<string, string> = {}) => {
    const mail = `{host: 127.0.0.1, port: ${post.port}, from: sluice@shop.test}`;
    const data = { ...tellingAll(hook.url), 'service.email': mail, ...more };
    for (const object of configured(data, secrets)) {
      const type = object.kind === 'Secret' ? resources.secrets : resources.configMaps;
      const ref = { type, namespace: 'default', name: object.metadata.name };
      await real.cluster.patch(ref, { kind: 'apply', body: object }, {});
    }
  };
  const refOf = (name: string) => ({ type: resources.rollouts, namespace: 'default', name });
  const get = async (name: string) => (await real.cluster.get(refOf(name))) as Rollout | undefined;
  const image = async (name: string, of: string, annotations: Record<string, string> = subscribed) => {
    const body = toldCanary(of, { name, annotations, secondPauseSeconds: 1 });
    await real.cluster.patch(refOf(name), { kind: 'apply', body }, {});
  };
  const patchStatus = (name: string, status: object) =>
    real.cluster.patch(refOf(name), { kind: 'merge', body: { status } }, { subresource: 'status' });
  const phase = (name: string, wanted: string, revision: number, step?: number) =>
    eventually(`${name} to be ${wanted}`, async () => {
      const { status, metadata } = (await get(name)) as Rollout;
      const isOf = metadata.annotations?.['rollout.argoproj.io/revision'] === String(revision);
      return isOf && status?.phase === wanted && (step === undefined || status.currentStepIndex === step);
    });
  const asked = (name: string) => hook.asked.filter(({ line }) => line === `POST /${name}`);
  /** What arrived and was taken. */
  const heard = (name: string) =>
    asked(name)
      .filter(({ status }) => status === 200)
      .map(({ body }) => body);
  const hear = (name: string, words: string) =>
    eventually(`"${words}" of ${name}`, async () => heard(name).includes(words));
  const record = async (name: string) =>
    (await get(name))?.metadata.annotations?.[notifiedAnnotation] ?? '{}';
  const recorded = (name: string, pattern: RegExp) =>
    eventually(`${pattern} in the record of ${name}`, async () => pattern.test(await record(name)));
  const promote = (name: string) => patchStatus(name, { pauseConditions: null });
  /** The first two revisions, up to the second's first pause. */
  const upToThePause = async (name: string) => {
    await image(name, 'shop:v1');
    await phase(name, 'Healthy', 1);
    await hear(name, 'completed r1');
    await image(name, 'shop:v2');
    await phase(name, 'Paused', 2, 1);
  };
  const toTheEnd = async (name: string) => {
    await promote(name);
    await phase(name, 'Healthy', 2);
    await hear(name, 'completed r2');
  };
  const promoted = wholeStory.slice(0, 9).toSorted();

  test('tell of a promoted and of an aborted release, each thing once, by webhook and by mail', async () => {
    const annotations = { ...subscribed, ...subscribedTo('email', 'ops@shop.test') };
    await image('shop', 'shop:v1', annotations);
    await phase('shop', 'Healthy', 1);
    await image('shop', 'shop:v2', annotations);
    await phase('shop', 'Paused', 2, 1);
    await patchStatus('shop', { pauseConditions: null });
    await phase('shop', 'Healthy', 2);
    await image('shop', 'shop:v3', annotations);
    await phase('shop', 'Paused', 3, 1);
    await patchStatus('shop', { abort: true });
    await hear('shop', 'aborted r3');
    await eventually('the mails', async () => post.messages.length >= wholeStory.length);
    expect(heard('shop').sort()).toEqual(wholeStory.toSorted());
    const subjects = post.messages.map((message) => /^Subject: (.*)$/m.exec(message)?.[1]?.trim() ?? '');
    expect(subjects.sort()).toEqual(wholeStory.toSorted());
    expect(asked('shop')[0]?.headers['authorization']).toBe('Bearer s3cret-token');
  });

  test('a leader killed in mid-release leaves nothing untold, and nothing told twice', async () => {
    await upToThePause('killed');
    await hear('killed', 'paused r2');
    await recorded('killed', /"r2\.paused[^:]*:sluice"/);
    await endLeader('SIGKILL');
    await toTheEnd('killed');
    expect(heard('killed').sort()).toEqual(promoted);
  });

  test('a leader killed while a service is down leaves what is due to the next', async () => {
    hook.answer = ({ body }) => ({ status: body === 'paused r2' ? 503 : 200 });
    await upToThePause('down');
    await recorded('down', /"r2\.paused[^:]*:on-rollout-paused:[^"]*:bot:":-/);
    await endLeader('SIGKILL');
    hook.answer = () => ({});
    await toTheEnd('down');
    await eventually('every message', async () => heard('down').length >= promoted.length);
    expect(heard('down').sort()).toEqual(promoted);
  });

  test('only what a killed leader had sent and not yet written down comes twice, under the same key', async () => {
    let isHeld = true;
    hook.answer = ({ body }) => (isHeld && body === 'paused r2' ? new Promise(() => {}) : {});
    await upToThePause('held');
    await eventually('the message to be in the air', async () =>
      asked('held').some(({ body }) => body === 'paused r2'),
    );
    await recorded('held', /"r2\.step\.0:sluice"/);
    await endLeader('SIGKILL');
    isHeld = false;
    await toTheEnd('held');
    expect(heard('held').sort()).toEqual(promoted);
    const copies = asked('held').filter(({ body, status }) => body === 'paused r2' && status !== 503);
    const keys = copies.map(({ headers }) => headers['idempotency-key']);
    expect(keys.length).toBeGreaterThan(promoted.filter((body) => body === 'paused r2').length);
    expect(keys.slice(0, 2)).toEqual([keys[0], keys[0]]);
    expect(new Set(asked('held').map(({ headers }) => headers['idempotency-key'])).size).toBe(
      promoted.length,
    );
  });

  test('a leader that is asked to end waits for what is in the air, and its end is not told again', async () => {
    let release = (_: object) => {};
    const answer = new Promise<object>((resolve) => {
      release = resolve;
    });
    hook.answer = ({ body }) => (body === 'paused r2' ? answer : {});
    await upToThePause('asked');
    await eventually('the message to be in the air', async () =>
      asked('asked').some(({ body }) => body === 'paused r2'),
    );
    await endLeader('SIGTERM', () => release({}));
    hook.answer = () => ({});
    await toTheEnd('asked');
    expect(
      asked('asked')
        .map(({ body }) => body)
        .sort(),
    ).toEqual(promoted);
  });

  test('what is changed of the ConfigMap and the Secret counts from the next message on', async () => {
    await upToThePause('changed');
    await hear('changed', 'paused r2');
    const template = 'webhook: {bot: {method: POST, path: /changed, body: "now otherwise"}}';
    await configure({ token: 'an0ther' }, { 'template.on-rollout-completed': template });
    await promote('changed');
    await eventually('the new words', async () => heard('changed').includes('now otherwise'));
    expect(asked('changed').at(-1)?.headers['authorization']).toBe('Bearer an0ther');
  });
});
