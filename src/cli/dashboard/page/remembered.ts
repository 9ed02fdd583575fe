/** What the browser keeps for one person; nothing when it may not. */
const prefix = 'sluice.';

function read(key: string): string | null {
  try {
    return localStorage.getItem(prefix + key);
  } catch {
    return null; // storage is switched off
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(prefix + key, value);
  } catch {
    // then it is forgotten with the page
  }
}

export const remembered = {
  favourites: (): string[] => {
    try {
      return JSON.parse(read('favourites') ?? '[]') as string[];
    } catch {
      return [];
    }
  },
  setFavourites: (names: readonly string[]) => write('favourites', JSON.stringify(names)),
  view: () => read('view') ?? 'cards',
  setView: (view: 'cards' | 'table') => write('view', view),
};
