import type { Clock } from '../kernel/clock.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Http } from '../ports/http.ts';
import type { QueryFacts } from '../ports/metric-provider.ts';
import type { ReadAwsCredentials } from './aws-credentials.ts';
import type { GetMetricData } from './cloudwatch.ts';
import type { JobHome } from './job.ts';

/** What providers need from outside; the operator, a sandbox and a test each pass their own. */
export interface ProviderDependencies {
  readonly http: Http;
  /** Where Prometheus is when a metric does not say (`ARGO_ROLLOUTS_PROMETHEUS_ADDRESS`). */
  readonly prometheusAddress?: string;
  /**
   * The instant that an expression of a range query names, such as `now() - duration("1h")`.
   * Throws an Error that says what is wrong with the expression.
   */
  evaluateInstant(expression: string, now: Instant): Instant;
  /** A Secret's decoded values; without a namespace, that of the controller. Undefined when there is none. */
  readSecret(
    namespace: string | undefined,
    name: string,
  ): Promise<Readonly<Record<string, string>> | undefined>;
  /** `DD_API_KEY`, `DD_APP_KEY` and `DD_ADDRESS`, when all three are set. */
  readonly datadog?: { readonly apiKey: string; readonly appKey: string; readonly address: string };
  /** How CloudWatch is asked. Default: through the vendor's SDK, with its own credentials. */
  readonly getMetricData?: GetMetricData;
  /** Credentials for Amazon Managed Prometheus. Default: the vendor's own chain. */
  readonly readAwsCredentials?: ReadAwsCredentials;
}

/** What all of them together need. */
export interface RegistryDependencies extends ProviderDependencies {
  readonly jobs: JobHome;
  readonly clock: Clock;
  /** Told of every question to a source. */
  readonly onQuery?: (facts: QueryFacts) => void;
}
