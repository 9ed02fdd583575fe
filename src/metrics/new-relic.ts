import type { MetricAnswer } from '../api/measurement.ts';
import { SluiceError } from '../kernel/errors.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { misconfigured } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { askGraphql } from './graphql.ts';
import { jsonText } from './json-text.ts';

/** Seconds that New Relic may take for the query when the metric does not say. */
const defaultTimeoutSeconds = 5;

/** For the way there and back, on top of what the query may take. */
const travelSeconds = 10;

/** By `region` of the Secret. */
const endpoints: Readonly<Record<string, string>> = {
  us: 'https://api.newrelic.com/graphql',
  eu: 'https://api.eu.newrelic.com/graphql',
  jp: 'https://api.jp.newrelic.com/graphql',
  gov: 'https://gov-api.newrelic.com/graphql',
};

const question = `query ($accountId: Int!, $query: Nrql!, $timeout: Seconds) {
  actor { account(id: $accountId) { nrql(query: $query, timeout: $timeout) { results } } }
}`;

/** New Relic, by NRQL through NerdGraph: https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/ */
export function newRelic({ http, readSecret }: ProviderDependencies): MetricProvider {
  return {
    kind: 'newRelic',
    metadata: ({ provider }) => ({ ResolvedNewRelicQuery: provider.newRelic?.query ?? '' }),
    async measure({ provider }, at, signal) {
      const { profile = '', query = '', timeout = defaultTimeoutSeconds } = provider.newRelic ?? {};
      if (timeout < 0) throw misconfigured('timeout value needs to be a positive value');
      const account = accountOf(await readSecret(undefined, profile === '' ? 'newrelic' : profile));
      const seconds = timeout === 0 ? defaultTimeoutSeconds : timeout;
      const data = await askGraphql(http, {
        url: account.url,
        query: question,
        variables: { accountId: account.id, query, timeout: seconds },
        headers: { 'api-key': account.key },
        timeoutMs: (seconds + travelSeconds) * 1000,
        at,
        signal,
      });
      return readRows(data);
    },
  };
}

interface Account {
  readonly id: number;
  readonly key: string;
  readonly url: string;
}

function accountOf(secret: Readonly<Record<string, string>> = {}): Account {
  const { 'personal-api-key': key = '', 'account-id': id = '', region = '' } = secret;
  if (key === '' || id === '') throw misconfigured('account ID or personal API key not found');
  if (!/^[+-]?\d+$/.test(id)) {
    throw misconfigured(`could not parse account ID: ${JSON.stringify(id)} is no whole number`);
  }
  const own = secret['base-url-nerdgraph'] ?? '';
  const url = own === '' ? endpoints[region === '' ? 'us' : region.toLowerCase()] : own;
  if (url === undefined) {
    throw misconfigured(
      `unknown region ${JSON.stringify(region)}; known are ${Object.keys(endpoints).join(', ')}`,
    );
  }
  return { id: Number(id), key, url };
}

/** One row as an object, more as a list. A row without members is none. */
function readRows(data: unknown): MetricAnswer {
  const { actor } = (data ?? {}) as {
    actor?: { account?: { nrql?: { results?: readonly Record<string, unknown>[] } } };
  };
  const rows = actor?.account?.nrql?.results ?? [];
  const [first] = rows;
  if (first === undefined || (rows.length === 1 && Object.keys(first).length === 0)) {
    throw new SluiceError('METRIC_NO_DATA', 'no results returned from NRQL query');
  }
  const value = rows.length === 1 ? first : rows;
  return { result: { kind: 'json', value }, text: jsonText(value) };
}
