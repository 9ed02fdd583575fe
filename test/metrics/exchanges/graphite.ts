import type { Recorded } from './exchange.ts';

const provider = {
  address: 'http://graphite:8080/',
  query: 'target=sum(shop.errors.*)&from=-5min\n  &until=now',
};
const request = {
  method: 'GET',
  url: 'http://graphite:8080/render?format=json&from=-5min&target=sum%28shop.errors.*%29&until=now',
};
const datapoints = (points: readonly (readonly [unknown, number])[]) => [
  { target: 'sum(shop.errors.*)', tags: { name: 'shop.errors' }, datapoints: points },
];

export const graphiteCases: Recorded = {
  kind: 'graphite',
  source: 'https://graphite.readthedocs.io/en/stable/render_api.html#json',
  cases: [
    {
      title: 'points of the first target, without those that have no value',
      provider,
      wire: [
        {
          request,
          body: [
            ...datapoints([
              [1.5, 1767259740],
              [null, 1767259800],
            ]),
            ...datapoints([[9, 1]]),
          ],
        },
      ],
      answer: { value: [1.5], text: '[1.500000]' },
    },
    {
      title: 'numbers that come as texts',
      provider,
      wire: [
        {
          request,
          body: datapoints([
            ['0.25', 1767259740],
            [2, 1767259800],
          ]),
        },
      ],
      answer: { value: [0.25, 2], text: '[0.250000,2.000000]' },
    },
    {
      title: 'only points without a value are an empty list',
      provider,
      wire: [{ request, body: datapoints([[null, 1767259740]]) }],
      answer: { value: [], text: '[]' },
    },
    { title: 'no target', provider, wire: [{ request, body: [] }], error: 'no values found' },
    { title: 'no points', provider, wire: [{ request, body: datapoints([]) }], error: 'no values found' },
    {
      title: 'a query that cannot be read',
      provider,
      wire: [{ request, status: 400, headers: {}, body: 'Bad Request: parse error\n' }],
      error: 'error response: Bad Request: parse error',
    },
    {
      title: 'no address',
      provider: { query: 'target=x' },
      wire: [],
      error: 'Graphite address  is not a valid URL',
    },
  ],
};
