import { resources } from '../api/resources.ts';
import type { Secret } from '../api/workloads.ts';
import { parseGoDuration } from '../kernel/duration.ts';
import { addSeconds, type Instant } from '../kernel/instant.ts';
import { axiosHttp } from '../metrics/http-axios.ts';
import { providerRegistry } from '../metrics/registry.ts';
import type { Cluster } from '../ports/cluster.ts';
import type { ProviderRegistry } from '../ports/metric-provider.ts';
import type { RouterRegistry } from '../ports/traffic-router.ts';
import { routers } from '../routers/registry.ts';
import type { ControllerConfig } from './config.ts';

/** The routers and metric sources of production. */
export function registries(
  { prometheusAddress }: ControllerConfig,
  cluster: Cluster,
  controllerNamespace: string,
): { readonly routers: RouterRegistry; readonly providers: ProviderRegistry } {
  return {
    routers,
    providers: providerRegistry({
      http: axiosHttp(),
      ...(prometheusAddress !== undefined && { prometheusAddress }),
      evaluateInstant,
      readSecret: async (namespace = controllerNamespace, name) => {
        const secret = await cluster.get({ type: resources.secrets, namespace, name });
        return secret === undefined ? undefined : decoded(secret as Secret);
      },
    }),
  };
}

function decoded({ data = {} }: Secret): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  );
}

/** `now()`, with durations added or taken away: `now() - duration("1h") + duration("5m")`. */
function evaluateInstant(expression: string, now: Instant): Instant {
  const match = /^\s*now\(\)((?:\s*[+-]\s*duration\(\s*(?:"[^"]*"|'[^']*')\s*\))*)\s*$/.exec(expression);
  if (match === null) {
    throw new Error(`"${expression}" is no instant such as now() - duration("1h")`);
  }
  let at = now;
  for (const [, sign, text = ''] of (match[1] ?? '').matchAll(/([+-])\s*duration\(\s*["']([^"']*)["']/g)) {
    const length = parseGoDuration(text);
    if (length === undefined) throw new Error(`"${text}" is no duration such as 1h30m`);
    at = addSeconds(at, sign === '-' ? -length : length);
  }
  return at;
}
