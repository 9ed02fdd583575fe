import { sleep } from './figures.ts';

const counter = 'controller_clientset_k8s_request_total';

/** Requests of the controller so far by verb and kind, as it tells them itself at `/metrics`. */
export async function requestCounts(metricsPort: number): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const counts = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (!line.startsWith(`${counter}{`)) continue;
    const label = (name: string) => new RegExp(`[{,]${name}="([^"]*)"`).exec(line)?.[1] ?? '';
    const key = `${label('verb').toLowerCase()} ${label('kind')}`;
    counts.set(key, (counts.get(key) ?? 0) + Number(line.slice(line.lastIndexOf(' '))));
  }
  return counts;
}

/** What came between two looks, the most first. */
export function countsSince(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): (readonly [key: string, count: number])[] {
  return [...after]
    .map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .toSorted(([, one], [, other]) => other - one);
}

/** Until the events of the beginning are told: they have a rate of their own, and would count as work of an idle controller. */
export async function eventsTold(metricsPort: number): Promise<void> {
  let before = -1;
  for (;;) {
    const counts = await requestCounts(metricsPort);
    const now = counts.get('create events') ?? 0;
    if (now === before) return;
    before = now;
    await sleep(3000);
  }
}
