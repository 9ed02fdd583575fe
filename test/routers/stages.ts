import type { KubeObject } from '../../src/api/meta.ts';
import { additional, copy, type Kind, render, split, testers, unreleased } from './support.ts';

export interface Stage {
  readonly title: string;
  readonly objects: readonly KubeObject[];
}

/** What a router makes of the shop's objects from stage to stage of one release. What it cannot do leaves no trace. */
export function stagesOf(kind: Kind): readonly Stage[] {
  const splits = {
    'weight 0': split(0),
    'weight 30': split(30),
    'weight 30, with an experiment': split(30, { additional }),
    'weight 30, with a header route': split(30, { headerRoutes: [testers] }),
    'weight 30, with a header route and a mirror': split(30, {
      headerRoutes: [testers],
      mirrorRoutes: [copy],
    }),
    'weight 100': split(100),
    'after the release': split(0),
  };
  let current = unreleased(kind);
  return Object.entries(splits).map(([title, wanted]) => {
    current = [...render(kind, wanted, current)];
    return { title, objects: current.filter((object) => object !== undefined) };
  });
}
