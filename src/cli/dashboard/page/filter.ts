import type { RolloutInfo } from '../info-types.ts';

/** What a person wants to see of a list. */
export interface Filter {
  /** Words that all must fit: part of a name, `"exact"`, `label:value`, each with `!` for the contrary. */
  readonly search: string;
  /** Phases; none: all. */
  readonly phases: readonly string[];
  readonly onlyFavourites: boolean;
  readonly onlyNeedingAttention: boolean;
}

export const everything: Filter = {
  search: '',
  phases: [],
  onlyFavourites: false,
  onlyNeedingAttention: false,
};

/** What is to be seen: favourites first, then by name. */
export function filtered(
  infos: readonly RolloutInfo[],
  filter: Filter,
  favourites: ReadonlySet<string>,
): RolloutInfo[] {
  const tests = filter.search.split(/\s+/).filter(Boolean).map(testOf);
  const isShown = (info: RolloutInfo) =>
    (filter.phases.length === 0 || filter.phases.includes(info.status)) &&
    (!filter.onlyFavourites || favourites.has(keyOf(info))) &&
    (!filter.onlyNeedingAttention || info.sluice.needsAttention) &&
    tests.every((test) => test(info));
  const rank = (info: RolloutInfo) => (favourites.has(keyOf(info)) ? 0 : 1);
  return infos
    .filter(isShown)
    .sort(
      (left, right) => rank(left) - rank(right) || left.objectMeta.name.localeCompare(right.objectMeta.name),
    );
}

/** How a favourite is remembered. */
export function keyOf({ objectMeta }: RolloutInfo): string {
  return `${objectMeta.namespace}/${objectMeta.name}`;
}

type Test = (info: RolloutInfo) => boolean;

function testOf(word: string): Test {
  if (word.startsWith('!') && word.length > 1) {
    const test = testOf(word.slice(1));
    return (info) => !test(info);
  }
  const exact = /^"(.*)"$/.exec(word)?.[1];
  if (exact !== undefined) return ({ objectMeta }) => objectMeta.name === exact;
  const colon = word.indexOf(':');
  if (colon > 0) {
    const [label, value] = [word.slice(0, colon), word.slice(colon + 1)];
    return ({ objectMeta }) => {
      const found = objectMeta.labels?.[label];
      return found !== undefined && (value === '' || found === value);
    };
  }
  const part = word.toLowerCase();
  return ({ objectMeta }) => objectMeta.name.toLowerCase().includes(part);
}
