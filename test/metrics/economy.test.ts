import { addSeconds, type Instant, parseInstant } from '../../src/kernel/instant.ts';
import { type EconomyOptions, economicalHttp } from '../../src/metrics/economy.ts';
import type { Http, HttpRequest, HttpResponse } from '../../src/ports/http.ts';
import { virtualClock } from '../../src/sim/virtual-clock.ts';

const now = parseInstant('2026-01-01T00:00:00Z') as Instant;

function sparingly(http: Http, options: Partial<EconomyOptions> = {}) {
  return economicalHttp(http, { clock: virtualClock(now), concurrency: 8, ...options });
}

/** A server whose answers come when told. */
function slowServer() {
  const waiting: { request: HttpRequest; answer: (body: string) => void; fail: () => void }[] = [];
  return {
    waiting,
    http: {
      request: (request: HttpRequest) =>
        new Promise<HttpResponse>((resolve, reject) => {
          const answer = (body: string) => resolve({ status: 200, headers: {}, body });
          waiting.push({ request, answer, fail: () => reject(new Error('broken')) });
        }),
    },
  };
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({
  method: 'GET',
  url,
  timeoutMs: 1000,
  ...more,
});
/** Lets everything that waits for nothing but promises go on. */
const settle = async () => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

describe('sparing the metric servers', () => {
  test('equal questions of the same second are asked once', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http);
    const both = [
      sparing.request(get('http://a/q', { sharedAt: now })),
      sparing.request(get('http://a/q', { sharedAt: now })),
    ];
    await settle();
    expect(waiting).toHaveLength(1);
    waiting[0]?.answer('1');
    expect((await Promise.all(both)).map(({ body }) => body)).toEqual(['1', '1']);
    const soon = await sparing.request(get('http://a/q', { sharedAt: addSeconds(now, 0.9) }));
    expect(soon.body).toBe('1');
    void sparing.request(get('http://a/q', { sharedAt: addSeconds(now, 1) }));
    await settle();
    expect(waiting).toHaveLength(2);
  });

  test('questions that may change something are each asked', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http);
    void sparing.request(get('http://a/q'));
    void sparing.request(get('http://a/q'));
    await settle();
    expect(waiting).toHaveLength(2);
  });

  test('one who gives up does not take the answer from the other', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http);
    const impatient = new AbortController();
    const first = sparing.request(get('http://a/q', { sharedAt: now, signal: impatient.signal }));
    const second = sparing.request(get('http://a/q', { sharedAt: now }));
    impatient.abort();
    await expect(first).rejects.toThrow('http://a: cancelled');
    waiting[0]?.answer('1');
    expect((await second).body).toBe('1');
  });

  test('a server gets a bounded number of questions at once, and each server its own', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http, { concurrency: 2 });
    for (const path of ['1', '2', '3']) void sparing.request(get(`http://a/${path}`)).catch(() => {});
    void sparing.request(get('http://b/1'));
    await settle();
    expect(waiting.map(({ request }) => request.url)).toEqual(['http://a/1', 'http://a/2', 'http://b/1']);
    waiting[0]?.fail();
    await settle();
    expect(waiting.at(-1)?.request.url).toBe('http://a/3');
  });

  test('questions that name their own instants are equal by what else they ask', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http);
    for (const [time, sharedKey] of [
      [1, 'up'],
      [2, 'up'],
      [3, 'down'],
    ] as const) {
      void sparing.request(get(`http://a/q?time=${time}`, { sharedAt: now, sharedKey }));
    }
    await settle();
    expect(waiting.map(({ request }) => request.url)).toEqual(['http://a/q?time=1', 'http://a/q?time=3']);
  });

  test('a failure is nobody else’s answer', async () => {
    const { http, waiting } = slowServer();
    const sparing = sparingly(http);
    const first = sparing.request(get('http://a/q', { sharedAt: now }));
    await settle();
    waiting[0]?.fail();
    await expect(first).rejects.toThrow('broken');
    void sparing.request(get('http://a/q', { sharedAt: now }));
    await settle();
    expect(waiting).toHaveLength(2);
  });

  test('who waits for a turn as long as for an answer gives up, and his turn goes to the next', async () => {
    const { http, waiting } = slowServer();
    const clock = virtualClock(now);
    const sparing = sparingly(http, { clock, concurrency: 1 });
    void sparing.request(get('http://a/1'));
    const late = sparing.request(get('http://a/2'));
    const leaving = new AbortController();
    const gone = sparing.request(get('http://a/3', { signal: leaving.signal, timeoutMs: 60_000 }));
    void sparing.request(get('http://a/4', { timeoutMs: 60_000 }));
    const told = Promise.all([
      expect(late).rejects.toThrow('http://a: busy with other questions for 1 s'),
      expect(gone).rejects.toThrow('http://a: cancelled'),
    ]);
    leaving.abort();
    await clock.advanceBy(2);
    await told;
    waiting[0]?.answer('1');
    await settle();
    expect(waiting.map(({ request }) => request.url)).toEqual(['http://a/1', 'http://a/4']);
    expect(waiting[1]?.request.timeoutMs).toBe(58_000);
  });

  test('what became of each question is told', async () => {
    const told: unknown[] = [];
    const answers: (HttpResponse | Error)[] = [
      { status: 200, headers: {}, body: '' },
      { status: 429, headers: {}, body: '' },
      new Error('broken'),
    ];
    const http: Http = {
      async request() {
        const answer = answers.shift() as HttpResponse | Error;
        if (answer instanceof Error) throw answer;
        return answer;
      },
    };
    const sparing = sparingly(http, { onQuery: ({ outcome }) => told.push(outcome) });
    await sparing.request(get('http://a/1', { sharedAt: now }));
    await sparing.request(get('http://a/1', { sharedAt: now }));
    await sparing.request(get('http://a/2'));
    await sparing.request(get('http://a/3')).catch(() => {});
    expect(told).toEqual(['answered', 'shared', 'refused', 'unreachable']);
  });
});
