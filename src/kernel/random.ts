/** One stream of random numbers; two streams never influence each other. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform integer in [0, bound). */
  below(bound: number): number;
  /** A stream of its own, the same for the same seed and name, whatever was drawn from this one. */
  fork(name: string): Random;
}

/** A named, seeded stream: `random(7).fork('jitter/rollout/shop')`. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    // mulberry32, public domain (Tommy Ettinger): enough for jitter and simulation, not for secrets
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  return {
    next,
    below: (bound) => Math.floor(next() * bound),
    fork: (name) => random(fnv1a32(`${seed}/${name}`)),
  };
}

/** FNV-1a, 32 bits, over the UTF-8 bytes of `text` (http://www.isthe.com/chongo/tech/comp/fnv/). */
export function fnv1a32(text: string | Uint8Array): number {
  const bytes = typeof text === 'string' ? new TextEncoder().encode(text) : text;
  let hash = 0x811c9dc5;
  for (let index = 0; index < bytes.length; index += 1) {
    hash = Math.imul(hash ^ (bytes[index] as number), 0x01000193);
  }
  return hash >>> 0;
}
