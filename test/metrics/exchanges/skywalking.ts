import type { Recorded } from './exchange.ts';

const query =
  'query q($duration: Duration!) { service_apdex: readMetricsValues(condition: {}, duration: $duration) { label } }';
const provider = { address: 'http://oap:12800', interval: '45m', query };
const request = {
  method: 'POST',
  url: 'http://oap:12800/graphql',
  headers: { 'content-type': 'application/json' },
  body: {
    query,
    variables: { duration: { start: '2026-01-01 0845', end: '2026-01-01 0930', step: 'MINUTE' } },
  },
};

export const skywalkingCases: Recorded = {
  kind: 'skywalking',
  source: 'https://skywalking.apache.org/docs/main/latest/en/api/query-protocol/',
  cases: [
    {
      title: 'everything under `data`',
      provider,
      wire: [{ request, body: { data: { service_apdex: { values: { values: [{ value: 9900 }] } } } } }],
      answer: {
        value: { service_apdex: { values: { values: [{ value: 9900 }] } } },
        text: '{"service_apdex":{"values":{"values":[{"value":9900}]}}}',
      },
    },
    {
      title: 'nothing',
      provider,
      wire: [{ request, body: { data: null } }],
      error: 'no results returned from SkyWalking query',
    },
    {
      title: 'errors of the query',
      provider,
      wire: [
        { request, body: { errors: [{ message: 'Validation error: FieldUndefined' }, { message: 'more' }] } },
      ],
      error: 'graphql: Validation error: FieldUndefined',
    },
    {
      title: 'no interval',
      provider: { ...provider, interval: '' },
      wire: [],
      error: 'time: invalid duration ""',
    },
    {
      title: 'no address',
      provider: { query, interval: '5m' },
      wire: [],
      error: 'skywalking address  is not a valid URL',
    },
  ],
};
