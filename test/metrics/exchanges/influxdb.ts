import type { Recorded } from './exchange.ts';

const query =
  'from(bucket: "shop") |> range(start: -5m) |> filter(fn: (r) => r._field == "errors") |> last()';
const secrets = {
  '/influxdb': { address: 'http://influx:8086/', authToken: 'tok-influx', org: 'shop & co' },
};
const request = {
  method: 'POST',
  url: 'http://influx:8086/api/v2/query?org=shop+%26+co',
  headers: {
    authorization: 'Token tok-influx',
    'content-type': 'application/json',
    accept: 'application/csv',
  },
  body: {
    query,
    type: 'flux',
    dialect: { header: true, delimiter: ',', annotations: ['datatype', 'group', 'default'] },
  },
};
const csv = { 'content-type': 'text/csv; charset=utf-8' };
const lines = (...rows: string[]) => `${rows.join('\r\n')}\r\n\r\n`;
const table = (type: string, ...rows: string[]) =>
  lines(
    `#datatype,string,long,dateTime:RFC3339,${type},string`,
    '#group,false,false,false,false,true',
    '#default,_result,,,,',
    ',result,table,_time,_value,_field',
    ...rows,
  );

export const influxdbCases: Recorded = {
  kind: 'influxdb',
  source: 'https://docs.influxdata.com/influxdb/v2/reference/syntax/annotated-csv/',
  cases: [
    {
      title: 'the value of every record, table after table, with its type',
      provider: { query },
      secrets,
      wire: [
        {
          request,
          headers: csv,
          body:
            table('double', ',,0,2026-01-01T09:29:00Z,0.5,errors', ',,0,2026-01-01T09:30:00Z,6.6,errors') +
            table('long', ',,1,2026-01-01T09:30:00Z,3,requests') +
            table('unsignedLong', ',,2,2026-01-01T09:30:00Z,18446744073709551615,bytes') +
            table('boolean', ',,3,2026-01-01T09:30:00Z,true,healthy') +
            table('string', ',,4,2026-01-01T09:30:00Z,"said ""ok"", twice",note'),
        },
      ],
      answer: {
        value: [0.5, 6.6, 3n, 18446744073709551615n, true, 'said "ok", twice'],
        text: '[0.5 6.6 3 18446744073709551615 true said "ok", twice]',
      },
    },
    {
      title: 'another profile, a value that is missing',
      provider: { query, profile: 'other' },
      secrets: { '/other': { address: 'http://influx:8086', authToken: 'tok-influx', org: 'shop & co' } },
      wire: [{ request, headers: csv, body: table('double', ',,0,2026-01-01T09:29:00Z,,errors') }],
      answer: { value: [null], text: '[<nil>]' },
    },
    {
      title: 'no record',
      provider: { query },
      secrets,
      wire: [{ request, headers: csv, body: '\r\n' }],
      error: 'no results returned from flux query',
    },
    {
      title: 'an error in the middle of the answer',
      provider: { query },
      secrets,
      wire: [
        {
          request,
          headers: csv,
          body:
            table('double', ',,0,2026-01-01T09:29:00Z,0.5,errors') +
            lines(
              '#datatype,string,string',
              '#group,true,true',
              '#default,,',
              ',error,reference',
              ',engine: shard is closed,897',
            ),
        },
      ],
      error: 'influxdb: engine: shard is closed',
    },
    {
      title: 'a query that does not compile',
      provider: { query },
      secrets,
      wire: [
        {
          request,
          status: 400,
          body: { code: 'invalid', message: 'compilation failed: error @1:5: undefined identifier' },
        },
      ],
      error: 'influxdb: invalid: compilation failed: error @1:5: undefined identifier',
    },
    {
      title: 'a token that is not known',
      provider: { query },
      secrets,
      wire: [{ request, status: 401, body: { code: 'unauthorized', message: 'unauthorized access' } }],
      error: 'influxdb: unauthorized: unauthorized access',
    },
    {
      title: 'a Secret that lacks something',
      provider: { query },
      secrets: { '/influxdb': { address: 'http://influx:8086', org: 'shop' } },
      wire: [],
      error: 'authToken, org, or address not found',
    },
  ],
};
