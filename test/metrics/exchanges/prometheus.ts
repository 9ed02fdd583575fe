import type { Recorded } from './exchange.ts';

const provider = { address: 'http://prom:9090', query: 'sum(rate(errors[5m]))' };
const request = {
  method: 'POST',
  url: 'http://prom:9090/api/v1/query',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: 'query=sum%28rate%28errors%5B5m%5D%29%29&time=1767259800',
};
const success = (data: object, more: object = {}) => ({ status: 'success', data, ...more });

export const prometheusCases: Recorded = {
  kind: 'prometheus',
  source: 'https://prometheus.io/docs/prometheus/latest/querying/api/',
  cases: [
    {
      title: 'an instant vector',
      provider,
      wire: [
        {
          request,
          body: success({
            resultType: 'vector',
            result: [
              { metric: { job: 'a' }, value: [1767259800.781, '1'] },
              { metric: { job: 'b' }, value: [1767259800.781, '0'] },
            ],
          }),
        },
      ],
      answer: { value: [1, 0], text: '[1,0]' },
    },
    {
      title: 'a scalar, with warnings',
      provider,
      wire: [
        {
          request,
          body: success({ resultType: 'scalar', result: [1767259800, '0.25'] }, { warnings: ['w1', 'w2'] }),
        },
      ],
      answer: { value: 0.25, text: '0.25', metadata: { warnings: '"w1", "w2"' } },
    },
    {
      title: 'a range, its ends as expressions',
      provider: { ...provider, rangeQuery: { start: 'now() - duration("1h")', end: 'now()', step: '30m' } },
      wire: [
        {
          request: {
            method: 'POST',
            url: 'http://prom:9090/api/v1/query_range',
            body: 'query=sum%28rate%28errors%5B5m%5D%29%29&start=1767256200&end=1767259800&step=1800',
          },
          body: success({
            resultType: 'matrix',
            result: [
              {
                metric: {},
                values: [
                  [1767256200, '1'],
                  [1767258000, 'NaN'],
                  [1767259800, '+Inf'],
                ],
              },
            ],
          }),
        },
      ],
      answer: { value: [1, Number.NaN, Number.POSITIVE_INFINITY], text: '[1,NaN,+Inf]' },
    },
    {
      title: 'a native histogram counts as 0',
      provider,
      wire: [
        {
          request,
          body: success({
            resultType: 'vector',
            result: [
              {
                metric: {},
                histogram: [1767259800, { count: '60', sum: '33.424', buckets: [[0, '0.1', '0.2', '8']] }],
              },
            ],
          }),
        },
      ],
      answer: { value: [0], text: '[0]' },
    },
    {
      title: 'a server that allows only GET',
      provider,
      wire: [
        { request, status: 405, body: '' },
        {
          request: { method: 'GET', url: `http://prom:9090/api/v1/query?${request.body}` },
          body: success({ resultType: 'vector', result: [] }),
        },
      ],
      answer: { value: [], text: '[]' },
    },
    {
      title: 'a query that cannot be read',
      provider,
      wire: [
        {
          request,
          status: 400,
          body: { status: 'error', errorType: 'bad_data', error: 'invalid parameter "query"' },
        },
      ],
      error: 'bad_data: invalid parameter "query"',
    },
    {
      title: 'a query that took too long',
      provider,
      wire: [
        { request, status: 503, body: { status: 'error', errorType: 'timeout', error: 'query timed out' } },
      ],
      error: 'server_error: server error: 503',
    },
    {
      title: 'a text',
      provider,
      wire: [{ request, body: success({ resultType: 'string', result: [1767259800, 'x'] }) }],
      error: 'unexpected value type "string"',
    },
  ],
};
