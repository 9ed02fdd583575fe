import type { KubeObject } from '../../src/api/meta.ts';
import type {
  AmbassadorMapping,
  ApisixRoute,
  AppMeshTarget,
  AppMeshVirtualRouter,
  GatewayRoute,
  Ingress,
  TraefikService,
  TrafficSplit,
  VirtualService,
} from '../../src/api/routes.ts';
import { sameJson } from '../../src/kernel/same-json.ts';
import { gateway, type Kind } from './support.ts';

/** Reads what a user would read from the rendered objects, in the same words for every router. */
export interface Shown {
  /** Weight by Service, without those that have none. */
  readonly weights: Readonly<Record<string, number>>;
  /** Names of the header routes that lead to the canary, and the headers they ask for. */
  readonly headers: Readonly<Record<string, readonly string[]>>;
  /** Names of the mirrors, and their percentage. */
  readonly mirrors: Readonly<Record<string, number>>;
}

type Reader = (objects: readonly KubeObject[]) => Shown;

const readers: Record<Kind, Reader> = {
  istio: istioShows,
  nginx: nginxShows,
  alb: albShows,
  smi: smiShows,
  ambassador: ambassadorShows,
  appMesh: appMeshShows,
  traefik: traefikShows,
  apisix: apisixShows,
  [gateway]: gatewayShows,
};

export function shown(kind: Kind, objects: readonly KubeObject[]): Shown {
  return readers[kind](objects);
}

function istioShows(objects: readonly KubeObject[]): Shown {
  const { http = [] } = (objects.at(-1) as VirtualService).spec;
  const primary = http.find(({ name }) => name === 'primary')?.route ?? [];
  const headers = http.filter(({ match, mirror }) => match !== undefined && mirror === undefined);
  const matches = (route: { match?: unknown[] }) =>
    (route.match as { headers: Record<string, unknown> }[]).flatMap((match) => Object.keys(match.headers));
  return {
    weights: weightsOf(
      primary.map(({ destination, weight = 0 }) => [destination.host.split('.')[0] ?? '', weight]),
    ),
    headers: Object.fromEntries(
      headers
        .filter(({ route }) =>
          sameJson(
            route?.map(({ weight }) => weight),
            [100],
          ),
        )
        .map((route) => [route.name ?? '', matches(route)]),
    ),
    mirrors: Object.fromEntries(
      http
        .filter(({ mirror }) => mirror !== undefined)
        .map(({ name = '', ...route }) => [name, (route['mirrorPercentage'] as { value: number }).value]),
    ),
  };
}

function albShows(objects: readonly KubeObject[]): Shown {
  const { annotations = {} } = (objects[0] as Ingress).metadata;
  const read = (key: string) => JSON.parse(annotations[`alb.ingress.kubernetes.io/${key}`] ?? 'null');
  const groups: { ServiceName: string; Weight: number }[] = read('actions.root').ForwardConfig.TargetGroups;
  const names = Object.keys(annotations).flatMap((key) => /\/conditions\.(.*)/.exec(key)?.[1] ?? []);
  return {
    weights: weightsOf(groups.map(({ ServiceName, Weight }) => [ServiceName, Weight])),
    headers: Object.fromEntries(
      names.map((name) => [
        name,
        read(`conditions.${name}`).map(
          (condition: { httpHeaderConfig: { httpHeaderName: string } }) =>
            condition.httpHeaderConfig.httpHeaderName,
        ),
      ]),
    ),
    mirrors: {},
  };
}

/** The Ingress has one number; the rest of the traffic is the stable Ingress'. */
function nginxShows(objects: readonly KubeObject[]): Shown {
  const { annotations = {} } = (objects[1] as Ingress).metadata;
  const read = (key: string) => annotations[`nginx.ingress.kubernetes.io/${key}`];
  const weight = Number(read('canary-weight'));
  const total = Number(read('canary-weight-total') ?? 100);
  return {
    weights: weightsOf([
      ['stable', total - weight],
      ['canary', weight],
    ]),
    headers: {},
    mirrors: {},
  };
}

function smiShows(objects: readonly KubeObject[]): Shown {
  const { backends = [] } = (objects[0] as TrafficSplit).spec;
  return {
    weights: weightsOf(backends.map(({ service, weight }) => [service, Number(weight)])),
    headers: {},
    mirrors: {},
  };
}

function gatewayShows(objects: readonly KubeObject[]): Shown {
  const { rules = [] } = (objects[0] as GatewayRoute).spec;
  const own = rules.find(({ name }) => name === undefined);
  const percentOf = (rule: (typeof rules)[number]) =>
    ((rule['filters'] ?? []) as { requestMirror?: { percent?: number } }[])
      .flatMap(({ requestMirror }) => (requestMirror === undefined ? [] : [requestMirror.percent ?? 100]))
      .at(0);
  const headersOf = (rule: (typeof rules)[number]) =>
    (rule.matches ?? []).flatMap(({ headers = [] }) =>
      (headers as { name: string }[]).map(({ name }) => name),
    );
  return {
    weights: weightsOf((own?.backendRefs ?? []).map(({ name, weight = 1 }) => [name, weight])),
    headers: Object.fromEntries(
      rules
        .filter((rule) => rule.name !== undefined && percentOf(rule) === undefined)
        .map((rule) => [rule.name ?? '', headersOf(rule)]),
    ),
    mirrors: Object.fromEntries(
      rules.flatMap((rule) => {
        const percent = percentOf(rule);
        return percent === undefined ? [] : [[rule.name ?? '', percent]];
      }),
    ),
  };
}

/** The base gets what the canary's Mapping leaves. */
function ambassadorShows(objects: readonly KubeObject[]): Shown {
  const weight = (objects[1] as AmbassadorMapping | undefined)?.spec.weight ?? 0;
  const weights = weightsOf([
    ['stable', 100 - weight],
    ['canary', weight],
  ]);
  return { weights, headers: {}, mirrors: {} };
}

function appMeshShows(objects: readonly KubeObject[]): Shown {
  const [route] = (objects[3] as AppMeshVirtualRouter).spec.routes ?? [];
  const { action } = (route?.['httpRoute'] ?? { action: { weightedTargets: [] } }) as {
    action: { weightedTargets: AppMeshTarget[] };
  };
  const names: Record<string, string> = { new: 'canary', old: 'stable' };
  const pairs = action.weightedTargets.map(
    ({ virtualNodeRef, weight = 0 }) => [names[virtualNodeRef?.name ?? ''] ?? '', weight] as const,
  );
  return { weights: weightsOf(pairs), headers: {}, mirrors: {} };
}

function traefikShows(objects: readonly KubeObject[]): Shown {
  const { services = [] } = (objects[0] as TraefikService).spec.weighted ?? {};
  const ours = services.filter(({ name }) => name !== 'help');
  const pairs = ours.map(({ name = '', weight = 1 }) => [name, weight] as const);
  return { weights: weightsOf(pairs), headers: {}, mirrors: {} };
}

function apisixShows(objects: readonly KubeObject[]): Shown {
  const [base, ...managed] = objects as readonly (ApisixRoute | undefined)[];
  const pairs = (base?.spec.http?.[0]?.backends ?? []).map(
    ({ serviceName = '', weight = 1 }) => [serviceName, weight] as const,
  );
  const headersOf = ({ spec }: ApisixRoute) =>
    (spec.http?.[0]?.match?.exprs ?? [])
      .map((expr) => (expr as { subject: { scope: string; name: string } }).subject)
      .filter(({ scope }) => scope === 'Header')
      .map(({ name }) => name);
  const routes = managed.filter((route) => route !== undefined);
  return {
    weights: weightsOf(pairs),
    headers: Object.fromEntries(routes.map((route) => [route.metadata.name, headersOf(route)])),
    mirrors: {},
  };
}

function weightsOf(pairs: readonly (readonly [string, number])[]): Record<string, number> {
  return Object.fromEntries(pairs.filter(([, weight]) => weight !== 0));
}
