/** One cell: its text decides the width, `paint` only the colour. */
export interface Cell {
  readonly text: string;
  readonly paint?: ((text: string) => string) | undefined;
}

export type Row = readonly (Cell | string)[];

const gutter = '  ';

/** How wide each column must be for these rows. Every character that we print is one column wide. */
export function widthsOf(rows: readonly Row[]): number[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, [...textOf(cell)].length);
    }
  }
  return widths;
}

/** Lines without trailing blanks. Colours go around the text only, so columns stay aligned with and without them. */
export function tableLines(rows: readonly Row[], widths: readonly number[] = widthsOf(rows)): string[] {
  return rows.map((row) => {
    const last = row.findLastIndex((cell) => textOf(cell) !== '');
    return row
      .slice(0, last + 1)
      .map((cell, column) => {
        const text = textOf(cell);
        const painted = typeof cell === 'string' || cell.paint === undefined ? text : cell.paint(text);
        const padding = column === last ? 0 : Math.max(0, (widths[column] ?? 0) - [...text].length);
        return painted + ' '.repeat(padding);
      })
      .join(gutter);
  });
}

function textOf(cell: Cell | string): string {
  return typeof cell === 'string' ? cell : cell.text;
}
