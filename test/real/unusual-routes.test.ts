import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { objectsIn, vendorCrds } from '../support/settings.ts';
import { inNamespace, pair, service, shopRollout, typeOf } from '../support/shops.ts';
import { differences, unusual } from '../support/unusual-routes.ts';
import { eventually } from './support/processes.ts';
import { type RoutePlane, startRoutePlane } from './support/route-plane.ts';

const vendors = ['istio', 'gateway-api', 'traefik-traefikservice', 'apisix'];
const types = [
  resources.virtualServices,
  resources.destinationRules,
  resources.httpRoutes,
  resources.grpcRoutes,
  resources.traefikServices,
  resources.apisixRoutes,
];

describe('routes of legal and rare shapes, under the vendors’ own definitions, on a real API server', () => {
  let stage: RoutePlane;
  let cluster: Cluster;
  beforeAll(async () => {
    stage = await startRoutePlane({
      vendors,
      definitions: [...objectsIn('crds'), ...vendorCrds()],
      types,
    });
    cluster = stage.cluster;
    await stage.kubectl(['create', 'namespace', 'infra']);
  });
  afterAll(() => stage?.stop());

  const phase = (namespace: string, name: string, wanted: string) =>
    eventually(`${name} to be ${wanted}`, async () => {
      const rollout = (await cluster.get({ type: resources.rollouts, namespace, name })) as
        | Rollout
        | undefined;
      const { phase: found, message, observedGeneration } = rollout?.status ?? {};
      if (found === wanted && observedGeneration === String(rollout?.metadata.generation)) return true;
      throw new Error(`${found} ${message}`);
    });
  const tell = (namespace: string, name: string, status: object) =>
    cluster.patch(
      { type: resources.rollouts, namespace, name },
      { kind: 'merge', body: { status } },
      { subresource: 'status' },
    );
  const same = (what: string, told: () => Promise<unknown>, wanted: unknown) =>
    eventually(what, async () => {
      expect(await told()).toEqual(wanted);
      return true;
    });

  test.each(Object.entries(unusual).map(([title, row], index) => [title, index, row] as const))(
    '%s',
    async (_, index, row) => {
      const namespace = `row-${index}`;
      const { routing, objects, differs, stays = [] } = inNamespace(row, namespace);
      const read = () =>
        Promise.all(
          objects.map(async (object) => {
            const { namespace: where, name } = object.metadata;
            return (await cluster.get({ type: typeOf(object), namespace: where, name })) as KubeObject;
          }),
        );
      const release = (image: string): KubeObject =>
        inNamespace(
          shopRollout({ routing, objects }, { image, steps: [{ setWeight: 25 }, { pause: {} }] }),
          namespace,
        ) as unknown as KubeObject;
      const elsewhere = objects.filter(({ metadata }) => metadata.namespace === 'infra');
      await stage.kubectl(['create', 'namespace', namespace]);
      await stage.apply(
        namespace,
        ...Object.values(pair).map((name) => inNamespace(service(name), namespace)),
        ...objects.filter((object) => !elsewhere.includes(object)),
      );
      if (elsewhere.length > 0) await stage.apply('infra', ...elsewhere);
      const original = await read();
      const told = async () => {
        const now = await read();
        return original.flatMap((object, at) => differences(object, now[at] as KubeObject)).sort();
      };
      await stage.apply(namespace, release('shop:v1'));
      await phase(namespace, 'shop', 'Healthy');
      await stage.apply(namespace, release('shop:v2'));
      await phase(namespace, 'shop', 'Paused');
      await same('nothing but the weights to differ', told, [...differs].sort());
      await tell(namespace, 'shop', { pauseConditions: null });
      await phase(namespace, 'shop', 'Healthy');
      await same('nothing to be left', told, [...stays].sort());
      expect(stage.complaints).toEqual([]);
    },
  );
});
