import Type, { type Static } from 'typebox';
import {
  anyObject,
  flag,
  int32,
  int64,
  intOrString,
  list,
  maybe,
  object,
  podMetadata,
  stringMap,
  text,
} from './schema.ts';

/** Where a metric's value comes from: one schema for each kind of source. Exactly one is set in a valid metric. */

const headers = () =>
  maybe(
    list(
      object({ key: text('Name of the header.'), value: text('Its value.') }),
      'HTTP headers of each request; one set here beats what authentication would send.',
    ),
  );

const authentication = (description: string) =>
  maybe(
    object(
      {
        basicAuth: maybe(
          object(
            { username: maybe(text('User name.')), password: maybe(text('Password.')) },
            'HTTP basic authentication. Both are needed.',
          ),
        ),
        sigv4: maybe(
          object(
            {
              region: maybe(text('AWS region of the workspace.')),
              profile: maybe(text('Named profile of the AWS configuration.')),
              roleArn: maybe(text('Role to assume before signing.')),
            },
            "AWS Signature Version 4, for Amazon Managed Prometheus. Credentials come from the SDK's default chain.",
          ),
        ),
        oauth2: maybe(
          object(
            {
              tokenUrl: maybe(text('Where tokens are issued.')),
              clientId: maybe(text('Client id.')),
              clientSecret: maybe(text('Client secret; take it from a Secret by an argument.')),
              scopes: maybe(list(text(), 'Scopes to ask for.')),
            },
            'OAuth 2 with the client credentials grant.',
          ),
        ),
      },
      description,
    ),
  );

export const prometheusSchema = object(
  {
    address: maybe(text('URL of the server. Default: the address the controller was started with.')),
    query: maybe(text('PromQL; `{{args.NAME}}` is replaced first.')),
    timeout: maybe(int64('Longest wait for an answer, in seconds. Default 30.')),
    insecure: maybe(flag('Accept any TLS certificate. Default false.')),
    headers: headers(),
    authentication: authentication('How to log in.'),
    rangeQuery: maybe(
      object(
        {
          start: maybe(text('Expression for the first instant, such as `now() - duration("1h")`.')),
          end: maybe(text('Expression for the last instant, such as `now()`.')),
          step: maybe(text('Duration between two points, such as `1m`.')),
        },
        'Ask for a range of time instead of an instant; the result is then a list of values.',
      ),
    ),
  },
  'A Prometheus server, or anything that speaks its HTTP API.',
);

const webSchema = object(
  {
    url: text('Address to call.'),
    method: maybe(text('HTTP method. Default GET.')),
    headers: headers(),
    body: maybe(text('Body of the request, for POST and PUT. Not together with `jsonBody`.')),
    jsonBody: maybe(anyObject('Body of the request as an object, sent as JSON. Not together with `body`.')),
    jsonPath: maybe(text('JSONPath, in braces, of the value in a JSON answer. Default `{$}`: all of it.')),
    timeoutSeconds: maybe(int64('Longest wait for an answer, in seconds. Default 10.')),
    insecure: maybe(flag('Accept any TLS certificate. Default false.')),
    authentication: authentication('How to log in; OAuth 2 only.'),
  },
  'Any HTTP service that answers with JSON or with plain text.',
);

const datadogSchema = object(
  {
    apiVersion: maybe(
      Type.Unsafe<'v1' | 'v2'>({
        type: 'string',
        enum: ['v1', 'v2'],
        default: 'v1',
        description: "Version of Datadog's query API.",
      }),
    ),
    query: maybe(text('One query.')),
    queries: maybe(stringMap('Named queries, for the formula. Version v2 only.')),
    formula: maybe(text('Arithmetic over the named queries. Version v2 only.')),
    interval: maybe(
      Type.String({ default: '5m', description: 'How far to look back from now, a duration.' }),
    ),
    aggregator: maybe(
      Type.Unsafe<'avg' | 'min' | 'max' | 'sum' | 'last' | 'percentile' | 'mean' | 'l2norm' | 'area'>({
        type: 'string',
        enum: ['avg', 'min', 'max', 'sum', 'last', 'percentile', 'mean', 'l2norm', 'area'],
        description: 'How the window becomes one value. Version v2 only; there, default `last`.',
      }),
    ),
    requestTimeout: maybe(
      Type.String({ default: '10s', description: 'Longest wait for an answer, a duration.' }),
    ),
    secretRef: maybe(
      object(
        {
          name: maybe(text('Name of the Secret.')),
          namespaced: maybe(flag("Look in the run's namespace instead of the controller's. Default false.")),
        },
        'Secret with `api-key`, `app-key` and, if wanted, `address`. Default: the one named `datadog`.',
      ),
    ),
  },
  'Datadog.',
);

const cloudWatchSchema = object(
  {
    interval: maybe(text('How far to look back from now, a duration. Default `5m`.')),
    metricDataQueries: list(
      object({
        id: maybe(text('Name of this query, for expressions of others.')),
        expression: maybe(text('Metric math over other queries. Not together with `metricStat`.')),
        label: maybe(text('Label of the result.')),
        period: maybe(intOrString('Seconds that one value covers.')),
        returnData: maybe(flag('Whether the result is part of the answer. Default true.')),
        metricStat: maybe(
          object(
            {
              metric: maybe(
                object(
                  {
                    dimensions: maybe(
                      list(
                        object({
                          name: maybe(text('Name of the dimension.')),
                          value: maybe(text('Its value.')),
                        }),
                        'Dimensions that the metric must have.',
                      ),
                    ),
                    metricName: maybe(text('Name of the metric.')),
                    namespace: maybe(text('Namespace of the metric, such as `AWS/ApplicationELB`.')),
                  },
                  'The metric.',
                ),
              ),
              period: maybe(intOrString('Seconds that one value covers.')),
              stat: maybe(text('Statistic, such as `Sum`, `Average` or `p95`.')),
              unit: maybe(text('Unit that values were recorded with.')),
            },
            'One statistic of one metric.',
          ),
        ),
      }),
      "What to ask for, as in CloudWatch's GetMetricData.",
    ),
  },
  "Amazon CloudWatch. Credentials and region come from the SDK's default chain.",
);

const jobSchema = object(
  {
    metadata: maybe(podMetadata('Labels and annotations of the Job.')),
    spec: Type.Unsafe<Record<string, unknown>>({
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      required: ['template'],
      description: 'The Job: see `kubectl explain job.spec`.',
      properties: {
        activeDeadlineSeconds: int64('Seconds until the Job fails, however often it was tried.'),
        backoffLimit: int32('Failed pods until the Job fails. Default 6.'),
        completions: int32('Pods that must succeed.'),
        parallelism: int32('Pods at the same time.'),
        suspend: { type: 'boolean', description: 'Do not start pods yet.' },
        ttlSecondsAfterFinished: int32('Seconds until the finished Job is removed.'),
        template: anyObject('The pod of the Job: see `kubectl explain pod.spec`.'),
      },
    }),
  },
  'A Kubernetes Job: good when it completes, bad when it fails.',
);

const kayentaScope = (description: string) =>
  object(
    {
      scope: text('What the scope is called at the metric source.'),
      region: text('Where it runs.'),
      step: int64('Seconds between two points.'),
      start: maybe(text('First instant. Set for both scopes or for none.')),
      end: maybe(text('Last instant. Set for both scopes or for none.')),
    },
    description,
  );

export const kayentaSchema = object(
  {
    address: text('URL of the Kayenta server.'),
    application: text('Application that the canary configuration belongs to.'),
    canaryConfigName: text('Name of the canary configuration.'),
    metricsAccountName: text('Account that metrics are read with.'),
    configurationAccountName: text('Account that configurations are stored with.'),
    storageAccountName: text('Account that results are stored with.'),
    threshold: object(
      {
        pass: int64('Score from which on the measurement is Successful.'),
        marginal: int64('Score from which on it is Inconclusive; below it is Failed.'),
      },
      'Limits of the score, 0 to 100.',
    ),
    scopes: list(
      object({
        name: text('Name of the pair.'),
        controlScope: kayentaScope('The stable side.'),
        experimentScope: kayentaScope('The canary side.'),
      }),
      'What is compared.',
    ),
    lookback: maybe(flag('Start at the start of the run instead of one interval ago. Default false.')),
  },
  'Kayenta, the automated canary analysis of Spinnaker.',
);

const newRelicSchema = object(
  {
    profile: maybe(text('Secret with the account and the key. Default `newrelic`.')),
    query: text('NRQL.'),
    timeout: maybe(int64('Longest wait for the query, in seconds. Default 5.')),
  },
  'New Relic.',
);

const addressAndQuery = (description: string, language: string) =>
  object({ address: maybe(text('Address of the server.')), query: maybe(text(language)) }, description);

export const metricProviderSchema = object(
  {
    prometheus: maybe(prometheusSchema),
    kayenta: maybe(kayentaSchema),
    web: maybe(webSchema),
    datadog: maybe(datadogSchema),
    wavefront: maybe(addressAndQuery('Wavefront.', 'Wavefront query language.')),
    newRelic: maybe(newRelicSchema),
    job: maybe(jobSchema),
    cloudWatch: maybe(cloudWatchSchema),
    graphite: maybe(addressAndQuery('Graphite.', 'Parameters of the render call, such as `target=…`.')),
    influxdb: maybe(
      object(
        {
          profile: maybe(text('Secret with address, token and organisation. Default `influxdb`.')),
          query: maybe(text('Flux.')),
        },
        'InfluxDB 2.',
      ),
    ),
    skywalking: maybe(
      object(
        {
          address: maybe(text('Address of the server.')),
          query: maybe(text('GraphQL, with the variable `duration`.')),
          interval: maybe(text('How far to look back from now, a duration. Required.')),
        },
        'Apache SkyWalking.',
      ),
    ),
    plugin: maybe(anyObject('Sources outside of the controller: configuration by name of the plugin.')),
  },
  'Where the value comes from; exactly one source.',
);
export type MetricProviderSpec = Static<typeof metricProviderSchema>;
