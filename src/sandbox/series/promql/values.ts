import type { Labels } from '../labels.ts';
import type { ValueType } from './ast.ts';

/** One value of one series. `at` is milliseconds since the epoch: of the sample itself, or of the evaluation. */
export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
  readonly at: number;
}

export interface Point {
  readonly at: number;
  readonly value: number;
}

export interface MatrixSeries {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

export type ScalarValue = { readonly type: 'scalar'; readonly value: number };
export type StringValue = { readonly type: 'string'; readonly value: string };
export type VectorValue = { readonly type: 'vector'; readonly samples: readonly VectorSample[] };
/** A range vector: the points of each series in the closed interval from `fromMs` to `toMs`. */
export type MatrixValue = {
  readonly type: 'matrix';
  readonly series: readonly MatrixSeries[];
  readonly fromMs: number;
  readonly toMs: number;
};

export type Value = ScalarValue | StringValue | VectorValue | MatrixValue;
export type ValueOf<T extends ValueType> = Extract<Value, { type: T }>;

export function scalar(value: number): ScalarValue {
  return { type: 'scalar', value };
}

export function vector(samples: readonly VectorSample[]): VectorValue {
  return { type: 'vector', samples };
}
