import type { Place } from '../core/analysis/expression/problem.ts';

/** The line of a text that holds a place, and under it carets from the place's start to its end (or the line's). */
export function underline(text: string, { start, end }: Place): readonly [line: string, carets: string] {
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const nextBreak = text.indexOf('\n', start);
  const line = text.slice(lineStart, nextBreak === -1 ? text.length : nextBreak);
  const from = start - lineStart;
  const width = Math.max(1, Math.min(end, lineStart + line.length) - start);
  // a tab before the place stays a tab, so that the caret stands under it on every terminal
  const gap = line.slice(0, from).replaceAll(/[^\t]/g, ' ');
  return [line, gap + '^'.repeat(width)];
}
