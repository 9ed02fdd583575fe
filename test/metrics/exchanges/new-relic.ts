import type { Exchange, Recorded } from './exchange.ts';

const query = "FROM Transaction SELECT percentage(count(*), WHERE error IS true) AS rate WHERE app = 'shop'";
const account = { 'personal-api-key': 'NRAK-EXAMPLE', 'account-id': '1234567' };
const request = (url = 'https://api.newrelic.com/graphql', timeout = 5): Exchange['request'] => ({
  method: 'POST',
  url,
  headers: { 'api-key': 'NRAK-EXAMPLE' },
  body: { variables: { accountId: 1234567, query, timeout } },
});
const rows = (...results: object[]) => ({ data: { actor: { account: { nrql: { results } } } } });

export const newRelicCases: Recorded = {
  kind: 'newRelic',
  source: 'https://docs.newrelic.com/docs/apis/nerdgraph/examples/nerdgraph-nrql-tutorial/',
  cases: [
    {
      title: 'one row',
      provider: { query },
      secrets: { '/newrelic': account },
      wire: [{ request: request(), body: rows({ rate: 0.5, 'average.duration': 1.25 }) }],
      answer: {
        value: { rate: 0.5, 'average.duration': 1.25 },
        text: '{"average.duration":1.25,"rate":0.5}',
      },
    },
    {
      title: 'several rows, another profile in Europe, more time',
      provider: { query, profile: 'eu', timeout: 30 },
      secrets: { '/eu': { ...account, region: 'EU' } },
      wire: [
        {
          request: request('https://api.eu.newrelic.com/graphql', 30),
          body: rows({ count: 1 }, { count: 2 }),
        },
      ],
      answer: { value: [{ count: 1 }, { count: 2 }], text: '[{"count":1},{"count":2}]' },
    },
    {
      title: 'an address of its own',
      provider: { query },
      secrets: { '/newrelic': { ...account, 'base-url-nerdgraph': 'http://relay/graphql' } },
      wire: [{ request: request('http://relay/graphql'), body: rows({ count: 1 }) }],
      answer: { value: { count: 1 }, text: '{"count":1}' },
    },
    {
      title: 'no row',
      provider: { query },
      secrets: { '/newrelic': account },
      wire: [{ request: request(), body: rows() }],
      error: 'no results returned from NRQL query',
    },
    {
      title: 'one row without members',
      provider: { query },
      secrets: { '/newrelic': account },
      wire: [{ request: request(), body: rows({}) }],
      error: 'no results returned from NRQL query',
    },
    {
      title: 'a query that cannot be read',
      provider: { query },
      secrets: { '/newrelic': account },
      wire: [
        {
          request: request(),
          body: {
            data: { actor: { account: { nrql: null } } },
            errors: [
              {
                message: 'NRQL Syntax Error: Error at line 1 position 8',
                path: ['actor', 'account', 'nrql'],
              },
            ],
          },
        },
      ],
      error: 'graphql: NRQL Syntax Error: Error at line 1 position 8',
    },
    ...(
      [
        ['no key', { 'account-id': '1' }, {}, 'account ID or personal API key not found'],
        [
          'an account that is no number',
          { ...account, 'account-id': 'shop' },
          {},
          'could not parse account ID',
        ],
        ['a region that does not exist', { ...account, region: 'mars' }, {}, 'unknown region "mars"'],
        ['a negative timeout', account, { timeout: -1 }, 'timeout value needs to be a positive value'],
      ] as const
    ).map(([title, secret, more, error]) => ({
      title,
      provider: { query, ...more },
      secrets: { '/newrelic': secret },
      wire: [],
      error,
    })),
  ],
};
