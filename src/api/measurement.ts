import type { Instant } from '../kernel/instant.ts';

/** What metric sources answer and conditions judge. Vocabulary shared by core and providers. */

/** Keys under `metrics[].provider`. */
export const providerKinds = [
  'prometheus',
  'cloudWatch',
  'datadog',
  'web',
  'job',
  'newRelic',
  'wavefront',
  'graphite',
  'influxdb',
  'skywalking',
  'kayenta',
  'plugin',
] as const;
export type ProviderKind = (typeof providerKinds)[number];

/** What a condition is evaluated over (`result`). Typed as the peer types it, since its language is statically typed. */
export type MetricResult =
  | { readonly kind: 'scalar'; readonly value: number }
  | { readonly kind: 'vector'; readonly value: readonly number[] }
  | { readonly kind: 'optionalScalar'; readonly value: number | undefined }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'cloudwatch'; readonly value: readonly unknown[] };

/** One answer of a metric source. A bad value is an answer; only "could not ask" is an error, and is thrown. */
export interface MetricAnswer {
  readonly result: MetricResult;
  /** The answer as the peer prints it into `measurement.value`. */
  readonly text: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** How a measurement is getting on whose source judges by itself, such as a Job: no condition is evaluated. */
export type MeasurementProgress =
  | {
      readonly phase: 'Running';
      /** When to ask again, unless something is heard before. */
      readonly resumeAt: Instant;
      /** Everything that asking again needs. Kept, and added to, until the end. */
      readonly metadata?: Readonly<Record<string, string>>;
    }
  | {
      readonly phase: 'Successful' | 'Failed' | 'Inconclusive';
      readonly message?: string;
      /** For `measurement.value`, where there is one. */
      readonly text?: string;
      readonly metadata?: Readonly<Record<string, string>>;
    };
