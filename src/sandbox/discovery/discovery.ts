import { kubernetesMinor, kubernetesVersion } from '../kubernetes-version.ts';
import type { ApiRequest, BodyResponse } from '../request.ts';
import { json } from '../request.ts';
import type { ResourceRegistry } from '../resource.ts';
import { methodNotSupported, pathNotFound, UnknownPath } from '../status.ts';
import { aggregated, apiGroup, groupsOf, resourceList } from './groups.ts';
import { openApiDocument, openApiIndex, openApiV2, openApiV2Protobuf } from './openapi.ts';

/** What the server says it is. */
export const serverVersion = {
  major: '1',
  minor: kubernetesMinor.slice(2),
  gitVersion: `${kubernetesVersion}+sluice`,
  gitCommit: '',
  gitTreeState: 'clean',
  buildDate: '2025-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'node',
};

const checks = new Set(['healthz', 'livez', 'readyz']);
const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Everything that is served beside resources. Undefined for paths that are none of it. */
export function createDiscovery(
  registry: ResourceRegistry,
): (request: ApiRequest) => BodyResponse | undefined {
  const documents = new Map<string, unknown>();
  let edition = -1;

  /** Documents are built when asked for, once for each edition of the registry. */
  const cached = (path: string, build: () => unknown): unknown => {
    if (edition !== registry.edition()) documents.clear();
    edition = registry.edition();
    if (!documents.has(path)) documents.set(path, build());
    return documents.get(path);
  };

  const serve = (request: ApiRequest, parts: readonly string[]): BodyResponse | undefined => {
    const [root = '', ...rest] = parts;
    if (checks.has(root)) return plain('ok');
    switch (root) {
      case '':
        return json({ paths: rootPaths(registry) });
      case 'version':
        return json(serverVersion);
      case 'openapi':
        return openApi(request, rest);
      case 'api':
        return rest.length > 1 ? undefined : coreGroup(request, rest[0]);
      case 'apis':
        return rest.length > 2 ? undefined : namedGroup(request, rest);
      default:
        return undefined;
    }
  };

  const coreGroup = (request: ApiRequest, version: string | undefined): BodyResponse => {
    if (version === 'v1') return json(cached('api/v1', () => resourceList(registry, '', 'v1')));
    if (version !== undefined) throw pathNotFound();
    const core = groupsOf(registry).filter(({ name }) => name === '');
    if (wantsAggregated(request)) return typed(cached('api+', () => aggregated(registry, core)));
    return json({
      kind: 'APIVersions',
      versions: ['v1'],
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }],
    });
  };

  const namedGroup = (request: ApiRequest, [name, version]: readonly string[]): BodyResponse => {
    const groups = groupsOf(registry).filter((group) => group.name !== '');
    if (name === undefined) {
      if (wantsAggregated(request)) return typed(cached('apis+', () => aggregated(registry, groups)));
      return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: groups.map(apiGroup) });
    }
    const group = groups.find((candidate) => candidate.name === name);
    if (group === undefined) throw new UnknownPath();
    if (version === undefined) return json({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(group) });
    if (!group.versions.includes(version))
      throw registry.isBuiltin(name) ? pathNotFound() : new UnknownPath();
    return json(cached(`apis/${name}/${version}`, () => resourceList(registry, name, version)));
  };

  const openApi = (request: ApiRequest, [version, ...rest]: readonly string[]): BodyResponse => {
    if (version === 'v2') return openApiTwo(request, () => cached('openapi/v2', () => openApiV2(registry)));
    if (version !== 'v3') throw pathNotFound();
    if (rest.length === 0) return json(cached('openapi/v3', () => openApiIndex(registry)));
    const path = rest.join('/');
    const document = cached(`openapi/v3/${path}`, () => openApiDocument(registry, path));
    if (document === undefined) return { status: 404, headers: {}, body: '' };
    return json(document);
  };

  return (request) => {
    if (namesResource.test(request.path)) return undefined;
    const parts = request.path.split('/').filter((part) => part !== '');
    const response = serve(request, parts);
    if (response !== undefined && request.method !== 'GET' && request.method !== 'HEAD')
      throw methodNotSupported();
    return response;
  };
}

/** Deeper than a group's version: no document, whatever it is. Said first, since nearly all requests are of this sort. */
const namesResource = /^\/(api|apis\/[^/]+)\/[^/]+\/[^/]/;

const plain = (body: string): BodyResponse => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
});
const typed = (body: unknown): BodyResponse => ({
  status: 200,
  headers: { 'content-type': aggregatedType },
  body,
});

function wantsAggregated({ headers }: ApiRequest): boolean {
  return (headers.accept ?? '')
    .split(',')
    .some((part) => /as=APIGroupDiscoveryList/.test(part) && /v=v2(;|$)/.test(part));
}

/** Spelled with a dot where clients ask with an @, which is not allowed in a media type. */
const protobufV2 = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf';

function openApiTwo({ headers }: ApiRequest, document: () => unknown): BodyResponse {
  const accept = headers.accept ?? '';
  if (!accept.includes('protobuf') || accept.includes('application/json')) return json(document());
  return { status: 200, headers: { 'content-type': protobufV2 }, body: openApiV2Protobuf() };
}

function rootPaths(registry: ResourceRegistry): readonly string[] {
  const groups = groupsOf(registry).flatMap(({ name, versions }) =>
    name === ''
      ? ['/api', ...versions.map((version) => `/api/${version}`)]
      : [`/apis/${name}`, ...versions.map((version) => `/apis/${name}/${version}`)],
  );
  return [
    ...groups,
    '/apis',
    '/healthz',
    '/livez',
    '/openapi/v2',
    '/openapi/v3',
    '/readyz',
    '/version',
  ].sort();
}
