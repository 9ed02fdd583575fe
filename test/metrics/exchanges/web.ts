import type { Recorded } from './exchange.ts';

const url = 'https://gate.shop/api';

export const webCases: Recorded = {
  kind: 'web',
  source: 'https://argoproj.github.io/argo-rollouts/analysis/web/',
  cases: [
    {
      title: 'GET with headers, a value at a path',
      provider: { url, headers: [{ key: 'X-Tenant', value: 'a' }], jsonPath: '{$.data.ok}' },
      wire: [{ request: { method: 'GET', url, headers: { 'x-tenant': 'a' } }, body: { data: { ok: true } } }],
      answer: { value: true, text: 'true' },
    },
    ...['POST', 'PUT', 'PATCH', 'DELETE'].map((method) => ({
      title: `${method} with JSON`,
      provider: { url, method, jsonBody: { a: [1] }, jsonPath: '{$.n}' },
      wire: [
        {
          request: { method, url, headers: { 'content-type': 'application/json' }, body: { a: [1] } },
          body: { n: 1.5 },
        },
      ],
      answer: { value: 1.5, text: '1.5' },
    })),
    {
      title: 'POST with a text, answered with a text',
      provider: { url, method: 'POST', body: 'ping' },
      wire: [
        {
          request: { method: 'POST', url, body: 'ping' },
          body: 'pong',
          headers: { 'content-type': 'text/plain' },
        },
      ],
      answer: { value: 'pong', text: 'pong' },
    },
    {
      title: 'a password',
      provider: { url, authentication: { basicAuth: { username: 'u', password: 'p' } } },
      wire: [{ request: { method: 'GET', url, headers: { authorization: 'Basic dTpw' } }, body: '1' }],
      answer: { value: 1, text: '1' },
    },
    {
      title: 'a token, fetched first',
      provider: {
        url,
        authentication: {
          oauth2: { tokenUrl: 'https://idp/token', clientId: 'i', clientSecret: 's', scopes: ['read'] },
        },
      },
      wire: [
        {
          request: {
            method: 'POST',
            url: 'https://idp/token',
            headers: { authorization: 'Basic aTpz' },
            body: 'grant_type=client_credentials&scope=read',
          },
          body: { access_token: 'abcd', token_type: 'Bearer' },
        },
        { request: { method: 'GET', url, headers: { authorization: 'Bearer abcd' } }, body: '{}' },
      ],
      answer: { value: {}, text: '{}' },
    },
    {
      title: 'a status that is no success',
      provider: { url },
      wire: [{ request: { method: 'GET', url }, status: 500, body: '' }],
      error: 'received non 2xx response code: 500',
    },
    {
      title: 'a path that leads nowhere',
      provider: { url, jsonPath: '{$.a}' },
      wire: [{ request: { method: 'GET', url }, body: {} }],
      error: 'a is not found',
    },
  ],
};
