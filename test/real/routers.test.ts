import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import type { KubeObject } from '../../src/api/meta.ts';
import { apiVersionOf, type ResourceType, resources } from '../../src/api/resources.ts';
import type { Rollout } from '../../src/api/v1alpha1/rollout.ts';
import { sameJson } from '../../src/kernel/same-json.ts';
import { type Cluster, servedAs } from '../../src/ports/cluster.ts';
import { stagesOf } from '../routers/stages.ts';
import { kinds, routerOf } from '../routers/support.ts';
import { objectsIn, vendorCrds } from '../support/settings.ts';
import { permissive, typeOf } from '../support/shops.ts';
import { eventually } from './support/processes.ts';
import { judged, refused, unused } from './support/rights.ts';
import { data, type RoutePlane, startRoutePlane } from './support/route-plane.ts';
import { routesWithoutExample, weightsIn } from './support/routes.ts';

const vendors = ['istio', 'gateway-api', 'smi-trafficsplit', 'traefik-traefikservice', 'apisix'];

/** What a user sees in the route, at rest and at each stop of a release. */
interface Example {
  readonly title: string;
  readonly namespace: string;
  readonly objects: () => readonly KubeObject[];
  readonly type: ResourceType;
  readonly name: string;
  readonly shows: (route: KubeObject | undefined) => unknown;
  readonly rest: unknown;
  /** The stop is a pause, or an experiment, which nothing but a full promotion ends. */
  readonly stops: readonly unknown[];
  readonly stopsAt?: 'experiment';
}

type Any = Record<string, never> & { [key: string]: Any } & Any[];
const specOf = (object: KubeObject | undefined) => (object as unknown as { spec: Any } | undefined)?.spec;

/** The named route's weights after the names of all routes. */
const istioShows = (route: KubeObject | undefined) => {
  const http = specOf(route)?.['http'] as unknown as { name: string; route: { weight?: number }[] }[];
  const primary = http.find(({ name }) => name === 'primary');
  return [...http.map(({ name }) => name), ...(primary?.route ?? []).map(({ weight }) => weight ?? 0)];
};
const apisixShows = (route: KubeObject | undefined) =>
  weightsIn(((specOf(route)?.['http'] ?? []) as unknown as { backends: unknown }[])[0]?.backends);
const smiShows = (split: KubeObject | undefined) => weightsIn(specOf(split)?.['backends']);
const meshShows = (router: KubeObject | undefined) => {
  const routes = specOf(router)?.['routes'] as unknown as {
    httpRoute: { action: { weightedTargets: unknown } };
  }[];
  return weightsIn(routes[0]?.httpRoute.action.weightedTargets);
};
const mappingShows = (mapping: KubeObject | undefined) => specOf(mapping)?.['weight'] ?? 'no canary';
const albShows = (ingress: KubeObject | undefined) => {
  const action = ingress?.metadata.annotations?.['alb.ingress.kubernetes.io/actions.alb-rollout-root'];
  const { ForwardConfig } = JSON.parse(action ?? '{"ForwardConfig":{}}') as {
    ForwardConfig: { TargetGroups?: { Weight: number }[] };
  };
  return (ForwardConfig.TargetGroups ?? []).map(({ Weight }) => Weight).sort((a, b) => a - b);
};

const examples: readonly Example[] = [
  {
    title: 'Istio with a mirror',
    namespace: 'istio-mirror',
    objects: () => manifests('istio/istio-mirror.yaml'),
    type: resources.virtualServices,
    name: 'istio-host-split-vsvc',
    shows: istioShows,
    rest: ['primary', 100, 0],
    stops: [['mirror-route', 'primary', 100, 0]],
  },
  {
    title: 'Istio with subsets',
    namespace: 'istio-subsets',
    objects: () => manifests('istio/istio-subset-split.yaml'),
    type: resources.virtualServices,
    name: 'istio-subset-split-vsvc',
    shows: istioShows,
    rest: ['primary', 100, 0],
    stops: [['primary', 90, 10]],
  },
  {
    title: 'Istio with an experiment',
    namespace: 'istio-experiment',
    objects: () => manifests('traffic-routing-experiment-step/istio-host-split-experiment-step.yaml'),
    type: resources.virtualServices,
    name: 'istio-host-split-vsvc',
    shows: istioShows,
    rest: ['primary', 100, 0],
    stops: [['primary', 70, 10, 20]],
    stopsAt: 'experiment',
  },
  {
    title: 'ALB with an experiment',
    namespace: 'alb-experiment',
    objects: () => manifests('traffic-routing-experiment-step/rollout-alb-experiment-step.yaml'),
    type: resources.ingresses,
    name: 'alb-rollout-ingress',
    shows: albShows,
    rest: [0, 100],
    stops: [[10, 20, 70]],
    stopsAt: 'experiment',
  },
  {
    title: 'SMI with an experiment',
    namespace: 'smi-experiment',
    objects: () => manifests('traffic-routing-experiment-step/rollout-smi-experiment-step.yaml'),
    type: resources.trafficSplits,
    name: 'rollout-smi-experiment-trafficsplit',
    shows: smiShows,
    rest: [0, 100],
    stops: [[5, 5, 90]],
    stopsAt: 'experiment',
  },
  {
    title: 'Linkerd by SMI',
    namespace: 'linkerd',
    objects: () => manifests('traffic-management/rollout-linkerd.yaml'),
    type: resources.trafficSplits,
    name: 'rollout-linkerd',
    shows: smiShows,
    rest: [0, 100],
    stops: [[5, 95]],
  },
  {
    title: 'APISIX',
    namespace: 'apisix',
    objects: () => manifests('apisix/services.yaml', 'apisix/route.yaml', 'apisix/rollout.yaml'),
    type: resources.apisixRoutes,
    name: 'rollouts-apisix-route',
    shows: apisixShows,
    rest: [100, 0],
    stops: [
      [100, 0],
      [80, 20],
      [60, 40],
      [40, 60],
      [20, 80],
    ],
  },
  {
    title: 'App Mesh',
    namespace: 'argo-examples',
    objects: () => manifests('appmesh/canary-service.yaml', 'appmesh/canary-rollout.yaml'),
    type: resources.appMeshVirtualRouters,
    name: 'my-vrouter',
    shows: meshShows,
    rest: [0, 100],
    stops: [
      [25, 75],
      [50, 50],
      [75, 25],
    ],
  },
  {
    title: 'Ambassador',
    namespace: 'ambassador',
    objects: () =>
      manifests(
        ...['resolver', 'echo-service', 'echo-mapping', 'rollout'].map((name) => `ambassador/${name}.yaml`),
      ),
    type: resources.ambassadorMappings,
    name: 'echo-canary',
    shows: mappingShows,
    rest: 'no canary',
    stops: [30, 60, 100],
  },
  ...routesWithoutExample,
];

/** Kinds of the examples that no router reads: anything goes. */
const withoutDefinition: readonly ResourceType[] = [
  {
    ...resources.ambassadorMappings,
    kind: 'KubernetesEndpointResolver',
    plural: 'kubernetesendpointresolvers',
  },
  { ...resources.appMeshVirtualServices, kind: 'Mesh', plural: 'meshes', namespaced: false },
];

function definitions(): readonly KubeObject[] {
  return [...objectsIn('crds'), ...vendorCrds(), ...withoutDefinition.map(permissive)];
}

function manifests(...files: readonly string[]): readonly KubeObject[] {
  return files.flatMap((file) => documents(join(data, 'manifests/argo-rollouts', file)));
}

/** Without documents that are no YAML: one of the peer's examples has placeholders in braces, to be filled in first. */
function documents(path: string): readonly KubeObject[] {
  if (!existsSync(path)) throw new Error(`this test needs ${path}`);
  return parseAllDocuments(readFileSync(path, 'utf8'), { merge: true })
    .filter(({ errors }) => errors.length === 0)
    .map((document) => document.toJS() as KubeObject | null)
    .filter((object) => object !== null)
    .filter(({ kind, metadata }) => kind !== 'AnalysisTemplate' || metadata.name !== 'load-test');
}

describe('routes under the vendors’ own definitions, on a real API server', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-stages-'));
  let stage: RoutePlane;
  let cluster: Cluster;

  beforeAll(async () => {
    const types = [...examples.map(({ type }) => type), resources.destinationRules];
    stage = await startRoutePlane({ vendors, definitions: definitions(), types });
    cluster = stage.cluster;
  });
  afterAll(async () => {
    await stage?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(examples.map((example) => [example.title, example] as const))('%s', async (_, example) => {
    const { namespace, type, name, shows, stopsAt } = example;
    const objects = example.objects();
    const owner = objects.find(({ kind }) => kind === 'Rollout')?.metadata.name ?? '';
    const ref = { type: resources.rollouts, namespace, name: owner };
    const status = async () => ((await cluster.get(ref)) as Rollout | undefined)?.status;
    const phase = (wanted: string, image: string) =>
      eventually(`${owner} to be ${wanted}`, async () => {
        const rollout = (await cluster.get(ref)) as Rollout | undefined;
        const is = rollout?.status;
        if (is?.phase === 'Degraded' && wanted !== 'Degraded') throw new Error(is.message);
        if (is?.phase !== wanted || is.observedGeneration !== String(rollout?.metadata.generation)) {
          throw new Error(`${image}: ${is?.phase} ${is?.message} at step ${is?.currentStepIndex}`);
        }
        return true;
      });
    const route = async (wanted: unknown) =>
      eventually(`${name} to show ${JSON.stringify(wanted)}`, async () => {
        const shown = shows(await cluster.get({ type, namespace, name }));
        if (sameJson(shown, wanted)) return true;
        throw new Error(`${JSON.stringify(shown)}; ${(await status())?.message}`);
      });
    const release = (image: string) =>
      cluster.patch(ref, {
        kind: 'json',
        body: [{ op: 'replace', path: '/spec/template/spec/containers/0/image', value: image }],
      });
    const tell = (body: object) =>
      cluster.patch(ref, { kind: 'merge', body: { status: body } }, { subresource: 'status' });
    const stop = () => (stopsAt === undefined ? phase('Paused', 'stop') : Promise.resolve(true));

    await stage.kubectl(['create', 'namespace', namespace]);
    await stage.apply(namespace, ...objects);
    await phase('Healthy', 'first');

    await release('registry.example.com/app:good');
    for (const shown of example.stops) {
      await route(shown);
      await stop();
      await tell(stopsAt === undefined ? { pauseConditions: null } : { promoteFull: true });
    }
    await phase('Healthy', 'good');
    await route(example.rest);

    await release('registry.example.com/app:bad');
    await route(example.stops[0]);
    await stop();
    await tell({ abort: true });
    await phase('Degraded', 'bad');
    await route(example.rest);
    expect(stage.complaints).toEqual([]);
  });

  test('the controller asked for nothing that it has no right to, and made use of its rights on routes', () => {
    expect(refused(stage.plane)).toEqual([]);
    expect(unused(stage.plane, judged('routers'))).toEqual([]);
  });

  test.each(kinds)(
    'what the %s router makes at any stage is what the vendor’s definition allows',
    async (kind) => {
      await stage.kubectl(['create', 'namespace', 'web']);
      const items = stagesOf(kind)
        .flatMap(({ objects }) => objects)
        .map(({ metadata: { resourceVersion: _, ...metadata }, ...object }) => ({ ...object, metadata }));
      for (const made of items) {
        const apiVersion = apiVersionOf(await servedAs(cluster, typeOf(made)));
        const item =
          made.apiVersion === apiVersion ? made : (routerOf(kind).inApiVersion?.(made, apiVersion) ?? made);
        const file = join(folder, `${kind.replaceAll('/', '-')}.json`);
        writeFileSync(file, JSON.stringify(item));
        const told = await stage.kubectl([
          'create',
          '--dry-run=server',
          '--validate=strict',
          '--filename',
          file,
        ]);
        if (told.code !== 0) throw new Error(`${item.kind} ${item.metadata.name}: ${told.text}`);
      }
    },
  );
});
