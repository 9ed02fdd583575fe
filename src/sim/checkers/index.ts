import { capacity } from './capacity.ts';
import type { Checker } from './checker.ts';
import { order } from './order.ts';
import { selector } from './selector.ts';
import { shut } from './shut.ts';
import { step } from './step.ts';
import { total } from './total.ts';

/** The invariants that can be judged at one instant. I8 (live) and I9 (once) are judged at the end of a story. */
export const checkers: readonly Checker[] = [capacity, total, step, shut, selector, order];
