import { type BackOff, backOffSeconds } from '../../kernel/back-off.ts';
import { type Clock, until } from '../../kernel/clock.ts';
import { messageOf } from '../../kernel/errors.ts';
import { addSeconds, type Instant } from '../../kernel/instant.ts';
import type { Random } from '../../kernel/random.ts';
import type { AwsLoadBalancer, LoadBalancerApi, Page } from '../../ports/load-balancers.ts';
import type { Description, LoadBalancer } from './load-balancer.ts';

/** Who asks for a description, since when it matters, and whom to tell when there is a newer one. */
export interface Reader {
  readonly id: string;
  /** A description that was begun earlier says nothing about what was changed at this instant. */
  readonly since: Instant;
  heard(): void;
}

export interface Reading {
  /** When it was begun. */
  readonly at: Instant;
  readonly says: Description;
}

/** Reads load balancers for everybody who waits for them. */
export interface LoadBalancerReader {
  /** The latest description of the load balancer with this DNS name, if one was begun late enough. Asks for a newer one when it is due. */
  read(dnsName: string, reader: Reader): Reading | undefined;
}

/** One load balancer is described at most this often, however many wait for it: the peer's pause between two looks. */
const pauseSeconds = 10;
/** Calls of one process, below the 10 a second that an account is given; each takes its turn. */
const callsPerSecond = 8;
/** After an error everything rests: throttling is the account's, not that of one load balancer. */
const rest: BackOff = { firstSeconds: 2, longestSeconds: 120, jitter: 0.5 };
/** The API's limit of one DescribeTags. */
const mostArns = 20;
/** Pages of one list: 400 each of load balancers and target groups, 100 rules. An answer without an end is a mistake. */
const mostPages = 50;
/** Load balancers remembered; beyond, the one that was asked for longest ago is described anew. */
const mostRemembered = 1000;

interface Known {
  latest: Reading | undefined;
  isUnderWay: boolean;
  readonly readers: Map<string, () => void>;
}

export function loadBalancerReader(
  api: LoadBalancerApi,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
): LoadBalancerReader {
  const known = new Map<string, Known>();
  let names = new Map<string, AwsLoadBalancer>();
  let naming: Promise<void> | undefined;
  let nextCallAt = clock.now();
  let restUntil = clock.now();
  let failures = 0;

  /** Every call waits for its turn. */
  const call = async <T>(send: () => Promise<T>): Promise<T> => {
    const now = clock.now();
    const at = nextCallAt > now ? nextCallAt : now;
    nextCallAt = addSeconds(at, 1 / callsPerSecond);
    if (at > now) await until(clock, at);
    return send();
  };

  const allPages = async <T>(page: (marker?: string) => Promise<Page<T>>): Promise<T[]> => {
    const items: T[] = [];
    let marker: string | undefined;
    for (let read = 0; read < mostPages; read += 1) {
      const answer = await call(() => page(marker));
      items.push(...answer.items);
      marker = answer.marker;
      if (marker === undefined || marker === '') return items;
    }
    throw new Error(`the answer has more than ${mostPages} pages`);
  };

  /** All names of the account are read together, whoever asks. */
  const learnNames = (): Promise<void> => {
    naming ??= allPages((marker) => api.loadBalancers(marker))
      .then((all) => {
        names = new Map(all.map((each) => [each.dnsName, each]));
      })
      .finally(() => {
        naming = undefined;
      });
    return naming;
  };

  const describe = async (dnsName: string): Promise<Description> => {
    if (!names.has(dnsName)) await learnNames();
    const balancer = names.get(dnsName);
    if (balancer === undefined) return { missing: true };
    try {
      return { found: await describeOne(balancer) };
    } catch (error) {
      if (isGone(error)) names.delete(dnsName);
      throw error;
    }
  };

  const describeOne = async (balancer: AwsLoadBalancer): Promise<LoadBalancer> => {
    const groups = await allPages((marker) => api.targetGroups(balancer.arn, marker));
    const tags = new Map<string, Readonly<Record<string, string>>>();
    for (let first = 0; first < groups.length; first += mostArns) {
      const arns = groups.slice(first, first + mostArns).map(({ arn }) => arn);
      for (const each of await call(() => api.tags(arns))) tags.set(each.arn, each.tags);
    }
    const listeners = await allPages((marker) => api.listeners(balancer.arn, marker));
    const rules = [];
    for (const listener of listeners)
      rules.push(...(await allPages((marker) => api.rules(listener, marker))));
    return {
      ...balancer,
      targetGroups: groups.map((group) => ({ ...group, tags: tags.get(group.arn) ?? {} })),
      rules,
    };
  };

  const describeOrSayWhyNot = async (dnsName: string): Promise<Description> => {
    try {
      const says = await describe(dnsName);
      failures = 0;
      return says;
    } catch (error) {
      failures += 1;
      restUntil = addSeconds(clock.now(), backOffSeconds(rest, failures, random));
      return { error: messageOf(error) };
    }
  };

  const renew = async (dnsName: string, state: Known): Promise<void> => {
    const at = dueAt(state);
    if (at > clock.now()) await until(clock, at);
    const begunAt = clock.now();
    state.latest = { at: begunAt, says: await describeOrSayWhyNot(dnsName) };
    state.isUnderWay = false;
    const waiting = [...state.readers.values()];
    state.readers.clear();
    for (const heard of waiting) heard();
  };

  const dueAt = ({ latest }: Known): Instant => {
    const due = latest === undefined ? clock.now() : addSeconds(latest.at, pauseSeconds);
    return due > restUntil ? due : restUntil;
  };

  const stateOf = (dnsName: string): Known => {
    const state = known.get(dnsName) ?? { latest: undefined, isUnderWay: false, readers: new Map() };
    known.delete(dnsName);
    known.set(dnsName, state); // the last one now
    if (known.size > mostRemembered) known.delete(known.keys().next().value as string);
    return state;
  };

  return {
    read(dnsName, { id, since, heard }) {
      const state = stateOf(dnsName);
      const { latest } = state;
      const isUsable = latest !== undefined && latest.at >= since;
      if (isUsable && addSeconds(latest.at, pauseSeconds) > clock.now()) return latest;
      state.readers.set(id, heard);
      if (!state.isUnderWay) {
        state.isUnderWay = true;
        void renew(dnsName, state);
      }
      return isUsable ? latest : undefined;
    },
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Error && error.name.startsWith('LoadBalancerNotFound');
}
