import { SluiceError } from '../kernel/errors.ts';
import { addSeconds } from '../kernel/instant.ts';
import { type Http, type HttpRequest, largestAnswerBytes } from '../ports/http.ts';
import type { World } from '../sandbox/world.ts';

/** The metric sources of a simulated world, asked in process. Every host answers as that world's Prometheus, with its faults. */
export function simulatedHttp({ metrics, server: { clock } }: Pick<World, 'metrics' | 'server'>): Http {
  return {
    async request(asked) {
      const { pathname, search } = new URL(asked.url);
      const start = pathname.indexOf('/api/v1/');
      if (start === -1) throw unreachable(asked, `nothing answers at ${pathname}`);
      const { signal, isLate, cancel } = deadline(asked);
      const answer = await metrics.ask(
        {
          method: asked.method,
          url: pathname.slice(start) + search,
          ...(asked.body !== undefined && { body: asked.body }),
        },
        signal,
      );
      cancel();
      if (isLate()) throw unreachable(asked, `no answer within ${asked.timeoutMs / 1000} s`);
      if (answer === undefined) throw unreachable(asked, 'connection refused');
      if (answer.body.length > largestAnswerBytes)
        throw unreachable(asked, `an answer above ${largestAnswerBytes} bytes`);
      return answer;
    },
  };

  function deadline({ timeoutMs, signal }: HttpRequest) {
    const late = new AbortController();
    const cancel = clock.schedule(addSeconds(clock.now(), timeoutMs / 1000), () => late.abort());
    return {
      signal: signal === undefined ? late.signal : AbortSignal.any([signal, late.signal]),
      isLate: () => late.signal.aborted,
      cancel,
    };
  }
}

function unreachable({ url }: HttpRequest, problem: string): SluiceError {
  return new SluiceError('METRIC_UNREACHABLE', `${new URL(url).host}: ${problem}`);
}
