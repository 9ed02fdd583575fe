import type { KubeObject } from '../../../src/api/meta.ts';
import { random } from '../../../src/kernel/random.ts';
import { createTraffic, type Traffic } from '../../../src/sandbox/traffic/data-plane.ts';
import {
  destinationRule,
  ingress,
  object,
  pod,
  sandbox,
  service,
  slice,
  to,
  trafficStage,
  virtualService,
} from '../support.ts';

const services = ['shop', 'shop-stable', 'shop-canary', 'cart'];
const podNames = ['old-0', 'old-1', 'new-0', 'new-1'];

/** Changes of every kind that the data plane hears of; each takes a number below 4. */
const changes: readonly ((choice: number) => KubeObject)[] = [
  (choice) => service(services[choice] as string, choice === 1 ? sandbox({ 'requests-per-second': 7 }) : {}),
  (choice) => slice(services[choice] as string, podNames.slice(choice)),
  (choice) => slice(services[choice] as string, podNames.slice(0, choice)),
  (choice) => pod(podNames[choice] as string, choice < 2 ? 'old' : 'new', sandbox({ 'error-rate': 0.1 })),
  (choice) => pod(podNames[choice] as string, 'new', sandbox({ 'max-requests-per-second': 3 + choice })),
  (choice) => pod(podNames[choice] as string, 'old', sandbox({ 'error-rate-after': `${20 + choice}s=0.5` })),
  (choice) => virtualService([{ route: [to('shop-stable', 100 - choice), to('shop-canary', choice)] }]),
  (choice) => virtualService([{ route: [to('shop', 90, 'stable'), to('shop', 10, `s${choice}`)] }]),
  (choice) =>
    virtualService([
      { match: [{ method: { exact: 'PUT' } }], route: [to('cart')] },
      { route: [to(services[choice] as string)] },
    ]),
  (choice) => virtualService([{ delegate: { name: 'inner' } }, { route: [to(services[choice] as string)] }]),
  (choice) =>
    object('VirtualService', 'inner', { spec: { http: [{ route: [to(services[choice] as string)] }] } }),
  (choice) => destinationRule('shop', { stable: 'old', [`s${choice}`]: 'new' }),
  (choice) =>
    ingress('web', services[choice] as string, undefined, { 'kubernetes.io/ingress.class': 'nginx' }),
  (choice) =>
    ingress('web-canary', services[choice] as string, undefined, {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': String(choice * 10),
    }),
  (choice) =>
    object('TrafficSplit', 'split', {
      spec: {
        service: 'cart',
        backends: [
          { service: 'shop-stable', weight: choice },
          { service: 'shop', weight: 2 },
        ],
      },
    }),
  (choice) =>
    object('HTTPRoute', 'web', {
      spec: {
        parentRefs: [{ name: 'edge' }],
        rules: [
          {
            backendRefs: [
              { name: services[choice], weight: choice },
              { name: 'cart', weight: 1 },
            ],
          },
        ],
      },
    }),
  (choice) =>
    object('Gateway', 'edge', {
      spec: { listeners: [{ name: 'a', hostname: choice < 2 ? '*' : 'x.y' }].slice(choice % 2) },
    }),
];

/** What flows now: each stream by its key, with its counts in the next ten seconds. */
function flowsOf(traffic: Traffic, atMs: number): Record<string, number[]> {
  const rows = [...traffic.edgeFlows(atMs), ...traffic.podFlows(atMs)].map(({ key, flow }) => {
    const [before, after] = [flow.countsAt(atMs), flow.countsAt(atMs + 10_000)];
    return [
      key,
      [...after].map((count, index) => Number((count - (before[index] as number)).toFixed(6))),
    ] as const;
  });
  return Object.fromEntries(rows.filter(([, counts]) => counts.some((count) => count > 0)).sort());
}

test.each([1, 2, 3, 4, 5, 6])(
  'after any change the data plane is what it would be from scratch (seed %i)',
  async (seed) => {
    const chance = random(seed);
    const stage = trafficStage();
    for (let step = 0; step < 60; step += 1) {
      const make = changes[chance.below(changes.length)] as (choice: number) => KubeObject;
      const changed = make(chance.below(4));
      if (chance.below(4) === 0) stage.remove(changed.kind, changed.metadata.name);
      else stage.put(changed);
      await stage.clock.advanceBy(chance.below(3));
      const fresh = createTraffic({ clock: stage.clock, feed: stage.store, random: random(1) });
      const now = stage.clock.now();
      expect(flowsOf(stage.traffic, now)).toEqual(flowsOf(fresh, now));
      for (const host of [...services, 'shop.example.com']) {
        const ref = { namespace: 'shop', host };
        const split = (traffic: Traffic) =>
          [...traffic.effectiveSplit(ref)].sort((one, other) =>
            one.podTemplateHash < other.podTemplateHash ? -1 : 1,
          );
        expect(split(stage.traffic)).toEqual(
          split(fresh).map((entry) => ({ ...entry, share: expect.closeTo(entry.share) })),
        );
      }
      fresh.stop();
    }
  },
);
