import type { ReplicaSetView } from './replica-set-view.ts';

/** An image that pods run now. */
export interface ImageView {
  readonly image: string;
  /** `stable`, `canary`, `Σ:baseline`…; empty for an older revision. */
  readonly tags: readonly string[];
}

/** Stands for an experiment, as the peer's command prints it. */
export const experimentSymbol = 'Σ';

/** The images of all pods that there are, sorted, each with what its pods are. */
export function viewImages(replicaSets: readonly ReplicaSetView[]): ImageView[] {
  const tagsOf = new Map<string, Set<string>>();
  for (const { roles, template, images, pods } of replicaSets) {
    if (pods.length === 0) continue;
    for (const image of images) {
      const tags = tagsOf.get(image) ?? new Set<string>();
      tagsOf.set(image, tags);
      for (const tag of template === undefined ? roles : [`${experimentSymbol}:${template}`]) tags.add(tag);
    }
  }
  return [...tagsOf]
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([image, tags]) => ({ image, tags: [...tags] }));
}
