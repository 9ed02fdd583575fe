import type { ImageView } from '../view/image-view.ts';

/** A label and what is said under it; nothing is said of what is undefined. */
export type Fact = readonly [label: string, value: string | undefined];

/** The head of a screen: a fact a line. */
export function factLines(facts: readonly Fact[]): string[] {
  return facts
    .filter(([, value]) => value !== undefined)
    .map(([label, value]) => `${label.padEnd(17)}${value}`.trimEnd());
}

export function imageFacts(images: readonly ImageView[]): Fact[] {
  return images.map(({ image, tags }, index) => [
    index === 0 ? 'Images:' : '',
    tags.length === 0 ? image : `${image} (${tags.join(', ')})`,
  ]);
}
