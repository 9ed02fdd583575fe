import type { Metric } from '../../../src/api/v1alpha1/analysis.ts';
import type { HttpRequest } from '../../../src/ports/http.ts';

/** What goes over the wire for one documented case, and what comes of it. */
export interface RecordedCase {
  readonly title: string;
  readonly provider: object;
  readonly interval?: string;
  /** `namespace/name`, with an empty namespace for the controller's. */
  readonly secrets?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly wire: readonly Exchange[];
  /** Of a source that answers at once. */
  readonly answer?: { readonly value: unknown; readonly text: string; readonly metadata?: object };
  /** Of a source that takes longer: what each call says. */
  readonly progress?: readonly object[];
  readonly error?: string;
}

export interface Exchange {
  readonly request: Partial<Pick<HttpRequest, 'method' | 'url' | 'headers'>> & { readonly body?: unknown };
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON. */
  readonly body: unknown;
}

export interface Recorded {
  readonly kind: keyof Metric['provider'];
  /** The published description that requests and answers are written after. */
  readonly source: string;
  readonly cases: readonly RecordedCase[];
}
