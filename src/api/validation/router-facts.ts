import type { RouterCapability } from '../split.ts';

/** What validation knows of one configured router. */
export interface RouterFacts {
  readonly kind: string;
  readonly supported: boolean;
  readonly capabilities: ReadonlySet<RouterCapability>;
  readonly problems: readonly { readonly path: string; readonly value: string; readonly detail: string }[];
}
