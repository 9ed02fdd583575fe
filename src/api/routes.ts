import type { KubeObject } from './meta.ts';

/** The slices of route objects that Sluice looks into: Istio's, SMI's and the Ingress. Members not named here pass through untouched. */

export interface IstioDestination {
  host: string;
  subset?: string;
  port?: { number?: number };
}

export interface IstioWeightedRoute {
  destination: IstioDestination;
  weight?: number;
  [member: string]: unknown;
}

export interface IstioHttpRoute {
  name?: string;
  match?: unknown[];
  route?: IstioWeightedRoute[];
  [member: string]: unknown;
}

export interface VirtualService extends KubeObject {
  spec: { hosts?: string[]; gateways?: string[]; http?: IstioHttpRoute[]; [member: string]: unknown };
}

export interface DestinationRule extends KubeObject {
  spec: {
    host: string;
    subsets?: { name: string; labels?: Record<string, string>; [member: string]: unknown }[];
    [member: string]: unknown;
  };
}

export interface GatewayBackend {
  /** Default: the core group. */
  group?: string;
  /** Default: Service. */
  kind?: string;
  name: string;
  namespace?: string;
  port?: number;
  /** Default: 1. */
  weight?: number;
  [member: string]: unknown;
}

export interface GatewayRule {
  name?: string;
  matches?: { headers?: unknown[]; [member: string]: unknown }[];
  backendRefs?: GatewayBackend[];
  [member: string]: unknown;
}

/** HTTPRoute, GRPCRoute, TCPRoute or TLSRoute of the Gateway API. */
export interface GatewayRoute extends KubeObject {
  spec: { rules?: GatewayRule[]; [member: string]: unknown };
}

export interface TraefikService extends KubeObject {
  spec: {
    weighted?: {
      services?: { name?: string; weight?: number; [member: string]: unknown }[];
      [member: string]: unknown;
    };
    [member: string]: unknown;
  };
}

export interface ApisixBackend {
  serviceName?: string;
  weight?: number;
  [member: string]: unknown;
}

export interface ApisixRule {
  name: string;
  priority?: number;
  match?: { exprs?: unknown[]; [member: string]: unknown };
  backends?: ApisixBackend[];
  [member: string]: unknown;
}

export interface ApisixRoute extends KubeObject {
  spec: { http?: ApisixRule[]; [member: string]: unknown };
}

/** Ambassador (Emissary-ingress). */
export interface AmbassadorMapping extends KubeObject {
  spec: { service?: string; weight?: number; [member: string]: unknown };
}

export interface AppMeshVirtualService extends KubeObject {
  spec: {
    provider?: { virtualRouter?: { virtualRouterRef?: { name: string; namespace?: string } } };
    [member: string]: unknown;
  };
}

export interface AppMeshTarget {
  virtualNodeRef?: { name: string; namespace?: string };
  weight?: number;
  [member: string]: unknown;
}

export interface AppMeshVirtualRouter extends KubeObject {
  spec: { routes?: ({ name: string } & Record<string, unknown>)[]; [member: string]: unknown };
}

export interface AppMeshVirtualNode extends KubeObject {
  spec: {
    podSelector?: { matchLabels?: Record<string, string>; [member: string]: unknown };
    [member: string]: unknown;
  };
}

export interface TrafficSplit extends KubeObject {
  spec: {
    service?: string;
    backends?: { service: string; weight: string | number }[];
    [member: string]: unknown;
  };
}

export interface IngressPath {
  path?: string;
  pathType: string;
  backend: { service?: { name: string; port?: { name?: string; number?: number } }; resource?: unknown };
}

export interface Ingress extends KubeObject {
  spec: {
    ingressClassName?: string;
    rules?: { host?: string; http?: { paths: IngressPath[] } }[];
    [member: string]: unknown;
  };
  status?: { loadBalancer?: { ingress?: { hostname?: string; ip?: string }[] } };
}
