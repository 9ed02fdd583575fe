import { economicalHttp } from '../../src/metrics/economy.ts';
import type { HttpRequest, HttpResponse } from '../../src/ports/http.ts';

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
  test('equal questions at the same time are asked once', async () => {
    const { http, waiting } = slowServer();
    const sparing = economicalHttp(http);
    const both = [
      sparing.request(get('http://a/q', { shared: true })),
      sparing.request(get('http://a/q', { shared: true })),
    ];
    await settle();
    expect(waiting).toHaveLength(1);
    waiting[0]?.answer('1');
    expect((await Promise.all(both)).map(({ body }) => body)).toEqual(['1', '1']);
    void sparing.request(get('http://a/q', { shared: true }));
    await settle();
    expect(waiting).toHaveLength(2);
  });

  test('questions that may change something are each asked', async () => {
    const { http, waiting } = slowServer();
    const sparing = economicalHttp(http);
    void sparing.request(get('http://a/q'));
    void sparing.request(get('http://a/q'));
    await settle();
    expect(waiting).toHaveLength(2);
  });

  test('one who gives up does not take the answer from the other', async () => {
    const { http, waiting } = slowServer();
    const sparing = economicalHttp(http);
    const impatient = new AbortController();
    const first = sparing.request(get('http://a/q', { shared: true, signal: impatient.signal }));
    const second = sparing.request(get('http://a/q', { shared: true }));
    impatient.abort();
    await expect(first).rejects.toThrow('http://a: cancelled');
    waiting[0]?.answer('1');
    expect((await second).body).toBe('1');
  });

  test('a server gets a bounded number of questions at once, and each server its own', async () => {
    const { http, waiting } = slowServer();
    const sparing = economicalHttp(http, 2);
    for (const path of ['1', '2', '3']) void sparing.request(get(`http://a/${path}`)).catch(() => {});
    void sparing.request(get('http://b/1'));
    await settle();
    expect(waiting.map(({ request }) => request.url)).toEqual(['http://a/1', 'http://a/2', 'http://b/1']);
    waiting[0]?.fail();
    await settle();
    expect(waiting.at(-1)?.request.url).toBe('http://a/3');
  });
});
