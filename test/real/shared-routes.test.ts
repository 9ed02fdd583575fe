import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { type Cluster, fieldManager } from '../../src/ports/cluster.ts';
import { objectsIn } from '../support/settings.ts';
import { ofCart, type Shared, shared } from '../support/shared-routes.ts';
import { inNamespace, pair, service, shopRollout, tester } from '../support/shops.ts';
import { eventually } from './support/processes.ts';
import { type RoutePlane, startRoutePlane } from './support/route-plane.ts';

/** How git's manifests come to the cluster. */
const ways = {
  'by client-side apply': [],
  'by server-side apply with force': ['--server-side', '--force-conflicts', '--field-manager=git'],
} as const;
const rows = Object.keys(shared).flatMap((what) =>
  Object.keys(ways).map((how) => [what, how as keyof typeof ways] as const),
);

describe('two Rollouts that share a route, which git writes again in the middle of both releases', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-shared-'));
  let stage: RoutePlane;
  let cluster: Cluster;
  beforeAll(async () => {
    stage = await startRoutePlane({
      vendors: ['istio', 'gateway-api'],
      definitions: objectsIn('crds'),
      types: [resources.virtualServices, resources.httpRoutes],
    });
    cluster = stage.cluster;
  });
  afterAll(async () => {
    await stage?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(rows)('%s, %s', async (what, how) => {
    const namespace = `row-${rows.findIndex(([one, other]) => one === what && other === how)}`;
    const row: Shared = shared[what] as Shared;
    const { routing, type, byHeader, weighed } = row;
    const route = inNamespace(row.object, namespace);
    const header: CanaryStep[] =
      byHeader === undefined ? [] : [{ setHeaderRoute: { name: byHeader, match: tester } }];
    const steps = [{ setWeight: 25 }, ...header, { pause: {} }];
    const release = (image: string) =>
      inNamespace(shopRollout({ routing, objects: [] }, { image, steps }), namespace) as KubeObject;
    const services = Object.values(pair).map((name) => inNamespace(service(name), namespace));
    const write = async (args: readonly string[], ...items: readonly KubeObject[]) => {
      const file = join(folder, `${namespace}.json`);
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
      const told = await stage.kubectl(['apply', ...args, '--namespace', namespace, '--filename', file]);
      if (told.code !== 0) throw new Error(told.text);
    };
    const fromGit = (...items: readonly KubeObject[]) => write(ways[how], ...items);
    const read = async (name: string) => (await cluster.get({ type, namespace, name })) as KubeObject;
    const refOf = (name: string) => ({ type: resources.rollouts, namespace, name });
    const tell = (name: string, status: object) =>
      cluster.patch(refOf(name), { kind: 'merge', body: { status } }, { subresource: 'status' });
    const phases = (shop: string, cart: string) =>
      eventually(`${shop} and ${cart}`, async () => {
        for (const [name, wanted] of Object.entries({ shop, cart })) {
          const { metadata, status = {} } = (await cluster.get(refOf(name))) as Rollout;
          const isRead = status.observedGeneration === String(metadata.generation);
          if (status.phase !== wanted || !isRead)
            throw new Error(`${name}: ${status.phase} ${status.message}`);
        }
        return true;
      });
    const atRest = (name: string) => [[`to-${name}`, 100, 0]];
    const moved = (name: string) => [
      ...(byHeader === undefined ? [] : [[byHeader.replace('shop', name), 100]]),
      [`to-${name}`, 75, 25],
    ];
    const show = (shop: typeof atRest, cart: typeof atRest) =>
      eventually('both to show their own weights', async () => {
        for (const [name, wanted] of [
          ['shop', shop],
          ['cart', cart],
        ] as const) {
          expect(row.shows(await read(weighed?.(name) ?? 'both'), name)).toEqual(wanted(name));
        }
        return true;
      });

    await stage.kubectl(['create', 'namespace', namespace]);
    await fromGit(
      route,
      ...services,
      ...services.map(ofCart),
      release('shop:v1'),
      ofCart(release('shop:v1')),
    );
    await phases('Healthy', 'Healthy');
    await fromGit(release('shop:v2'), ofCart(release('shop:v2')));
    await phases('Paused', 'Paused');
    await show(moved, moved);
    for (const text of ['once', 'twice']) {
      const labels = { written: text };
      await fromGit({ ...route, metadata: { ...route.metadata, labels } });
      await show(moved, moved);
    }
    await tell('shop', { abort: true });
    await phases('Degraded', 'Paused');
    await show(atRest, moved);
    await fromGit(route);
    await show(atRest, moved);
    await tell('cart', { pauseConditions: null });
    await phases('Degraded', 'Healthy');
    await show(atRest, atRest);

    await eventually('nothing of the route to be ours', async () => {
      const managers = ((await read('both')).metadata.managedFields ?? []) as { manager: string }[];
      expect(managers.map(({ manager }) => manager)).not.toContain(fieldManager);
      return true;
    });
    // another path is another list: whoever else owned it would be in the way of an apply without force
    const elsewhere = JSON.parse(JSON.stringify(route).replaceAll('"/cart"', '"/basket"')) as KubeObject;
    await write(
      ways[how].filter((arg) => arg !== '--force-conflicts'),
      elsewhere,
    );
    expect(JSON.stringify(await read('both'))).toContain('"/basket"');
    await show(atRest, atRest);
    expect(stage.complaints).toEqual([]);
  });
});
