import type { Clock } from '../../kernel/clock.ts';
import type { Change, Store } from '../store.ts';

/** What the server's watch cache showed some time ago. */
export interface Past {
  /** The newest version that was there `secondsAgo`, or before that the newest one this has seen shown. */
  revisionAt(secondsAgo: number): number;
  stop(): void;
}

/** Remembers when which version was written, as far back as `longestSeconds`. */
export function rememberPast(store: Store, clock: Clock, longestSeconds: number): Past {
  const written: { readonly atMs: number; readonly revision: number }[] = [
    { atMs: Number.NEGATIVE_INFINITY, revision: store.revision() },
  ];
  let shown = 0;
  const unsubscribe = store.onChange(({ revision }: Change) => {
    const atMs = clock.now();
    written.push({ atMs, revision });
    while (written.length > 2 && (written[1]?.atMs ?? atMs) < atMs - longestSeconds * 1000) written.shift();
  });
  return {
    revisionAt(secondsAgo) {
      const thenMs = clock.now() - secondsAgo * 1000;
      const found = written.findLast(({ atMs }) => atMs <= thenMs) ?? written[0];
      shown = Math.max(shown, found?.revision ?? 0);
      return shown;
    },
    stop: unsubscribe,
  };
}
