import { stripVTControlCharacters } from 'node:util';
import type { Host } from './verb.ts';

/** A text that is drawn again and again in the same place. */
export interface Screen {
  draw(text: string): void;
  /** Gives the terminal back, with the last text left on it. */
  close(): void;
}

const home = '\x1b[H';
const eraseLine = '\x1b[K';
const eraseBelow = '\x1b[J';
const eraseAll = '\x1b[2J';
const hideCursor = '\x1b[?25l';
const showCursor = '\x1b[?25h';
/** Between these two a terminal that knows them shows nothing half drawn; the others pay no heed. */
const beginUpdate = '\x1b[?2026h';
const endUpdate = '\x1b[?2026l';

/**
 * On a terminal every line is overwritten in place, and only then is the rest erased, all in one write: nothing
 * flickers. Elsewhere, in a log of a pipeline, a text is printed when it differs from the one before.
 */
export function screen(host: Host): Screen {
  return host.isTerminal ? terminalScreen(host) : plainScreen(host);
}

function terminalScreen({ out, rows, columns }: Host): Screen {
  let isFirst = true;
  return {
    draw(text) {
      const width = columns?.() ?? Number.POSITIVE_INFINITY;
      const lines = text
        .replace(/\n$/, '')
        .split('\n')
        .flatMap((line) => brokenAt(width, line));
      const visible = cutTo(Math.max(1, (rows() ?? lines.length + 1) - 1), lines);
      out(
        [
          beginUpdate,
          isFirst ? hideCursor + eraseAll : '',
          home,
          // behind a full line the cursor still stands on its last character
          ...visible.map((line) => (widthOf(line) < width ? `${line}${eraseLine}\n` : `${line}\n`)),
          eraseBelow,
          endUpdate,
        ].join(''),
      );
      isFirst = false;
    },
    close() {
      if (!isFirst) out(showCursor);
    },
  };
}

/** What does not fit is counted: nobody should take a screen that is too small for all there is. */
function cutTo(height: number, lines: readonly string[]): readonly string[] {
  if (lines.length <= height || height < 2) return lines.slice(0, height);
  const hidden = lines.length - height + 1;
  return [...lines.slice(0, height - 1), `… ${hidden} more lines`];
}

const colour = new RegExp(`(${'\x1b'}\\[[\\d;]*m)`);

function widthOf(line: string): number {
  return [...stripVTControlCharacters(line)].reduce((sum, letter) => sum + cellsOf(letter), 0);
}

/** East Asian letters and pictures are two cells wide (Unicode's annex 11), accents and joiners none. */
function cellsOf(letter: string): number {
  if (/[\p{Mn}\p{Me}\u200B-\u200D]/u.test(letter)) return 0;
  return wide.test(letter) ? 2 : 1;
}

const wide =
  /[\p{Emoji_Presentation}\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]/u;

/**
 * The line as the terminal would break it. Broken here, so that the rows are counted right: one too many makes the screen
 * scroll at every drawing. Colours take no room, and go on behind the break.
 */
function brokenAt(width: number, line: string): string[] {
  const parts = [''];
  let used = 0;
  for (const piece of line.split(colour)) {
    if (colour.test(piece)) {
      parts.push(parts.pop() + piece);
      continue;
    }
    for (const letter of piece) {
      const cells = cellsOf(letter);
      if (used + cells > width) {
        parts.push('');
        used = 0;
      }
      parts.push(parts.pop() + letter);
      used += cells;
    }
  }
  return parts;
}

function plainScreen({ out }: Host): Screen {
  let last = '';
  return {
    draw(text) {
      if (text !== last) out(last === '' ? text : `\n${text}`);
      last = text;
    },
    close() {},
  };
}
