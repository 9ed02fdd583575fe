import type { RouterRegistry } from '../ports/traffic-router.ts';
import { alb } from './alb/router.ts';
import { ambassador } from './ambassador/router.ts';
import { apisix } from './apisix/router.ts';
import { appMesh } from './app-mesh/router.ts';
import { gatewayApi } from './gateway-api/router.ts';
import { istio } from './istio/router.ts';
import { nginx } from './nginx/router.ts';
import { smi } from './smi/router.ts';
import { traefik } from './traefik/router.ts';

/** Every router there is. A Rollout that asks for another kind is refused by name. */
export const routers: RouterRegistry = {
  istio,
  nginx,
  alb,
  smi,
  ambassador,
  appMesh,
  traefik,
  apisix,
  [gatewayApi.kind]: gatewayApi,
};
