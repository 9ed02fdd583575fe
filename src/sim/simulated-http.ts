import { SluiceError } from '../kernel/errors.ts';
import type { Http } from '../ports/http.ts';
import type { World } from '../sandbox/world.ts';

/** The metric sources of a simulated world, asked in process. Every host answers as that world's Prometheus. */
export function simulatedHttp(world: World): Http {
  return {
    async request({ method, url, body }) {
      const { pathname, search, host } = new URL(url);
      const start = pathname.indexOf('/api/v1/');
      if (start === -1) throw new SluiceError('METRIC_UNREACHABLE', `nothing answers at ${host}${pathname}`);
      const answer = world.prometheus.handle({
        method,
        url: pathname.slice(start) + search,
        ...(body !== undefined && { body }),
      });
      return {
        status: answer.status,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(answer.body),
      };
    },
  };
}
