import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { GatewayRoute } from '../../src/api/routes.ts';
import type { CanaryStep, Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { everyDefinition, namespace, type Shop, servicesOf, shopRollout, shops } from '../support/shops.ts';

const ref = { type: resources.rollouts, namespace, name: 'shop' };
const shop: Shop = shops['Gateway API'];
const mirror = (percentage?: number): CanaryStep => ({
  setMirrorRoute: {
    name: 'copy',
    match: [{ method: { exact: 'GET' }, path: { prefix: '/' } }],
    ...(percentage !== undefined && { percentage }),
  },
});

const onePod: CanaryStep = { setCanaryScale: { replicas: 1 } };

async function stage(steps: CanaryStep[], crds = everyDefinition()) {
  const simulation = await createSimulation({ crds });
  const apply = (image: string) => simulation.apply(shopRollout(shop, { image, steps }));
  await simulation.apply(...servicesOf(shop), ...shop.objects);
  await apply('shop:v1');
  await simulation.advance(60);
  const read = () =>
    (simulation.get({ type: resources.httpRoutes, namespace, name: 'shop' }) as GatewayRoute).spec;
  const rest = read();
  await apply('shop:v2');
  await simulation.advance(60);
  return {
    simulation,
    spec: read,
    rest,
    status: () => (simulation.get(ref) as Rollout | undefined)?.status ?? {},
    tell: async (status: object) => {
      await simulation.user.patch(ref, { kind: 'merge', body: { status } }, { subresource: 'status' });
      await simulation.advance(60);
    },
  };
}

/** Without `percent`, as the Gateway API was before 1.3: servers drop what they do not know. */
function oldDefinitions(): readonly KubeObject[] {
  const text = (properties: object) => ({ type: 'object', properties });
  const backendRef = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  const filter = text({ type: { type: 'string' }, requestMirror: text({ backendRef }) });
  return everyDefinition().map((definition) => {
    if (definition.metadata.name !== 'httproutes.gateway.networking.k8s.io') return definition;
    const copy = structuredClone(definition) as KubeObject & { spec: { versions: { schema: unknown }[] } };
    for (const version of copy.spec.versions) {
      const { openAPIV3Schema } = version.schema as {
        openAPIV3Schema: {
          properties: { spec: { properties: { rules: { items: { properties: object } } } } };
        };
      };
      Object.assign(openAPIV3Schema.properties.spec.properties.rules.items.properties, {
        filters: { type: 'array', items: filter },
      });
    }
    return copy;
  });
}

describe('a mirror over the Gateway API', () => {
  test('copies requests to the canary, answers none of them, and is gone after an abort', async () => {
    const { simulation, status, spec, rest, tell } = await stage([
      onePod,
      mirror(50),
      { pause: {} },
      mirror(100),
      { pause: {} },
    ]);
    const percent = () => spec().rules?.map((rule) => [rule.name, JSON.stringify(rule['filters'])]);
    const canary = () =>
      simulation.world.traffic
        .edgeFlows(0)
        .filter(({ stream }) => stream.target.podTemplateHash === status().currentPodHash)
        .map(({ stream }) => stream);
    expect(status()).toMatchObject({ phase: 'Paused' });
    expect(percent()).toEqual([
      ['copy', expect.stringContaining('"percent":50')],
      [undefined, undefined],
    ]);
    expect(
      simulation.world.traffic
        .effectiveSplit({ namespace, host: 'shop' })
        .map(({ podTemplateHash }) => podTemplateHash),
    ).toEqual([status().stableRS]);
    expect(canary().length).toBeGreaterThan(0);

    await tell({ pauseConditions: null });
    expect(percent()?.[0]).toEqual(['copy', expect.not.stringContaining('percent')]);
    await tell({ abort: true });
    expect(status()).toMatchObject({ phase: 'Degraded' });
    expect(spec()).toEqual(rest);
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  });

  test('of a share is refused where the definition knows no shares: all requests would be copied', async () => {
    const { simulation, spec, rest } = await stage([onePod, mirror(35), { pause: {} }], oldDefinitions());
    expect(spec()).toEqual(rest);
    const told = simulation
      .list(resources.events, namespace)
      .map((event) => event as KubeObject & { reason: string; message: string })
      .filter(({ reason }) => reason === 'TrafficRoutingError');
    expect(told.map(({ message }) => message)).toEqual([
      expect.stringContaining('no requestMirror.percent, which the Gateway API has since 1.3'),
    ]);
    await simulation.stop();
  });

  test('of all requests needs no such member', async () => {
    const { simulation, status, spec } = await stage([onePod, mirror(), { pause: {} }], oldDefinitions());
    expect(status()).toMatchObject({ phase: 'Paused' });
    expect(spec().rules).toHaveLength(2);
    await simulation.stop();
  });
});
