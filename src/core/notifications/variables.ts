import { parseTime } from '../analysis/expression/time.ts';
import { problem } from './template/problem.ts';
import type { GoFunction } from './template/values.ts';

/** `time.Parse` of the peer's templates: takes an RFC 3339 time. */
export const parseGoTime: GoFunction = {
  kind: 'function',
  call: ([of]) => {
    if (typeof of !== 'string') throw problem('time.Parse takes one text');
    return parseTime(of, '2006-01-02T15:04:05Z07:00');
  },
};
