import { SluiceError } from '../kernel/errors.ts';
import { addSeconds, formatInstant, type Instant } from '../kernel/instant.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { misconfigured } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { askGraphql } from './graphql.ts';
import { jsonText } from './json-text.ts';
import { lookBack } from './time-window.ts';

const timeoutMs = 30_000;

/** Apache SkyWalking's query protocol: https://skywalking.apache.org/docs/main/latest/en/api/query-protocol/ */
export function skywalking({ http }: ProviderDependencies): MetricProvider {
  return {
    kind: 'skywalking',
    async measure({ provider }, at, signal) {
      const { address = '', query = '', interval = '' } = provider.skywalking ?? {};
      if (!URL.canParse(address)) throw misconfigured(`skywalking address ${address} is not a valid URL`);
      const duration = {
        start: minute(addSeconds(at, -lookBack(interval))),
        end: minute(at),
        step: 'MINUTE',
      };
      const url = `${address.replace(/\/$/, '')}/graphql`;
      const data = await askGraphql(http, { url, query, variables: { duration }, timeoutMs, at, signal });
      if (data === null || data === undefined) {
        throw new SluiceError('METRIC_NO_DATA', 'no results returned from SkyWalking query');
      }
      return { result: { kind: 'json', value: data }, text: jsonText(data) };
    },
  };
}

/** `2026-01-01 0930`, in UTC: what the clock of a container shows. */
function minute(at: Instant): string {
  const text = formatInstant(at);
  return `${text.slice(0, 10)} ${text.slice(11, 13)}${text.slice(14, 16)}`;
}
