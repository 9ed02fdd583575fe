import { type Annotations, trafficAnnotations } from './annotations.ts';
import type { RequestClass } from './route.ts';

/**
 * The kinds of requests that arrive: those with a header, as the annotation says, and the others, spread evenly over
 * the paths that the routes serve.
 */
export function requestClasses(annotations: Annotations, paths: readonly string[]): RequestClass[] {
  const withHeader = parseHeaderShares(annotations[trafficAnnotations.requestsWithHeader]);
  const plainShare = Math.max(0, 1 - withHeader.reduce((sum, { share }) => sum + share, 0));
  const served = paths.length === 0 ? ['/'] : paths;
  const kinds = [{ headers: {}, share: plainShare }, ...withHeader].filter(({ share }) => share > 0);
  return served.flatMap((path) =>
    kinds.map(({ headers, share }) => ({ path, headers, share: share / served.length })),
  );
}

/** `x-tester: yes = 0.05; x-beta: on = 0.1` */
function parseHeaderShares(text = ''): { headers: Record<string, string>; share: number }[] {
  return text.split(';').flatMap((part) => {
    const match = /^\s*([\w-]+)\s*:\s*(.*?)\s*=\s*([\d.]+)\s*$/.exec(part);
    if (match === null) return [];
    const [, name = '', value = '', share] = match;
    return [{ headers: { [name.toLowerCase()]: value }, share: Number(share) }];
  });
}
