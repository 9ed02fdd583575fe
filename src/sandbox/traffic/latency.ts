/** Upper bounds of Istio's latency histogram, milliseconds; the usual bounds in seconds are among them. */
export const latencyBoundsMs = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
] as const;

/** How long requests take: log-normal, as response times mostly are, given by its median and its 95th percentile. */
export interface LatencyProfile {
  readonly meanMs: number;
  /** Share of the requests at or below each of `latencyBoundsMs`. */
  readonly shares: readonly number[];
}

/** The 95th percentile of the standard normal distribution. */
const z95 = 1.6448536269514722;
const leastMs = 0.01;

/** Few profiles are in use at a time; they are remembered, so that equal ones are the same. */
const rememberedProfiles = 500;

/** Makes profiles, and remembers those it has made. */
export function createLatencyProfiles(): (medianMs: number, p95Ms: number) => LatencyProfile {
  const known = new Map<string, LatencyProfile>();
  return (medianMs, p95Ms) => {
    const key = `${medianMs}/${p95Ms}`;
    const found = known.get(key) ?? latencyProfile(medianMs, p95Ms);
    if (known.size >= rememberedProfiles) known.clear();
    known.set(key, found);
    return found;
  };
}

export function latencyProfile(medianMs: number, p95Ms: number): LatencyProfile {
  const median = Math.max(leastMs, medianMs);
  const sigma = Math.log(Math.max(p95Ms, median * 1.01) / median) / z95;
  return {
    meanMs: median * Math.exp((sigma * sigma) / 2),
    shares: latencyBoundsMs.map((bound) => normalShareBelow(Math.log(bound / median) / sigma)),
  };
}

/** The profile of requests of which each share has its own. */
export function mixedLatency(parts: readonly (readonly [number, LatencyProfile])[]): LatencyProfile {
  const total = parts.reduce((sum, [weight]) => sum + weight, 0);
  const mean = (read: (profile: LatencyProfile) => number) =>
    total === 0 ? 0 : parts.reduce((sum, [weight, profile]) => sum + (weight / total) * read(profile), 0);
  return {
    meanMs: mean(({ meanMs }) => meanMs),
    shares: latencyBoundsMs.map((_, index) => mean(({ shares }) => shares[index] ?? 1)),
  };
}

/** Requests that nobody served are refused at once. */
export const refusedLatency: LatencyProfile = { meanMs: 0.1, shares: latencyBoundsMs.map(() => 1) };

/** Standard normal distribution function, by Abramowitz and Stegun 7.1.26; the error is below 1.5e-7. */
function normalShareBelow(z: number): number {
  const x = Math.abs(z) / Math.SQRT2;
  const t = 1 / (1 + 0.3275911 * x);
  const series =
    ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  const erf = 1 - series * Math.exp(-x * x);
  return z >= 0 ? (1 + erf) / 2 : (1 - erf) / 2;
}
