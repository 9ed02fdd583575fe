import type { Colors } from 'picocolors/types.js';
import { type MarkedStatus, symbols } from '../view/marks.ts';
import type { Cell } from './table.ts';

/** Symbol and text of a status, in its colour. */
export function statusCell({ text, mark }: MarkedStatus, colors: Colors): Cell {
  const paints = {
    progressing: colors.cyan,
    pending: colors.cyan,
    paused: colors.yellow,
    healthy: colors.green,
    failed: colors.red,
    warning: colors.red,
    unknown: colors.yellow,
    scaledDown: colors.dim,
  };
  return { text: `${symbols[mark]} ${text}`, paint: paints[mark] };
}

export function painted({ text, paint }: Cell): string {
  return paint === undefined ? text : paint(text);
}
