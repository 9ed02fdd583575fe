import type { Recorded } from './exchange.ts';

const headers = {
  'dd-api-key': 'key-api',
  'dd-application-key': 'key-app',
  'content-type': 'application/json',
};
const secrets = { '/datadog': { 'api-key': 'key-api', 'app-key': 'key-app' } };
const v1 = {
  method: 'GET',
  url: 'https://api.datadoghq.com/api/v1/query?from=1767259500&query=avg%3Asystem.cpu.idle%7B*%7D&to=1767259800',
  headers,
};
const v2 = {
  method: 'POST',
  url: 'https://api.datadoghq.eu/api/v2/query/scalar',
  headers,
  body: {
    data: {
      type: 'scalar_request',
      attributes: {
        from: 1767259740000,
        to: 1767259800000,
        formulas: [{ formula: 'a/b' }],
        queries: [
          { aggregator: 'avg', data_source: 'metrics', name: 'a', query: 'sum:errors{*}' },
          { aggregator: 'avg', data_source: 'metrics', name: 'b', query: 'sum:requests{*}' },
        ],
      },
    },
  },
};
const scalar = {
  provider: {
    apiVersion: 'v2',
    queries: { a: 'sum:errors{*}', b: 'sum:requests{*}' },
    formula: 'a/b',
    aggregator: 'avg',
    interval: '1m',
    secretRef: { name: 'eu', namespaced: true },
  },
  secrets: {
    'store/eu': { 'api-key': 'key-api', 'app-key': 'key-app', address: 'https://api.datadoghq.eu' },
  },
};
const columns = (...of: object[]) => ({ data: { type: 'scalar_response', attributes: { columns: of } } });

export const datadogCases: Recorded = {
  kind: 'datadog',
  source:
    'https://docs.datadoghq.com/api/latest/metrics/ (Query timeseries points; Query scalar data across multiple products)',
  cases: [
    {
      title: 'v1: the last point of the first series',
      provider: { query: 'avg:system.cpu.idle{*}' },
      secrets,
      wire: [
        {
          request: v1,
          body: {
            status: 'ok',
            from_date: 1767259500000,
            series: [
              {
                metric: 'system.cpu.idle',
                pointlist: [
                  [1767259500000, 0.0001],
                  [1767259560000, 0.0003332881882246533],
                ],
              },
            ],
          },
        },
      ],
      answer: { value: 0.0003332881882246533, text: '0.0003332881882246533' },
    },
    {
      title: 'v1: keys that are not known',
      provider: { query: 'avg:system.cpu.idle{*}' },
      secrets,
      wire: [{ request: v1, status: 403, body: { errors: ['Forbidden'] } }],
      error: 'received authentication error response code: 403 {"errors":["Forbidden"]}',
    },
    {
      title: 'v1: too many questions',
      provider: { query: 'avg:system.cpu.idle{*}' },
      secrets,
      wire: [
        { request: v1, status: 429, body: { errors: ['Rate limit'] }, headers: { 'retry-after': '12' } },
      ],
      error: 'received non 2xx response code: 429 {"errors":["Rate limit"]} (the server asks to wait 12 s)',
    },
    {
      title: 'v2: one number of a formula, by a Secret beside the run',
      ...scalar,
      wire: [
        { request: v2, body: columns({ name: 'a/b', type: 'number', values: [0.5], meta: { unit: null } }) },
      ],
      answer: { value: 0.5, text: '0.5' },
    },
    {
      title: 'v2: a list of the groups',
      ...scalar,
      wire: [
        {
          request: v2,
          body: columns(
            { name: 'zone', type: 'group', values: [['a'], ['b']] },
            { name: 'a/b', type: 'number', values: [0.5, 0.6] },
          ),
        },
      ],
      answer: {
        value: [0.5, 0.6],
        text: '[0.5,0.6]',
        metadata: { groups: '[{"name":"a","value":0.5},{"name":"b","value":0.6}]' },
      },
    },
    {
      title: 'v2: errors of the query',
      ...scalar,
      wire: [{ request: v2, body: { data: { errors: 'no such metric' } } }],
      error: 'There were errors in your query: no such metric',
    },
  ],
};
