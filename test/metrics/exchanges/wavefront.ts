import type { Recorded } from './exchange.ts';

const provider = { address: 'longboard.wavefront.com', query: 'sum(rate(5m, ts("shop.errors")))' };
const secrets = { '/wavefront-api-tokens': { 'longboard.wavefront.com': 'tok-wavefront' } };
const request = {
  method: 'GET',
  url:
    'https://longboard.wavefront.com/api/v2/chart/api?q=sum%28rate%285m%2C+ts%28%22shop.errors%22%29%29%29' +
    '&s=1767259800000&e=1767259800000&g=s&p=1&i=true&autoEvents=false&listmode=false&strict=false&includeObsoleteMetrics=false',
  headers: { authorization: 'Bearer tok-wavefront' },
};
const series = (...data: (readonly [number, number])[]) => ({ label: 'shop', tags: {}, data });

export const wavefrontCases: Recorded = {
  kind: 'wavefront',
  source: 'https://docs.wavefront.com/wavefront_api.html (Query, GET /api/v2/chart/api)',
  cases: [
    {
      title: 'of one series the point nearest to now',
      provider,
      secrets,
      wire: [
        {
          request,
          body: {
            query: 'q',
            name: 'q',
            timeseries: [series([1767259700, 9], [1767259790, 0.504], [1767259900, 8])],
            warnings: 'No metrics matching some of the keys',
          },
        },
      ],
      answer: {
        value: 0.504,
        text: '0.50',
        metadata: { timestamps: '1767259790', drift: '10', warnings: 'No metrics matching some of the keys' },
      },
    },
    {
      title: 'of several series a value each',
      provider,
      secrets,
      wire: [{ request, body: { timeseries: [series([1767259800, 1]), series([1767259795, 2])] } }],
      answer: {
        value: [1, 2],
        text: '[1.00,2.00]',
        metadata: { timestamps: '[1767259800,1767259795]', drift: '[0,5]' },
      },
    },
    {
      title: 'no series',
      provider,
      secrets,
      wire: [{ request, body: { query: 'q', timeseries: [] } }],
      error: 'No TimeSeries found in response from Wavefront',
    },
    {
      title: 'a query that cannot be read',
      provider,
      secrets,
      wire: [{ request, status: 400, body: '{"message":"Syntax error at position 4"}' }],
      error: 'wavefront: status 400: {"message":"Syntax error at position 4"}',
    },
    { title: 'no token for the address', provider, secrets: {}, wire: [], error: 'API token not found' },
  ],
};
