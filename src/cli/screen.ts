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

function terminalScreen({ out, rows }: Host): Screen {
  let isFirst = true;
  return {
    draw(text) {
      const lines = text.replace(/\n$/, '').split('\n');
      const visible = lines.slice(0, Math.max(1, (rows() ?? lines.length + 1) - 1));
      out(
        [
          beginUpdate,
          isFirst ? hideCursor + eraseAll : '',
          home,
          ...visible.map((line) => `${line}${eraseLine}\n`),
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
