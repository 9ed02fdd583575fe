import { SluiceError } from '../kernel/errors.ts';
import { formatGoFloat } from '../kernel/go-number.ts';
import type { HttpResponse } from '../ports/http.ts';
import type { MetricProvider } from '../ports/metric-provider.ts';
import { excerpt, misconfigured, refusal } from './answer.ts';
import type { ProviderDependencies } from './dependencies.ts';
import { type FluxValue, readFluxValues } from './flux-csv.ts';

const timeoutMs = 30_000;

/** InfluxDB 2 by Flux: https://docs.influxdata.com/influxdb/v2/api/#operation/PostQuery */
export function influxdb({ http, readSecret }: ProviderDependencies): MetricProvider {
  return {
    kind: 'influxdb',
    async measure({ provider }, at, signal) {
      const { profile = '', query = '' } = provider.influxdb ?? {};
      const { address, authToken, org } = profileOf(await readSecret(undefined, profile || 'influxdb'));
      const answer = await http.request({
        method: 'POST',
        url: `${address.replace(/\/$/, '')}/api/v2/query?${new URLSearchParams({ org })}`,
        headers: {
          authorization: `Token ${authToken}`,
          'content-type': 'application/json',
          accept: 'application/csv',
        },
        body: JSON.stringify({ query, type: 'flux', dialect }),
        timeoutMs,
        signal,
        sharedAt: at,
      });
      if (answer.status !== 200) throw refusal(answer, problemOf(answer));
      const value = readFluxValues(answer);
      if (value.length === 0) {
        throw new SluiceError('METRIC_NO_DATA', 'no results returned from flux query');
      }
      return { result: { kind: 'json', value }, text: `[${value.map(shown).join(' ')}]` };
    },
  };
}

/** Every column with its type, so that numbers are told from texts. */
const dialect = { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] };

function profileOf(secret: Readonly<Record<string, string>> = {}) {
  const { address = '', authToken = '', org = '' } = secret;
  if (address === '' || authToken === '' || org === '') {
    throw misconfigured('authToken, org, or address not found');
  }
  return { address, authToken, org };
}

/** Its own words where it answers in JSON: `{"code": …, "message": …}`. */
function problemOf({ status, body }: HttpResponse): string {
  try {
    const { code, message } = JSON.parse(body) as { code?: string; message?: string };
    if (typeof message === 'string') return `influxdb: ${code ?? status}: ${excerpt(message)}`;
  } catch {
    // said below
  }
  return `influxdb: status ${status}: ${excerpt(body)}`;
}

function shown(value: FluxValue): string {
  if (value === null) return '<nil>';
  return typeof value === 'number' ? formatGoFloat(value) : String(value);
}
