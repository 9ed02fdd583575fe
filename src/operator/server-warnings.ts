import type { Log } from '../kernel/log.ts';

/** More different warnings than a server has; beyond, all may be told again. */
const mostWarnings = 200;

/**
 * Tells each warning of the API server once: of a field of ours that the cluster's definitions do not know, so that it is dropped,
 * and of an API that is about to go. RFC 7234 5.5: `299 - "text"`, several after commas.
 */
export function serverWarnings(log: Log): (header: string | readonly string[] | undefined) => void {
  const told = new Set<string>();
  return (header) => {
    if (header === undefined) return;
    for (const text of textsOf([header].flat().join())) {
      if (told.has(text)) continue;
      if (told.size >= mostWarnings) told.clear();
      told.add(text);
      log.warn('The API server warns.', { warning: text, ...helpFor(text) });
    }
  };
}

function textsOf(header: string): string[] {
  return [...header.matchAll(/299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] as string).replaceAll(/\\(.)/g, '$1'),
  );
}

function helpFor(text: string): { help?: string } {
  if (!text.startsWith('unknown field')) return {};
  return {
    help: 'The definition in the cluster does not know this field, and drops it. If it is one of ours, install ours: kubectl apply --server-side --force-conflicts -k config/crds',
  };
}
