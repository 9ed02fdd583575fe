import { addSeconds, instant } from '../../src/kernel/instant.ts';
import { type Health, healthz, noteRequest, readyz } from '../../src/operator/health.ts';

const start = instant(Date.UTC(2026, 0, 1));
const at = (seconds: number) => addSeconds(start, seconds);
const elected = { leaseSeconds: 15, leaderElect: true };
const alone = { leaseSeconds: 15, leaderElect: false };
const standby: Health = { answeredAt: at(0), isWorking: false };
const leader: Health = { answeredAt: at(0), renewedAt: at(0), actingSince: at(0), isWorking: true };

describe('the probes', () => {
  test.each<[string, Health, number, typeof elected, number, string]>([
    ['not before the API server has answered', { isWorking: false }, 0, elected, 503, 'has not answered yet'],
    ['while another one leads', standby, 5, elected, 200, 'ok'],
    ['not when the API server is silent', standby, 36, elected, 503, 'silent for 36 s'],
    [
      'not until a new leader knows the objects',
      { ...leader, isWorking: false },
      1,
      elected,
      503,
      'first lists',
    ],
    ['when it leads and knows the objects', leader, 1, elected, 200, 'ok'],
    ['without election not until it knows the objects', { isWorking: false }, 1, alone, 503, 'first lists'],
    ['without election when it knows the objects', { isWorking: true }, 600, alone, 200, 'ok'],
    [
      'without election not when requests go unanswered',
      { isWorking: true, unansweredSince: at(0) },
      21,
      alone,
      503,
      'silent for 21 s',
    ],
    [
      'without election through a short break',
      { isWorking: true, unansweredSince: at(0) },
      20,
      alone,
      200,
      'ok',
    ],
    [
      'not without a definition of ours',
      { ...leader, undefinedKinds: new Set(['rollouts.argoproj.io']) },
      1,
      elected,
      503,
      'rollouts.argoproj.io is not installed; kubectl apply --server-side -k config/crds',
    ],
    [
      'not when the Lease is refused',
      { isWorking: false, isRefused: true },
      1,
      elected,
      503,
      'lease: must not be read',
    ],
    ['whatever was refused, once it works', { ...leader, isRefused: true }, 1, elected, 200, 'ok'],
  ])('ready: %s', (_, health, seconds, limits, status, body) => {
    const answer = readyz(health, at(seconds), limits);
    expect(answer.status).toBe(status);
    expect(answer.body).toContain(body);
  });

  test('the first request without an answer counts, until one is answered, with a fault too', () => {
    const health: Health = { isWorking: true };
    noteRequest(health, 0, at(1));
    noteRequest(health, 0, at(9));
    expect(health.unansweredSince).toBe(at(1));
    noteRequest(health, 503, at(10));
    expect(health.unansweredSince).toBeUndefined();
  });

  test.each<[string, Health, number, typeof elected, number]>([
    ['before anything has answered: a restart would not help', { isWorking: false }, 600, elected, 200],
    ['while another one leads, whatever the API server does', standby, 600, elected, 200],
    ['while it renews', leader, 10, elected, 200],
    ['not when it leads and neither renews nor ends', leader, 36, elected, 503],
    ['without election', leader, 600, alone, 200],
  ])('alive: %s', (_, health, seconds, limits, status) => {
    expect(healthz(health, at(seconds), limits).status).toBe(status);
  });
});
