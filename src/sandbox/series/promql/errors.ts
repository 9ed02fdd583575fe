/** Prometheus' own division of errors, as its HTTP API names them. */
export type PromqlErrorType = 'bad_data' | 'execution';

/** A query that cannot be answered. The message is worded as Prometheus words it, since people search for it. */
export class PromqlError extends Error {
  override readonly name = 'PromqlError';
  readonly type: PromqlErrorType;

  constructor(type: PromqlErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

/** The query's text or types are wrong. */
export function badQuery(message: string): PromqlError {
  return new PromqlError('bad_data', message);
}

/** What is wrong at one place of the query, as Prometheus' parser says it: line and column count from 1, columns in bytes. */
export function badQueryAt(query: string, index: number, message: string): PromqlError {
  const before = query.slice(0, index).split('\n');
  const column = new TextEncoder().encode(before.at(-1)).length + 1;
  return badQuery(`${before.length}:${column}: parse error: ${message}`);
}

/** The query is well formed, and the series that it met do not allow an answer. */
export function cannotEvaluate(message: string): PromqlError {
  return new PromqlError('execution', message);
}
