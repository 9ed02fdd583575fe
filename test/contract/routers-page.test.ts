import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import { namedRouters, type RouterCapability, type RouterKind } from '../../src/api/split.ts';
import type { Rollout, TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { routers } from '../../src/routers/registry.ts';
import { createSimulation } from '../../src/sim/simulation.ts';
import { gateway, kinds } from '../routers/support.ts';
import { everyDefinition, namespace, pair, service, shopRollout } from '../support/shops.ts';

const page = readFileSync(resolve(__dirname, '../../docs/routers.md'), 'utf8');
const titles: Readonly<Record<string, RouterKind>> = {
  Istio: 'istio',
  NGINX: 'nginx',
  ALB: 'alb',
  SMI: 'smi',
  Ambassador: 'ambassador',
  'App Mesh': 'appMesh',
  Traefik: 'traefik',
  APISIX: 'apisix',
  'Gateway API': gateway,
};

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
const [head = '', , ...lines] = page.split('\n').filter((line) => line.startsWith('|'));

test('the table says what the routers declare', () => {
  const columns = cellsOf(head).slice(1);
  expect(columns.map((title) => titles[title])).toEqual([...kinds]);
  const told = lines.map(cellsOf).map(([ability = '', ...cells]) => ({
    ability: /^`(\w+)`/.exec(ability)?.[1] as RouterCapability,
    able: columns.filter((_, index) => cells[index] === 'yes').map((title) => titles[title]),
  }));
  const declared = kinds.flatMap((kind) => [...(routers[kind]?.capabilities ?? [])]);
  expect(told.map(({ ability }) => ability).sort()).toEqual([...new Set(declared)].sort());
  for (const { ability, able } of told) {
    expect({ [ability]: able }).toEqual({
      [ability]: kinds.filter((kind) => routers[kind]?.capabilities.has(ability)),
    });
  }
});

interface Example {
  readonly title: string;
  readonly routing: TrafficRouting;
  readonly objects: readonly KubeObject[];
}

const examples = page
  .split(/^### /m)
  .slice(1)
  .flatMap((section): Example[] => {
    const title = section.slice(0, section.indexOf('\n'));
    return [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = '']) => {
      const [first, ...objects] = parseAllDocuments(text).map((document) => document.toJS() as never);
      const { trafficRouting } = first as unknown as { trafficRouting: TrafficRouting };
      return { title, routing: trafficRouting, objects: objects as KubeObject[] };
    });
  });

test('every router has an example under its name', () => {
  expect(examples.map(({ title, routing }) => [titles[title], namedRouters(routing)])).toEqual(
    examples.map(({ title }) => [titles[title], [titles[title]]]),
  );
  expect(new Set(examples.map(({ title }) => title))).toEqual(new Set(Object.keys(titles)));
});

test.each(examples.map((example, index) => [`${index + 1}, ${example.title},`, example] as const))(
  'example %s carries a release',
  async (_, { routing, objects }) => {
    const simulation = await createSimulation({ crds: everyDefinition() });
    const ref = { type: resources.rollouts, namespace, name: 'shop' };
    const status = () => (simulation.get(ref) as Rollout | undefined)?.status;
    const shop = (image: string) =>
      shopRollout({ routing, objects }, { image, steps: [{ setWeight: 25 }, { pause: {} }] });
    const here = objects.map((object) => ({ ...object, metadata: { ...object.metadata, namespace } }));
    await simulation.apply(...[...Object.values(pair), 'shop'].map(service), ...here, shop('shop:v1'));
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Healthy' });
    await simulation.apply(shop('shop:v2'));
    await simulation.advance(60);
    expect(status()).toMatchObject({ phase: 'Paused', canary: { weights: { canary: { weight: 25 } } } });
    await simulation.user.patch(
      ref,
      { kind: 'merge', body: { status: { pauseConditions: null } } },
      { subresource: 'status' },
    );
    await simulation.advance(120);
    expect(status()).toMatchObject({ phase: 'Healthy', canary: { weights: { canary: { weight: 0 } } } });
    expect(simulation.violations).toEqual([]);
    await simulation.stop();
  },
);
