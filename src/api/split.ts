/** How traffic is divided between the revisions of one Rollout. Vocabulary shared by core and routers. */

/** One receiver of traffic. */
export interface Destination {
  /** Name of the Service; empty when the router works on subsets alone. */
  readonly service: string;
  /** Value of the label `rollouts-pod-template-hash` of the pods behind it; empty when there are none yet. */
  readonly podTemplateHash: string;
  /** Share of the traffic, 0 to `Split.total`. */
  readonly weight: number;
  /** Of an experiment's Service: the port for routes that must name one. Undefined: as stable's. */
  readonly port?: number;
}

/** What the routers must show. The weights sum to `total` (invariant I2). */
export interface Split {
  /** The router's maximum, 100 unless `maxTrafficWeight` says otherwise. */
  readonly total: number;
  readonly stable: Destination;
  readonly canary: Destination;
  /** Weighted templates of a running experiment. */
  readonly additional: readonly Destination[];
  /** Routes by header that must exist now, in order of precedence. */
  readonly headerRoutes: readonly HeaderRoute[];
  /** Routes that copy requests to the canary, which must exist now. */
  readonly mirrorRoutes: readonly MirrorRoute[];
}

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HeaderRoute {
  readonly name: string;
  readonly match: readonly { readonly headerName: string; readonly headerValue: StringMatch }[];
}

export interface MirrorRoute {
  readonly name: string;
  readonly match: readonly {
    readonly method?: StringMatch;
    readonly path?: StringMatch;
    readonly headers?: Readonly<Record<string, StringMatch>>;
  }[];
  /** 0 to 100. */
  readonly percentage: number;
}

/**
 * Keys under `spec.strategy.canary.trafficRouting`, in the order in which the peer drives them; the last stands under
 * `plugins`, where the peer has it, though it is built in here.
 */
export const routerKinds = [
  'istio',
  'nginx',
  'alb',
  'smi',
  'ambassador',
  'appMesh',
  'traefik',
  'apisix',
  'plugins/argoproj-labs/gatewayAPI',
] as const;
export type RouterKind = (typeof routerKinds)[number];

/** The settings of one router; undefined when the Rollout does not use it. */
export function routerSettings(
  routing: { readonly plugins?: Readonly<Record<string, unknown>> } | undefined,
  kind: RouterKind,
): unknown {
  const plugin = /^plugins\/(.*)$/.exec(kind)?.[1];
  if (plugin !== undefined) return routing?.plugins?.[plugin];
  return (routing as Readonly<Record<string, unknown>> | undefined)?.[kind];
}

/** Every router that a Rollout asks for, in the order in which they are driven; those that Sluice does not know come last. */
export function namedRouters(
  routing: { readonly plugins?: Readonly<Record<string, unknown>> } | undefined,
): readonly (RouterKind | `plugins/${string}`)[] {
  const known = routerKinds.filter((kind) => routerSettings(routing, kind) !== undefined);
  const plugins = Object.keys(routing?.plugins ?? {}).map((name) => `plugins/${name}` as const);
  return [...known, ...plugins.filter((name) => !(known as readonly string[]).includes(name))];
}

/** What a router can be asked for. Validation refuses a step that needs more than all configured routers have. */
export type RouterCapability =
  | 'weight'
  | 'headerRoute'
  | 'headerRoutePattern' // prefix and regex beside exact
  | 'mirrorRoute'
  | 'additionalDestinations'
  | 'pingPong'
  | 'maxTrafficWeight'
  | 'verify';
