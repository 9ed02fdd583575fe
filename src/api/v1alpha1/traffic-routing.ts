import type { Static } from 'typebox';
import { anyObject, flag, int32, int64, list, maybe, object, stringMap, text } from './schema.ts';

const virtualServiceMembers = {
  name: text('Name; `name.namespace` when it is in another namespace.'),
  routes: maybe(list(text(), 'Names of the HTTP routes to edit. May be empty when there is only one.')),
  tlsRoutes: maybe(
    list(
      object({
        port: maybe(int64('Port of the route.')),
        sniHosts: maybe(list(text(), 'Server names of the route.')),
      }),
      'TLS routes to edit.',
    ),
  ),
  tcpRoutes: maybe(list(object({ port: maybe(int64('Port of the route.')) }), 'TCP routes to edit.')),
};

const istioSchema = object(
  {
    virtualService: maybe(object(virtualServiceMembers, 'The VirtualService with the routes.')),
    virtualServices: maybe(
      list(object(virtualServiceMembers), 'Several VirtualServices; not together with `virtualService`.'),
    ),
    destinationRule: maybe(
      object(
        {
          name: text('Name; `name.namespace` when it is in another namespace.'),
          canarySubsetName: text('Subset that gets the pod template hash of the new version.'),
          stableSubsetName: text('Subset that gets the pod template hash of the stable version.'),
          additionalSubsetNames: maybe(list(text(), 'Subsets that follow the stable version.')),
        },
        'Tell versions apart by subsets of one host instead of by two Services.',
      ),
    ),
  },
  'Istio.',
);

const nginxSchema = object(
  {
    stableIngress: maybe(text('Ingress of the stable Service. The canary Ingress is made from it.')),
    stableIngresses: maybe(list(text(), 'Several of them; not together with `stableIngress`.')),
    annotationPrefix: maybe(
      text("Prefix of the controller's annotations. Default `nginx.ingress.kubernetes.io`."),
    ),
    additionalIngressAnnotations: maybe(stringMap('Annotations of the canary Ingress, without the prefix.')),
    canaryIngressAnnotations: maybe(stringMap('Annotations of the canary Ingress, as they are.')),
  },
  'Ingress NGINX.',
);

const albSchema = object(
  {
    ingress: maybe(text('Ingress of the load balancer.')),
    ingresses: maybe(list(text(), 'Several of them; not together with `ingress`.')),
    servicePort: int32('Port of the Services that traffic goes to.'),
    rootService: maybe(text('Service that the rules of the Ingress name. Default: the stable Service.')),
    annotationPrefix: maybe(
      text("Prefix of the controller's annotations. Default `alb.ingress.kubernetes.io`."),
    ),
    stickinessConfig: maybe(
      object(
        {
          enabled: flag('Whether a client stays with its version.'),
          durationSeconds: int64('How long, in seconds: 1 to 604800.'),
        },
        'Keep clients with the version they reached first.',
      ),
    ),
  },
  'AWS Application Load Balancer, through the AWS Load Balancer Controller.',
);

const appMeshSchema = object(
  {
    virtualService: maybe(
      object(
        {
          name: text('Name.'),
          routes: maybe(list(text(), 'Names of the routes to edit. Empty: all.')),
        },
        'The VirtualService whose router holds the weights.',
      ),
    ),
    virtualNodeGroup: maybe(
      object(
        {
          canaryVirtualNodeRef: object({ name: text('Name.') }, 'VirtualNode of the new version.'),
          stableVirtualNodeRef: object({ name: text('Name.') }, 'VirtualNode of the stable version.'),
        },
        'The two VirtualNodes.',
      ),
    ),
  },
  'AWS App Mesh.',
);

export const trafficRoutingSchema = object(
  {
    istio: maybe(istioSchema),
    nginx: maybe(nginxSchema),
    alb: maybe(albSchema),
    smi: maybe(
      object(
        {
          rootService: maybe(text('Service that clients call. Default: the stable Service.')),
          trafficSplitName: maybe(text('Name of the TrafficSplit. Default: that of the Rollout.')),
        },
        'Service Mesh Interface.',
      ),
    ),
    ambassador: maybe(
      object({ mappings: list(text(), 'Names of the Mappings of the stable Service.') }, 'Ambassador.'),
    ),
    appMesh: maybe(appMeshSchema),
    traefik: maybe(
      object(
        { weightedTraefikServiceName: text('Name of the TraefikService with the weights.') },
        'Traefik.',
      ),
    ),
    apisix: maybe(
      object(
        {
          route: maybe(
            object(
              {
                name: text('Name.'),
                rules: maybe(
                  list(text(), 'Names of the HTTP rules to edit. May be empty when there is only one.'),
                ),
              },
              'The ApisixRoute.',
            ),
          ),
        },
        'Apache APISIX.',
      ),
    ),
    plugins: maybe(anyObject('Routers outside of the controller: configuration by name of the plugin.')),
    managedRoutes: maybe(
      list(
        object({ name: text('Name of the route.') }),
        'Routes that steps create, in order of precedence. They come before all others.',
      ),
    ),
    maxTrafficWeight: maybe(int32('Sum of the weights. Only with routers that can. Default 100.')),
  },
  'What divides the traffic. Without it, the share of the pods does.',
);
export type TrafficRouting = Static<typeof trafficRoutingSchema>;
