import { originMs } from './promql-samples.ts';

/** One request of the comparison with a real Prometheus over the same samples. */
export interface HttpCase {
  readonly method: string;
  /** Path and query string, before escaping. */
  readonly url: string;
  /** A form. */
  readonly body?: string;
}

const start = originMs / 1000;
const minute = `start=${start}&end=${start + 60}`;

function get(...urls: readonly string[]): HttpCase[] {
  return urls.map((url) => ({ method: 'GET', url }));
}

export const httpCases: readonly HttpCase[] = [
  ...get(
    '/api/v1/query',
    '/api/v1/query?query=',
    '/api/v1/query?query=1&time=soon',
    `/api/v1/query?query=1&time=${start}.5`,
    '/api/v1/query?query=1&time=2026-01-01T00:00:00Z',
    '/api/v1/query?query=1&time=2026-01-01T00:00:00.123456Z',
    '/api/v1/query?query=1&time=2026-01-01T00:00:00%2B02:00',
    '/api/v1/query?query=1&time=2026-01-01',
    '/api/v1/query?query=1&time=1e9',
    '/api/v1/query?query=1&time=-5',
    `/api/v1/query?query=1&time=${start}&timeout=5s`,
    `/api/v1/query?query=1&time=${start}&timeout=x`,
    `/api/v1/query?query=limit&time=${start + 60}`,
    `/api/v1/query?query=limit[1m]&time=${start + 60}`,
    `/api/v1/query?query="text"&time=${start + 60}`,
    `/api/v1/query?query=limit * on (room) room_info&time=${start + 60}`,
    '/api/v1/query_range',
    '/api/v1/query_range?query=1',
    `/api/v1/query_range?query=1&start=${start}`,
    `/api/v1/query_range?query=1&${minute}`,
    `/api/v1/query_range?query=1&${minute}&step=`,
    `/api/v1/query_range?query=1&${minute}&step=0`,
    `/api/v1/query_range?query=1&${minute}&step=-1`,
    `/api/v1/query_range?query=1&${minute}&step=x`,
    `/api/v1/query_range?query=1&${minute}&step=30s`,
    `/api/v1/query_range?query=1&${minute}&step=0.5m`,
    `/api/v1/query_range?query=1&${minute}&step=1h`,
    `/api/v1/query_range?query=1&${minute}&step=1e9999`,
    `/api/v1/query_range?query=1&${minute}&step=30&timeout=z`,
    `/api/v1/query_range?query=1&start=${start}&end=${start + 1}&step=0.25`,
    `/api/v1/query_range?query=1&start=${start + 60}&end=${start}&step=1`,
    `/api/v1/query_range?query=1&start=${start}&end=${start + 11001}&step=1`,
    `/api/v1/query_range?query=vector(1)&start=${start}&end=${start + 11000}&step=5000`,
    `/api/v1/query_range?query=time()&start=${start}.25&end=${start + 2}&step=1`,
    `/api/v1/query_range?query=limit[5m]&${minute}&step=30`,
    `/api/v1/query_range?query="a"&${minute}&step=30`,
    `/api/v1/query_range?query=sum(&${minute}&step=30`,
    '/api/v1/query_range?query=limit&start=2026-01-01T00:00:00Z&end=2026-01-01T00:01:00Z&step=30',
    `/api/v1/query_range?query=1&start=x&end=${start + 60}&step=30`,
    `/api/v1/query_range?query=1&start=${start}&end=x&step=30`,
    `/api/v1/query_range?query=limit * on (room) room_info&${minute}&step=30`,
    '/api/v1/series',
    '/api/v1/series?match[]=limit',
    `/api/v1/series?match[]=limit&match[]=room_info&${minute}`,
    `/api/v1/series?match[]=limit&start=${start + 1e6}&end=${start + 2e6}`,
    '/api/v1/series?match[]={room="hall"}&match[]=limit',
    '/api/v1/series?match[]=sum(limit)',
    '/api/v1/series?match[]=sum',
    '/api/v1/series?match[]={',
    '/api/v1/series?match[]={}',
    '/api/v1/series?match[]={room=""}',
    '/api/v1/series?match[]=limit[5m]',
    '/api/v1/series?match[]=limit offset 5m',
    '/api/v1/series?match[]=1',
    '/api/v1/series?match[]=',
    '/api/v1/series?match[]=limit&start=x',
    '/api/v1/series?match[]=limit&end=x',
    '/api/v1/series?match[]=nothing',
    '/api/v1/labels',
    '/api/v1/labels?match[]=limit',
    '/api/v1/labels?match[]=limit&match[]=requests_total',
    '/api/v1/labels?match[]={',
    '/api/v1/labels?match[]={}',
    '/api/v1/labels?match[]=nothing',
    '/api/v1/labels?start=x',
    `/api/v1/labels?start=${start + 1e6}&end=${start + 2e6}`,
    '/api/v1/label/room/values',
    '/api/v1/label/__name__/values',
    '/api/v1/label/room/values?match[]=limit',
    '/api/v1/label/room/values?match[]=limit&match[]=temperature',
    '/api/v1/label/room/values?match[]={',
    '/api/v1/label/room/values?start=x',
    `/api/v1/label/room/values?start=${start + 1e6}&end=${start + 2e6}`,
    '/api/v1/label/nothing/values',
    '/api/v1/label/1x/values',
    '/api/v1/label/a-b/values',
    '/api/v1/label/room',
    '/api/v1/nothing',
    '/-/healthy',
    '/-/ready',
  ),
  { method: 'POST', url: '/api/v1/query', body: `query=1&time=${start}` },
  { method: 'POST', url: '/api/v1/query?query=2', body: `query=1&time=${start}` },
  { method: 'POST', url: `/api/v1/query?query=2&time=${start}`, body: '' },
  { method: 'POST', url: '/api/v1/query_range', body: `query=limit&${minute}&step=60` },
  { method: 'POST', url: '/api/v1/series', body: 'match[]=room_info' },
  { method: 'POST', url: '/api/v1/labels', body: 'match[]=limit' },
  { method: 'POST', url: '/api/v1/label/room/values', body: '' },
  { method: 'PUT', url: '/api/v1/query?query=1' },
  { method: 'DELETE', url: '/api/v1/query?query=1' },
  { method: 'PUT', url: '/api/v1/series?match[]=limit' },
  { method: 'PUT', url: '/api/v1/labels' },
];

export function keyOfHttp({ method, url, body }: HttpCase): string {
  return `${method} ${url}${body === undefined ? '' : ` ${body}`}`;
}
