import { apiVersionOf, type ResourceType, resources } from '../../src/api/resources.ts';
import { ApiError, type Cluster } from '../../src/ports/cluster.ts';
import { inServedVersions } from '../../src/shell/kube-client/served-versions.ts';

type Served = Record<string, readonly string[]>;

/** A server that knows these plural names, by apiVersion; it tells what it was asked, and refuses the rest with 404. */
function bench(served: Served, preferred: readonly string[] = []) {
  const asked: string[] = [];
  const list = async (type: ResourceType) => {
    const apiVersion = apiVersionOf(type);
    asked.push(`list ${apiVersion}`);
    if (served[apiVersion]?.includes(type.plural)) return { items: [], resourceVersion: '1' };
    throw new ApiError(404, 'NotFound', 'the server could not find the requested resource');
  };
  const discover = async (_: ResourceType, apiVersion: string) => {
    asked.push(`discover ${apiVersion}`);
    return served[apiVersion] ?? [];
  };
  const cluster = inServedVersions({ list } as unknown as Cluster, discover, preferred);
  return { cluster, asked, served };
}

describe('a route type is asked for in the version that the cluster serves', () => {
  test.each<[string, ResourceType, Served, string]>([
    [
      'Istio’s own first choice',
      resources.virtualServices,
      {
        'networking.istio.io/v1': ['virtualservices'],
        'networking.istio.io/v1alpha3': ['virtualservices'],
      },
      'networking.istio.io/v1alpha3',
    ],
    [
      'an Istio without its alpha',
      resources.virtualServices,
      { 'networking.istio.io/v1': ['virtualservices'] },
      'networking.istio.io/v1',
    ],
    [
      'a TCPRoute that has left v1alpha2, which other kinds have not',
      resources.tcpRoutes,
      {
        'gateway.networking.k8s.io/v1alpha2': ['referencegrants'],
        'gateway.networking.k8s.io/v1': ['httproutes', 'tcproutes'],
      },
      'gateway.networking.k8s.io/v1',
    ],
    [
      'Traefik before its third release',
      resources.traefikServices,
      { 'traefik.containo.us/v1alpha1': ['traefikservices'] },
      'traefik.containo.us/v1alpha1',
    ],
    [
      'a TrafficSplit of today',
      resources.trafficSplits,
      { 'split.smi-spec.io/v1alpha4': ['trafficsplits'] },
      'split.smi-spec.io/v1alpha4',
    ],
    [
      'an Emissary without the old Mapping',
      resources.ambassadorMappings,
      { 'getambassador.io/v3alpha1': ['mappings'] },
      'getambassador.io/v3alpha1',
    ],
  ])('%s', async (_, type, served, expected) => {
    const { cluster, asked } = bench(served);
    await cluster.list(type);
    expect(asked.at(-1)).toBe(`list ${expected}`);
    asked.length = 0;
    await cluster.list(type);
    expect(asked).toEqual([`list ${expected}`]);
  });

  test('the version that a flag prefers goes first, if it is served', async () => {
    const both = {
      'networking.istio.io/v1alpha3': ['virtualservices', 'destinationrules'],
      'networking.istio.io/v1beta1': ['virtualservices'],
    };
    const { cluster } = bench(both, ['networking.istio.io/v1beta1']);
    expect(await cluster.servedAs?.(resources.virtualServices)).toMatchObject({ version: 'v1beta1' });
    expect(await cluster.servedAs?.(resources.destinationRules)).toMatchObject({ version: 'v1alpha3' });
  });

  test('types with one version cost no question', async () => {
    const { cluster, asked } = bench({ v1: ['services'] });
    await cluster.list(resources.services).catch(() => {});
    expect(asked).toEqual(['list v1']);
  });

  test('a type that is not there yet is looked for again, and one that has moved is found', async () => {
    const { cluster, asked, served } = bench({});
    await expect(cluster.list(resources.httpRoutes)).rejects.toMatchObject({ status: 404 });
    served['gateway.networking.k8s.io/v1beta1'] = ['httproutes'];
    await cluster.list(resources.httpRoutes);
    expect(asked.at(-1)).toBe('list gateway.networking.k8s.io/v1beta1');
    delete served['gateway.networking.k8s.io/v1beta1'];
    served['gateway.networking.k8s.io/v1'] = ['httproutes'];
    await expect(cluster.list(resources.httpRoutes)).rejects.toMatchObject({ status: 404 });
    await cluster.list(resources.httpRoutes);
    expect(asked.at(-1)).toBe('list gateway.networking.k8s.io/v1');
  });
});
