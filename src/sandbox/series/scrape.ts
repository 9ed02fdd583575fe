/** How often the sandbox's Prometheus looks. Istio's and most charts' default. */
export const scrapeIntervalMs = 15_000;

/** The scrapes from `fromMs` to `toMs`, both included. They stand at multiples of the interval, the same in every run. */
export function scrapeTimes(fromMs: number, toMs: number): number[] {
  const times: number[] = [];
  for (let at = Math.ceil(fromMs / scrapeIntervalMs) * scrapeIntervalMs; at <= toMs; at += scrapeIntervalMs) {
    times.push(at);
  }
  return times;
}
