import type { KubeObject } from '../../src/api/meta.ts';
import { resources } from '../../src/api/resources.ts';
import type { TrafficRouting } from '../../src/api/v1alpha1/rollout.ts';
import { namespace, own, pair } from './shops.ts';

/** Manifests that are legal and rare: what differs at a weight of 25 is all that may differ, and nothing at the end. */
export interface Unusual {
  readonly routing: TrafficRouting;
  readonly objects: readonly KubeObject[];
  /** `kind name/path: before -> after`; a list's members by index. */
  readonly differs: readonly string[];
  /** What is another one at rest than in git, for good. Default: nothing. */
  readonly stays?: readonly string[];
}

export const host = 'shop.example.com';
export const both = (...more: object[]) => [
  { destination: { host: pair.stable }, weight: 100 },
  { destination: { host: pair.canary }, weight: 0 },
  ...more,
];
export const virtualService = (spec: object, name = 'shop') => own(resources.virtualServices, spec, name);
export const istio = (virtualService: object) => ({ istio: { virtualService } }) as TrafficRouting;
export const path = (at: string, name: string, port: object = { name: 'use-annotation' }) => ({
  path: at,
  pathType: 'Prefix',
  backend: { service: { name, port } },
});
export const ingress = (rules: object[], ingressClassName: string, more: object = {}) =>
  own(resources.ingresses, { ingressClassName, rules, ...more });
export const backend = (name: string, more: object = {}) => ({ name, namespace, port: 80, ...more });
export const forward = (weight: number, others?: object, taken = 0) =>
  JSON.stringify({
    Type: 'forward',
    ForwardConfig: {
      TargetGroups: [
        { ServiceName: 'shop-canary', ServicePort: '80', Weight: weight },
        ...(others === undefined ? [] : [others]),
        { ServiceName: 'shop-stable', ServicePort: '80', Weight: 100 - weight - taken },
      ],
    },
  });
export const elsewhere = { targetGroupARN: 'arn:aws:tg/old', weight: 10 };
export const inGit =
  '{"type":"forward","forwardConfig":{"targetGroups":[{"serviceName":"shop-stable","servicePort":80,"weight":90},{"targetGroupARN":"arn:aws:tg/old","weight":10}]}}';
export const weights = (at: string, stable = 100, canary: unknown = 0) => [
  `${at}[0].weight: ${stable} -> ${stable - 25}`,
  `${at}[1].weight: ${canary} -> 25`,
];

export const managedSubsets = () => [
  'DestinationRule shop/annotations.argo-rollouts.argoproj.io/managed-by-rollouts: undefined -> shop',
  ...[0, 1].map(
    (index) =>
      `DestinationRule shop/spec.subsets[${index}].labels.rollouts-pod-template-hash: undefined -> HASH`,
  ),
];
